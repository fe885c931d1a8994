import OrgKeyModel
@testable import OrgKeyStore
import Testing

@Suite struct UpdateTests {
  let twin: Twin

  init() throws {
    twin = try Twin()
    try twin.put("acme")
    try twin.put("acme-eu", under: "acme")
    try twin.issue(newKey(1, in: "acme-eu"))
  }

  private func decided(_ permission: String = "contacts:read", at time: Int64 = now) -> Reason {
    twin.reason(digest(1), permission, at: time)
  }

  private func events() throws -> [String] {
    try twin.store.events("UpdateKey").map { String($0.dropFirst(keyID(1).text.count + 3)) }
  }

  @Test func fieldsThatAreNamedAreSetAndNoOthers() throws {
    let issued = try twin.issue(
      newKey(2, in: "acme") {
        $0.expiresAt = now + 1000
        $0.rateLimit = RateLimit(limit: 5, window: 60)
        $0.labels = [Label(name: "team", value: "crm")]
      })
    var expected = issued
    expected.name = "Billing"
    #expect(try twin.update(2) { $0.name = "Billing" } == expected)
    expected.permissions = ["users:*"]
    #expect(try twin.update(2) { $0.permissions = ["users:*"] } == expected)
    expected.expiresAt = 0
    #expect(try twin.update(2) { $0.expiresAt = 0 } == expected)
    expected.rateLimit = nil
    #expect(try twin.update(2) { $0.rateLimit = .some(nil) } == expected)
    expected.disabled = true
    #expect(try twin.update(2) { $0.disabled = true } == expected)
    expected.labels = []
    #expect(try twin.update(2) { $0.labels = [] } == expected)
    try twin.check()
    let all = try twin.update(2) {
      $0.name = issued.name
      $0.permissions = issued.permissions
      $0.expiresAt = issued.expiresAt
      $0.rateLimit = .some(issued.rateLimit)
      $0.disabled = false
      $0.labels = issued.labels
    }
    #expect(all == issued)
    try twin.check()
  }

  @Test func eventTellsFromWhatToWhat() throws {
    try twin.update(1) { $0.name = "Billing" }
    try twin.update(1) { $0.permissions = ["users:*", "contacts:read"] }
    try twin.update(1) { $0.expiresAt = now + 5 }
    try twin.update(1) { $0.rateLimit = RateLimit(limit: 5, window: 60) }
    try twin.update(1) { $0.rateLimit = .some(nil) }
    try twin.update(1) { $0.disabled = true }
    try twin.update(1) { $0.labels = [Label(name: "a\"\\", value: "\u{E9}")] }
    try twin.update(1) {
      $0.name = "Both"
      $0.disabled = false
    }
    #expect(
      try events() == [
        #"{"name":{"from":"CRM sync","to":"Billing"}}"#,
        #"{"permissions":{"from":["contacts:read"],"to":["users:*","contacts:read"]}}"#,
        #"{"expires_at_unix_ms":{"from":0,"to":\#(now + 5)}}"#,
        #"{"rate_limit":{"from":"","to":"5/60s"}}"#,
        #"{"rate_limit":{"from":"5/60s","to":""}}"#,
        #"{"disabled":{"from":false,"to":true}}"#,
        #"{"labels":{"from":{},"to":{"a\"\\":"\#u{E9}"}}}"#,
        #"{"name":{"from":"Billing","to":"Both"},"disabled":{"from":true,"to":false}}"#,
      ])
  }

  @Test func whatIsSoAlreadyIsNoChange() throws {
    let key = try twin.update(1) {
      $0.rateLimit = RateLimit(limit: 5, window: 60)
      $0.labels = [Label(name: "a", value: "b")]
    }
    try twin.store.begin(now: now + 1)
    let again = try twin.store.member { transaction in
      var changes = KeyChanges()
      changes.name = key.name
      changes.permissions = key.permissions
      changes.expiresAt = key.expiresAt
      changes.rateLimit = .some(key.rateLimit)
      changes.disabled = key.disabled
      changes.labels = key.labels
      return try transaction.updateKey(keyID(1), changes, by: administrator)
    }
    #expect(try again.get() == key)
    #expect(try twin.store.commit().isEmpty)
    #expect(try events().count == 1)
    try twin.check()
  }

  @Test func nameThatDiffersOnlyInItsBytesIsWritten() throws {
    try twin.update(1) { $0.name = "caf\u{E9}" }
    let key = try twin.update(1) { $0.name = "cafe\u{301}" }
    #expect(key.name.utf8.elementsEqual("cafe\u{301}".utf8))
    try twin.check()
  }

  @Test func changeIsEffectiveAtOnce() throws {
    #expect(decided() == .allowed && decided("users:write") == .permissionMissing)
    try twin.update(1) { $0.permissions = ["users:*"] }
    #expect(decided() == .permissionMissing && decided("users:write") == .allowed)
    try twin.update(1) { $0.permissions = [] }
    #expect(decided("users:write") == .permissionMissing)
    try twin.update(1) { $0.permissions = ["*"] }
    try twin.update(1) { $0.disabled = true }
    #expect(decided() == .keyDisabled)
    try twin.check()
    try twin.update(1) { $0.disabled = false }
    try twin.update(1) { $0.expiresAt = now + 10 }
    #expect(decided(at: now + 9) == .allowed && decided(at: now + 10) == .keyExpired)
    try twin.check(at: now + 10)
  }

  @Test func expiredKeyIsCountedOnlyOnceItIsExtended() throws {
    try twin.update(1) { $0.expiresAt = now + 10 }
    try twin.check(at: now + 20)
    try twin.update(1, at: now + 20) { $0.name = "Late" }
    #expect(decided(at: now + 20) == .keyExpired)
    try twin.check(at: now + 20)
    try twin.update(1, at: now + 20) { $0.expiresAt = now + 30 }
    #expect(decided(at: now + 20) == .allowed)
    try twin.check(at: now + 20)
    try twin.check(at: now + 30)
  }

  @Test func permissionSetWhenEqualIsUsedAgain() throws {
    try twin.issue(newKey(2, in: "acme", permissions: ["users:*"]))
    try twin.update(1) { $0.permissions = ["users:*", "users:*"] }
    try twin.update(1) { $0.permissions = ["contacts:read"] }
    #expect(try twin.store.count("SELECT count(*) FROM permission_sets") == 2)
    try twin.check()
  }

  @Test func keyThatIsRevokedOrUnknownIsRefused() throws {
    try twin.revoke(.id(keyID(1)))
    #expect(try refusal { try twin.update(1) { $0.name = "x" } }?.code == .failedPrecondition)
    #expect(try refusal { try twin.update(1) { $0.disabled = false } }?.code == .failedPrecondition)
    #expect(try refusal { try twin.update(9) { $0.name = "x" } }?.code == .notFound)
    #expect(try events().isEmpty)
    try twin.check()
  }

  @Test func endThatHasPassedIsRefusedAndNothingIsKept() throws {
    let refused = try refusal {
      try twin.update(1) {
        $0.name = "x"
        $0.permissions = ["users:*"]
        $0.expiresAt = now
      }
    }
    #expect(refused?.field == "expires_at_unix_ms")
    #expect(try twin.store.count("SELECT count(*) FROM permission_sets") == 1)
    #expect(
      try refusal { try twin.issue(newKey(2, in: "acme") { $0.expiresAt = now }) }?.field
        == "expires_at_unix_ms")
    try twin.check()
  }

  // MARK: Acting

  @Test func actingChangesOnlyWhatIsCoveredBeforeAndAfter() throws {
    try twin.issue(newKey(2, in: "acme-eu", permissions: ["contacts:read", "users:write"]))
    let author = acting("acme", granting: ["contacts:*"], limit: RateLimit(limit: 9, window: 9))
    let changes: [(inout KeyChanges) -> Void] = [
      { $0.name = "x" }, { $0.permissions = [] }, { $0.permissions = ["contacts:read"] },
      { $0.expiresAt = now + 1 }, { $0.rateLimit = RateLimit(limit: 1, window: 9) },
      { $0.disabled = true }, { $0.disabled = false },
      { $0.labels = [Label(name: "a", value: "b")] },
    ]
    for change in changes {
      let refused = try refusal { try twin.update(2, by: author, change) }
      #expect(refused?.code == .permissionDenied)
      try twin.update(1, by: author, change)
    }
    for permissions in [["*"], ["contacts:read", "users:read"], ["contacts"]] {
      let refused = try refusal {
        try twin.update(1, by: author) { $0.permissions = permissions }
      }
      #expect(refused?.code == .permissionDenied)
    }
    try twin.check()
  }

  @Test func actingSetsNoLimitAboveTheHighest() throws {
    try twin.update(1) { $0.rateLimit = RateLimit(limit: 1000, window: 60) }
    func code(_ limit: RateLimit?, max: RateLimit?) throws -> Refusal.Code? {
      let author = acting("acme", granting: ["*"], limit: max)
      return try refusal { try twin.update(1, by: author) { $0.rateLimit = .some(limit) } }?.code
    }
    let highest = RateLimit(limit: 100, window: 60)
    for limit in [
      nil, RateLimit(limit: 1000, window: 60), RateLimit(limit: 101, window: 60),
      // No higher burst at a lower rate, and no higher rate in smaller bursts.
      RateLimit(limit: 101, window: 6000), RateLimit(limit: 100, window: 59),
      RateLimit(limit: 2, window: 1), RateLimit(limit: .max, window: .max),
    ] {
      #expect(try code(limit, max: highest) == .permissionDenied, "\(String(describing: limit))")
    }
    for limit in [nil, RateLimit(limit: 1, window: 60), RateLimit(limit: 1000, window: 60)] {
      #expect(try code(limit, max: nil) == .permissionDenied, "\(String(describing: limit))")
    }
    // What has a higher limit is changed in other ways.
    try twin.update(1, by: acting("acme", granting: ["*"])) { $0.name = "x" }
    for limit in [highest, RateLimit(limit: 5, window: 3), RateLimit(limit: 1, window: 1)] {
      #expect(try code(limit, max: highest) == nil)
    }
    try twin.check()
  }

  @Test func actingFindsNoKeyOutside() throws {
    try twin.issue(newKey(2, in: "acme"))
    let refusals = try [2, 9].map { key in
      try refusal {
        try twin.update(key, by: acting("acme-eu", granting: ["*"])) { $0.name = "x" }
      }
    }
    #expect(refusals == [.noSuchKey, .noSuchKey])
  }

  // MARK: Faults

  @Test func changeWhenItsGroupGoesOnWithoutItLeavesNothing() throws {
    try twin.store.begin(now: now)
    let refused = try twin.store.member { transaction throws -> Void in
      var changes = KeyChanges()
      changes.permissions = ["users:*"]
      changes.disabled = true
      _ = try transaction.updateKey(keyID(1), changes, by: administrator)
      throw Refusal(.failedPrecondition, "no")
    }
    #expect(throws: Refusal(.failedPrecondition, "no")) { try refused.get() }
    #expect(try twin.store.commit().isEmpty)
    #expect(decided() == .allowed)
    #expect(try twin.update(1) { $0.permissions = ["users:read"] }.disabled == false)
    try twin.check()
  }

  @Test func changeWhenTheReserveIsGoneIsRefused() throws {
    try twin.store.reserve.release()
    #expect(try refusal { try twin.update(1) { $0.disabled = true } }?.code == .resourceExhausted)
    #expect(try refusal { try twin.put("acme", name: "New") }?.code == .resourceExhausted)
    #expect(try twin.put("acme").created == false)
    try twin.check()
  }
}
