import OrgKeyModel
import Testing

@Suite struct ExplanationTests {
  private func explain(
    _ directory: borrowing Directory, _ ask: Ask = Ask(), recorded: KeyHandle? = nil,
    within top: String? = nil
  ) -> Explanation {
    directory.explain(
      presented: ask.text.utf8.span, digest: ask.digest, environment: ask.environment.utf8.span,
      organization: ask.organization.utf8.span, permission: ask.permission.utf8.span,
      policy: ask.policy, now: ask.now, recorded: recorded,
      within: top.flatMap { directory.organization(id: $0.utf8.span) })
  }

  private func reasons(_ explanation: Explanation) -> [Reason?] {
    Rule.allCases.map { explanation.reason(of: $0) }
  }

  @Test func goodRequestPassesEveryRule() {
    let directory = Fixture().directory()
    let explanation = explain(directory)
    #expect(reasons(explanation) == [.allowed, .allowed, .allowed, .allowed, .allowed])
    #expect(explanation.verdict.isAllowed)
    #expect(explanation.others?.pattern == "contacts:read")
    #expect(explanation.others?.rateLimitState == nil)
  }

  @Test func allThatIsWrongIsToldAndTheFirstDecides() {
    var fixture = Fixture()
    fixture.key.disabled = true
    fixture.key.rateLimit = RateLimit(limit: 1, window: 60)
    let directory = fixture.directory()
    var ask = Ask()
    ask.environment = "test"
    ask.organization = "acme"
    ask.permission = "contacts:write"
    let explanation = explain(directory, ask)
    #expect(
      reasons(explanation) == [
        .keyDisabled, .environmentMismatch, .allowed, .organizationOutside, .permissionMissing,
      ])
    #expect(explanation.verdict.reason == .keyDisabled)
    #expect(explanation.others?.pattern == nil)
  }

  @Test func limitIsTheOneBeforeTheRequestAndTheOutcomeTheOneAfterIt() {
    var fixture = Fixture()
    fixture.key.rateLimit = RateLimit(limit: 2, window: 60)
    let directory = fixture.directory()
    for _ in 0..<3 {
      let explanation = explain(directory)
      #expect(explanation.others?.rateLimitState?.remaining == 2)
      #expect(explanation.verdict.rateLimit?.remaining == 1)
    }
    for _ in 0..<2 {
      let verdict = Ask()(directory)
      #expect(verdict.isAllowed)
    }
    let explanation = explain(directory)
    #expect(explanation.verdict.reason == .rateLimited)
    #expect(explanation.others?.rateLimitState?.remaining == 0)
    let third = Ask()(directory)
    #expect(explanation.foretold(third))
  }

  @Test func textThatIsNotKnownLeavesTheOtherRulesUnjudged() {
    let directory = Fixture().directory()
    for (text, reason) in [("", Reason.keyMissing), ("a b", .keyMalformed), ("x", .keyUnknown)] {
      var ask = Ask()
      (ask.text, ask.digest) = (text, digest(999))
      let explanation = explain(directory, ask)
      #expect(reasons(explanation) == [reason, nil, nil, nil, nil])
    }
  }

  @Test func secretThatIsForgottenStillTellsItsKey() {
    var fixture = Fixture()
    fixture.secret.retiresAt = noon - 31 * day
    let directory = fixture.directory()
    let explanation = explain(directory)
    #expect(explanation.verdict.reason == .keyUnknown && explanation.verdict.key == nil)
    let known = explanation.key.map { directory[$0].id }
    #expect(known == keyID(7))
    #expect(explanation.reason(of: .permission) == .allowed)
    // Not in memory any more, but in the records.
    var ask = Ask()
    ask.digest = digest(999)
    let recorded = explain(directory, ask, recorded: directory.key(number: 7))
    #expect(reasons(recorded) == [.keyUnknown, .allowed, .allowed, .allowed, .allowed])
    #expect(recorded.secret == nil)
    let byKey = directory.explain(
      directory.key(number: 7), secret: nil, environment: Span(), organization: Span(),
      permission: "deals:x".utf8.span, policy: policy, now: instant())
    #expect(reasons(byKey) == [.keyUnknown, .allowed, .allowed, .allowed, .allowed])
    #expect(byKey.others?.pattern == "deals:*")
  }

  @Test func keyOutsideIsToldAsOneThatIsNotKnown() {
    let directory = Fixture().directory()
    for top in ["acme", "acme/eu"] {
      let seen = explain(directory, within: top)
      #expect(seen.verdict.isAllowed)
    }
    var ask = Ask()
    for top in ["acme/eu/de", "acme/us", "acme2"] {
      ask.text = "imported-key"
      let hidden = explain(directory, ask, recorded: directory.key(number: 7), within: top)
      #expect(reasons(hidden) == [.keyUnknown, nil, nil, nil, nil])
      #expect(hidden.key == nil && hidden.secret == nil && hidden.verdict.rateLimit == nil)
      // Its text looks like a mistyped one: so it is told, like any other.
      ask.text = "pc_live_" + String(repeating: "0", count: 38)
      let mistyped = explain(directory, ask, within: top)
      #expect(mistyped.verdict.reason == .keyMalformed)
      ask.text = ""
      let missing = explain(directory, ask, within: top)
      #expect(missing.verdict.reason == .keyMissing)
    }
  }

  @Test func keyThatWasDeletedIsRevokedForAllAndUnknownForWhoeverActs() {
    var fixture = Fixture()
    fixture.key.revokedAt = noon - day
    var directory = fixture.directory()
    let isApplied = directory.apply(.removeKeys(numbers: [7]))
    #expect(isApplied)
    let explanation = explain(directory)
    #expect(reasons(explanation) == [.keyRevoked, nil, nil, nil, nil])
    let hidden = explain(directory, within: "acme")
    #expect(hidden.verdict.reason == .keyUnknown)
  }

  @Test func pathLeadsDownAndClosingLeadsUp() {
    var fixture = Fixture()
    fixture.organizations[0].suspended = true
    fixture.organizations[2].suspended = true
    let directory = fixture.directory()
    func path(from top: Int64, to number: Int64) -> [Int64] {
      guard let top = directory.organization(number: top),
        let end = directory.organization(number: number)
      else { return [] }
      return directory.path(from: top, to: end).map { directory[$0].number }
    }
    func closing(_ number: Int64) -> [Int64]? {
      directory.organization(number: number).map { handle in
        directory.closing(handle).map { directory[$0].number }
      }
    }
    let paths = [path(from: 1, to: 3), path(from: 2, to: 2)]
    #expect(paths == [[1, 2, 3], [2]])
    let closed = [closing(3), closing(2), closing(5)]
    #expect(closed == [[3, 1], [1], []])
  }
}
