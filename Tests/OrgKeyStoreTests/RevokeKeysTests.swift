import OrgKeyModel
@testable import OrgKeyStore
import Testing

/// acme ─ acme-eu ─ acme-eu-de; other. Keys 1 and 2 in acme-eu, 3 in acme-eu-de, 4 in acme, 5 in
/// other.
@Suite struct RevokeKeysTests {
  let twin: Twin

  init() throws {
    twin = try Twin()
    try twin.put("acme")
    try twin.put("acme-eu", under: "acme")
    try twin.put("acme-eu-de", under: "acme-eu")
    try twin.put("other")
    for (number, id) in ["acme-eu", "acme-eu", "acme-eu-de", "acme", "other"].enumerated() {
      try twin.issue(newKey(number + 1, in: id))
    }
  }

  private func revoked() -> [Int] {
    (1...5).filter { twin.reason(digest($0)) == .keyRevoked }
  }

  @Test func keysOfTheOrganizationAloneAreRevoked() throws {
    #expect(try twin.revokeKeys(of: "acme-eu", reason: "left \"us\"") == 2)
    #expect(revoked() == [1, 2])
    #expect(
      try twin.store.events("RevokeKeys")
        == [1, 2].map {
          keyID($0).text + #" 0 {"reason":"left \"us\""}"#
        })
    try twin.check()
  }

  @Test func keysOfTheSubtreeAreRevokedAndTheFirstTimeAndReasonStay() throws {
    try twin.revoke(.id(keyID(2)), reason: "first", at: now - 1)
    try twin.update(1) { $0.disabled = true }
    #expect(try twin.revokeKeys(of: "acme-eu", below: true, reason: "second") == 2)
    #expect(revoked() == [1, 2, 3])
    let reader = try Reader(twin.store.files)
    let first = try reader.key(keyID(2), now: now)
    #expect(first?.revokedAt == now - 1 && first?.revokedReason == "first")
    #expect(try reader.key(keyID(3), now: now)?.revokedReason == "second")
    reader.close()
    let events = try twin.store.eventCount()
    #expect(try twin.revokeKeys(of: "acme-eu", below: true, at: now + 1) == 0)
    #expect(try twin.store.eventCount() == events)
    try twin.check()
    #expect(try twin.revokeKeys(of: "acme", below: true) == 1)
    #expect(revoked() == [1, 2, 3, 4])
    try twin.check()
  }

  @Test func organizationThatIsMissingIsRefused() throws {
    #expect(try refusal { try twin.revokeKeys(of: "none") } == .noSuchOrganization)
  }

  @Test func actingRevokesItsOwnAndNothingOutside() throws {
    let author = acting("acme-eu")
    let refusals = try ["acme", "other", "none"].map { id in
      try refusal { try twin.revokeKeys(of: id, below: true, by: author) }
    }
    #expect(refusals.allSatisfy { $0 == .organizationOutside })
    #expect(revoked().isEmpty)
    #expect(try twin.revokeKeys(of: "acme-eu", below: true, by: author) == 3)
    try twin.check()
  }

  @Test func revokingWhenTheReserveIsGoneIsPossible() throws {
    try twin.store.reserve.release()
    #expect(try twin.revokeKeys(of: "acme", below: true) == 4)
    #expect(revoked() == [1, 2, 3, 4])
    try twin.check()
  }

  @Test func revokingWhenItsGroupGoesOnWithoutItLeavesNothing() throws {
    try twin.store.begin(now: now)
    let refused = try twin.store.member { transaction throws -> Void in
      _ = try transaction.revokeKeys(
        of: "acme", includeDescendants: true, reason: "", by: administrator)
      throw Refusal(.failedPrecondition, "no")
    }
    #expect(throws: Refusal(.failedPrecondition, "no")) { try refused.get() }
    #expect(try twin.store.commit().isEmpty)
    #expect(revoked().isEmpty)
    try twin.check()
  }

  @Test func manyKeysAreAppliedInPieces() throws {
    let count = 2 * Limits.keysPerMutation + 7
    try twin.change { transaction in
      for number in 0..<count {
        _ = try transaction.issueKey(newKey(100 + number, in: "other"), by: administrator)
      }
    }
    try twin.store.begin(now: now)
    let outcome = try twin.store.member {
      try $0.revokeKeys(of: "other", includeDescendants: false, reason: "", by: administrator)
    }
    #expect(try outcome.get() == count + 1)
    let pieces = try twin.store.commit().map(\.rowCount)
    #expect(pieces == [Limits.keysPerMutation, Limits.keysPerMutation, 8])
    #expect(try twin.store.events("RevokeKeys").count == count + 1)
    let loaded = try twin.store.loadAll()
    #expect(loaded.keys.count { $0.revokedAt == now } == count + 1)
    #expect(loaded.report.quarantinedCount == 0)
  }

  // MARK: Damage

  /// Rows that were whole when they were loaded are served until the next start.
  @Test func keysWhoseRowsWereDamagedSinceAreRevokedInMemory() throws {
    try twin.store.connection.run("UPDATE keys SET revoked_at = 7 WHERE number = 1")
    try twin.store.connection.run("UPDATE keys SET name = 'x' WHERE number = 3")
    #expect(try twin.revokeKeys(of: "acme-eu", below: true) == 1)
    #expect(revoked() == [1, 2, 3])
    // From disk they are not served again.
    let quarantined = try twin.store.loadAll().report.quarantined
    #expect(quarantined.filter { $0.table == "keys" }.map(\.number) == [1, 3])
  }

  @Test func keysBelowAnOrganizationThatWasDamagedSinceAreRevoked() throws {
    try twin.store.connection.run("UPDATE organizations SET name = 'x' WHERE id = 'acme-eu'")
    #expect(try twin.revokeKeys(of: "acme", below: true) == 4)
    #expect(revoked() == [1, 2, 3, 4])
    #expect(
      try twin.store.count(
        "SELECT count(*) FROM audit WHERE organization = 2 AND organization_id = 'damaged row 2'")
        == 2)
    #expect(try twin.store.loadAll().keys.count { $0.revokedAt == now } == 4)
  }

  @Test func keyWithADamagedSecretIsRevoked() throws {
    try twin.store.connection.run("UPDATE secrets SET hint = 'x' WHERE number = 1")
    #expect(try twin.revokeKeys(of: "acme-eu") == 2)
    #expect(revoked() == [1, 2])
  }
}
