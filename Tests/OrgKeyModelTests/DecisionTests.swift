import OrgKeyModel
import Testing

@Suite struct DecisionTests {
  private func reason(
    _ change: (inout Fixture) -> Void = { _ in }, asking: (inout Ask) -> Void = { _ in }
  ) -> Reason {
    var fixture = Fixture()
    change(&fixture)
    var ask = Ask()
    asking(&ask)
    return ask(fixture.directory()).reason
  }

  @Test func goodKeyIsAllowedAndEverythingIsTold() throws {
    let directory = Fixture().directory()
    let verdict = Ask()(directory)
    #expect(verdict.reason == .allowed)
    #expect(verdict.keyNumber == 7)
    #expect(verdict.secretNumber == 70)
    #expect(verdict.rateLimit == nil)
    let key = directory[try #require(verdict.key)]
    #expect(key.id == keyID(7))
    #expect(key.environment == live)
    #expect(directory.id(of: key.organization) == "acme/eu")
    #expect(directory.id(of: try #require(verdict.organization)) == "acme/eu/de")
    #expect(directory[try #require(verdict.secret)].version == 1)
  }

  @Test func textIsJudgedBeforeItIsLookedUp() {
    #expect(reason(asking: { $0.text = "" }) == .keyMissing)
    for text in ["a b", "a\n", "\u{7F}", "schlüssel", String(repeating: "k", count: 257)] {
      #expect(reason(asking: { $0.text = text }) == .keyMalformed)
    }
    #expect(reason(asking: { $0.text = String(repeating: "k", count: 256) }) == .allowed)
  }

  @Test func digestOfUnpresentableTextIsNotEvenAskedFor() {
    let directory = Fixture().directory()
    func refused() -> Digest {
      Issue.record("evaluated")
      return digest(70)
    }
    for text in ["", "a b"] {
      _ = directory.authorize(
        presented: text.utf8.span, digest: refused(), environment: "".utf8.span,
        organization: "".utf8.span, permission: "x".utf8.span, policy: policy, now: instant())
    }
  }

  @Test func missedLookupTellsATypingErrorFromAnUnknownKey() {
    let body = String(repeating: "0", count: 38)
    for (text, expected) in [
      ("pc_live_" + body, Reason.keyMalformed),
      ("other_live_" + body, .keyUnknown),
      ("pc_live_" + body + "0", .keyUnknown),
      ("pc_Live_" + body, .keyUnknown),
      ("pc__" + body, .keyUnknown),
      ("pc_live_" + body.dropLast() + "-", .keyUnknown),
      ("eyJhbGciOiJIUzI1NiJ9.e30.abc", .keyUnknown),
    ] {
      #expect(reason(asking: { ($0.text, $0.digest) = (text, digest(999)) }) == expected)
    }
    // Found, its text is right whatever it looks like: it may have been imported.
    #expect(reason(asking: { $0.text = "pc_live_" + body }) == .allowed)
  }

  @Test func keyRulesApplyInTheirOrder() {
    let revoked: (inout Fixture) -> Void = { $0.key.revokedAt = noon - day }
    let retired: (inout Fixture) -> Void = { $0.secret.retiresAt = noon - day }
    let expired: (inout Fixture) -> Void = { $0.key.expiresAt = noon - 60 * day }
    let disabled: (inout Fixture) -> Void = { $0.key.disabled = true }
    #expect(reason(revoked) == .keyRevoked)
    #expect(reason(retired) == .secretRetired)
    #expect(reason(expired) == .keyExpired)
    #expect(reason(disabled) == .keyDisabled)
    #expect(
      reason({
        disabled(&$0); expired(&$0)
      }) == .keyExpired)
    #expect(
      reason({
        disabled(&$0); expired(&$0); retired(&$0)
      }) == .secretRetired)
    #expect(
      reason({
        disabled(&$0); expired(&$0); retired(&$0); revoked(&$0)
      }) == .keyRevoked)
    #expect(reason(disabled, asking: { $0.environment = "test" }) == .keyDisabled)
  }

  @Test func timesHoldToTheMillisecond() {
    #expect(reason({ $0.key.expiresAt = noon + 1 }) == .allowed)
    #expect(reason({ $0.key.expiresAt = noon }) == .keyExpired)
    #expect(reason({ $0.secret.retiresAt = noon + 1 }) == .allowed)
    #expect(reason({ $0.secret.retiresAt = noon }) == .secretRetired)
  }

  @Test func deadSecretIsUnknownAfterThirtyDays() {
    #expect(reason({ $0.key.revokedAt = noon - 30 * day + 1 }) == .keyRevoked)
    #expect(reason({ $0.key.revokedAt = noon - 30 * day }) == .keyUnknown)
    #expect(reason({ $0.secret.retiresAt = noon - 30 * day + 1 }) == .secretRetired)
    #expect(reason({ $0.secret.retiresAt = noon - 30 * day }) == .keyUnknown)
    var fixture = Fixture()
    fixture.key.revokedAt = noon - 31 * day
    let verdict = Ask()(fixture.directory())
    #expect(verdict.key == nil)
    #expect(verdict.keyNumber == 0)
  }

  @Test func noClockSetBackRevivesWhatWasRevoked() {
    #expect(reason({ $0.key.revokedAt = noon + day }) == .keyRevoked)
    let revoked: (inout Fixture) -> Void = {
      $0.secret.retiresAt = noon + day
      $0.secret.revoked = true
    }
    #expect(reason(revoked) == .secretRetired)
  }

  @Test func environmentMustEqualBothTheOneNamedAndTheOneRequired() {
    let test = Environment("test")
    for (named, required, expected) in [
      ("", nil, Reason.allowed), ("live", nil, .allowed), ("test", nil, .environmentMismatch),
      ("liv", nil, .environmentMismatch), ("live2", nil, .environmentMismatch),
      ("LIVE", nil, .environmentMismatch), ("", live, .allowed), ("live", live, .allowed),
      ("", test, .environmentMismatch), ("live", test, .environmentMismatch),
      ("test", test, .environmentMismatch),
    ] {
      let ask: (inout Ask) -> Void = {
        $0.environment = named
        $0.policy.requiredEnvironment = required
      }
      #expect(reason(asking: ask) == expected)
    }
  }

  @Test(arguments: [
    ("", Reason.allowed), ("acme/eu", .allowed), ("acme/eu/de", .allowed),
    ("acme", .organizationOutside), ("acme/us", .organizationOutside),
    ("acme2", .organizationOutside), ("acme/e", .organizationUnknown),
    ("acme/eu/", .organizationUnknown), ("ACME/EU", .organizationUnknown),
  ]) func organizationMustBeTheKeysOwnOrBelow(asked: String, expected: Reason) {
    #expect(reason(asking: { $0.organization = asked }) == expected)
  }

  @Test(arguments: [(0, true), (1, true), (2, false), (3, false), (4, false)])
  func suspensionOfTheOneAskedForOrOneAboveDenies(position: Int, denies: Bool) {
    let denied: Reason = denies ? .organizationSuspended : .allowed
    #expect(
      reason({ $0.organizations[position].suspended = true }, asking: { $0.organization = "" })
        == denied)
    let deniedBelow: Reason = denies || position == 2 ? .organizationSuspended : .allowed
    #expect(reason({ $0.organizations[position].suspended = true }) == deniedBelow)
  }

  @Test func outsideIsToldBeforeSuspended() {
    #expect(
      reason({ $0.organizations[0].suspended = true }, asking: { $0.organization = "acme/us" })
        == .organizationOutside)
  }

  @Test func quarantineDeniesTheWholeSubtree() {
    #expect(reason({ $0.organizations[1].quarantined = true }) == .organizationSuspended)
    #expect(
      reason({ $0.organizations[2].quarantined = true }) == .organizationUnknown)
  }

  @Test func permissionMissingNamesTheOrganizationThatWasChecked() {
    var ask = Ask()
    ask.permission = "contacts:write"
    let directory = Fixture().directory()
    let verdict = ask(directory)
    #expect(verdict.reason == .permissionMissing)
    #expect(verdict.organization.map { directory.id(of: $0) } == "acme/eu/de")
    ask.organization = "acme"
    #expect(ask(directory).reason == .organizationOutside)
    #expect(ask(directory).organization == nil)
    ask.permission = ""
    ask.organization = ""
    #expect(ask(directory).reason == .permissionMissing)
  }

  @Test func identifyingAsksForNoPermissionAndTakesNothing() {
    var fixture = Fixture()
    fixture.key.rateLimit = RateLimit(limit: 1, window: 60)
    let directory = fixture.directory()
    func identify(_ directory: borrowing Directory) -> Reason {
      directory.identify(
        presented: "k".utf8.span, digest: digest(70), environment: "live".utf8.span,
        policy: policy, now: instant()
      ).reason
    }
    for _ in 0..<3 { #expect(identify(directory) == .allowed) }
    #expect(Ask()(directory).reason == .allowed)
    #expect(identify(directory) == .allowed)
    fixture.organizations[0].suspended = true
    #expect(identify(fixture.directory()) == .organizationSuspended)
    fixture.key.disabled = true
    #expect(identify(fixture.directory()) == .keyDisabled)
  }
}
