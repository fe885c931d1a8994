import OrgKeyModel
import TestSupport
import Testing

/// Questions that are decided together.
@Suite struct BatchTests {
  private static let asks: [Ask] = {
    var asks = [Ask()]
    for organization in ["", "acme/eu", "acme", "acme2", "nowhere"] {
      asks.append(Ask(organization: organization))
    }
    for permission in ["deals:read", "contacts:write", ""] {
      asks.append(Ask(permission: permission))
    }
    asks.append(Ask(environment: "test"))
    asks.append(Ask(digest: OrgKeyModelTests.digest(71)))
    asks.append(Ask(text: ""))
    asks.append(Ask(text: "with space"))
    return asks
  }()

  @Test func isAnsweredAsItsQuestionsAreOneByOne() {
    var fixture = Fixture()
    fixture.key.rateLimit = RateLimit(limit: 300, window: 60)
    let together = fixture.directory()
    let alone = fixture.directory()
    var random = Xoshiro(seed: 1)
    var seen: Set<Reason> = []
    for size in (1...32).flatMap({ [$0, $0] }) {
      let batch = (0..<size).map { _ in
        Self.asks[Int(random.next() % UInt64(Self.asks.count))]
      }
      let verdicts = verdicts(of: batch, together)
      let expected = batch.map { $0(alone) }
      #expect(verdicts.map(\.reason) == expected.map(\.reason))
      #expect(verdicts.map(\.rateLimit) == expected.map(\.rateLimit))
      #expect(verdicts.map(\.organization) == expected.map(\.organization))
      #expect(verdicts.map(\.secretNumber) == expected.map(\.secretNumber))
      seen.formUnion(verdicts.map(\.reason))
    }
    #expect(
      seen == [
        .allowed, .keyMissing, .keyMalformed, .keyUnknown, .environmentMismatch,
        .organizationUnknown, .organizationOutside, .permissionMissing, .rateLimited,
      ])
  }

  @Test func countsAsItsQuestionsDoOneByOne() {
    let directory = Fixture().directory()
    var together = UsageTally()
    var alone = UsageTally()
    for round in 0..<3 {
      var questions = questions(of: Self.asks)
      unsafe questions.withUnsafeMutableBufferPointer { questions in
        unsafe directory.authorize(questions, policy: policy, now: instant())
        unsafe together.record(questions, at: instant(noon + Int64(round)))
      }
      for ask in Self.asks { alone.record(ask(directory), at: instant(noon + Int64(round))) }
    }
    #expect((0..<together.count).map { together[$0] } == (0..<alone.count).map { alone[$0] })
    #expect(together.count > 3)
  }

  private func verdicts(of asks: [Ask], _ directory: borrowing Directory) -> [Verdict] {
    var questions = questions(of: asks)
    unsafe questions.withUnsafeMutableBufferPointer {
      unsafe directory.authorize($0, policy: policy, now: instant())
    }
    return questions.map(\.verdict)
  }

  /// Their texts are kept for good: static ones.
  private func questions(of asks: [Ask]) -> [Question] {
    asks.map { ask in
      unsafe Question(
        presented: Self.kept(ask.text), digest: { _ in ask.digest },
        environment: Self.kept(ask.environment), organization: Self.kept(ask.organization),
        permission: Self.kept(ask.permission))
    }
  }

  /// A copy that is never freed: there are a dozen different ones.
  private static func kept(_ text: String) -> UnsafeBufferPointer<UInt8> {
    let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.utf8.count)
    _ = unsafe copy.initialize(from: text.utf8)
    return UnsafeBufferPointer(copy)
  }
}
