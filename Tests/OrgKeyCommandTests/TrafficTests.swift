import OrgKey
import Testing

@testable import OrgKeyCommand

@Suite struct TrafficTests {
  private let now = Timestamp(unixMilliseconds: 1_795_480_107_362)

  private func secret(_ version: UInt32, used secondsAgo: Int64?) -> Secret {
    Secret(
      version: version, allowedCount: secondsAgo == nil ? 0 : 1_204,
      lastUsedAt: secondsAgo.map { now.advanced(by: .seconds(-$0)) })
  }

  private func traffic(old: Int64?, new: Int64?) throws -> Traffic {
    let key = Key(
      id: "key_1", organizationID: "acme", secrets: [secret(2, used: new), secret(1, used: old)])
    return try #require(Traffic(key))
  }

  @Test func hasMovedWhenTheNewIsUsedAndTheOldIsSilent() throws {
    for (old, new, moved) in [
      (nil, nil, false), (nil, 5, true), (5, nil, false), (86_400, nil, false), (5, 5, false),
      (599, 5, false), (600, 5, true), (86_400, 86_400, true),
      // The clock was set back since.
      (-60, 5, false), (86_400, -60, true),
    ] as [(Int64?, Int64?, Bool)] {
      let traffic = try traffic(old: old, new: new)
      #expect(traffic.hasMoved(now) == moved, "\(old as Any) \(new as Any)")
      #expect(traffic.sentence(now).hasPrefix(moved ? "traffic has moved: " : "not yet: "))
      #expect(traffic.advice(now).hasPrefix("finish with") == moved)
    }
    let traffic = try traffic(old: 60, new: 5)
    #expect(!traffic.hasMoved(now, quietFor: .seconds(61)))
    #expect(traffic.hasMoved(now, quietFor: .seconds(60)))
  }

  @Test func saysWhenAndHowOftenEachWasUsed() throws {
    #expect(
      try traffic(old: 3 * 86_400, new: 12).sentence(now)
        == "traffic has moved: secret 1 was last used 3d ago (1,204 requests), "
        + "secret 2 was last used 12s ago (1,204 requests)")
    #expect(
      try traffic(old: 12, new: nil).sentence(now)
        == "not yet: secret 1 was last used 12s ago (1,204 requests), "
        + "secret 2 has never been used")
  }

  @Test func isNothingWithoutTwoSecretsThatWork() {
    let both = [secret(2, used: 5), secret(1, used: nil)]
    #expect(Traffic(Key(id: "k", organizationID: "o", secrets: [])) == nil)
    #expect(Traffic(Key(id: "k", organizationID: "o", secrets: [secret(2, used: 5)])) == nil)
    #expect(Traffic(Key(id: "k", organizationID: "o", state: .revoked, secrets: both)) == nil)
    #expect(Traffic(Key(id: "k", organizationID: "o", state: .disabled, secrets: both)) != nil)
  }
}
