import OrgKeyModel
@testable import OrgKeyStore
import Testing

/// acme ─ acme-eu ─ acme-eu-de; other. Keys 1 in acme-eu, 2 in acme-eu-de.
@Suite struct DeleteTests {
  let twin: Twin
  let day: Int64 = 86_400_000

  init() throws {
    twin = try Twin()
    try twin.put("acme")
    try twin.put("acme-eu", under: "acme", name: "Europe")
    try twin.put("acme-eu-de", under: "acme-eu")
    try twin.put("other")
    try twin.issue(newKey(1, in: "acme-eu"))
    try twin.issue(newKey(2, in: "acme-eu-de"))
  }

  private func rows(_ tables: String...) throws -> [Int64] {
    try tables.map { try twin.store.count("SELECT count(*) FROM \($0)") }
  }

  private func use(_ number: UInt32) throws {
    try twin.store.flush([
      UsageTally.Entry(secret: number, key: number, reason: .allowed, count: 3, lastAt: now),
      UsageTally.Entry(secret: number, key: number, reason: .rateLimited, count: 1, lastAt: now),
    ])
  }

  // MARK: Keys

  @Test func keyWhenDeletedLeavesItsDigestsAlone() throws {
    try twin.rotate(1, to: 11, .length(1000))
    try use(1)
    try twin.revoke(.id(keyID(1)), reason: "left", at: now + 2000)
    try twin.delete(key: 1, at: now + 3000)
    #expect(
      try rows("keys", "secrets", "key_usage", "secret_usage", "usage_days", "dead_digests")
        == [1, 1, 0, 0, 0, 2])
    #expect(
      try twin.store.events("DeleteKey") == [keyID(1).text + #" 0 {"name":"CRM sync"}"#])
    let reader = try Reader(twin.store.files)
    #expect(try reader.key(keyID(1), now: now) == nil)
    reader.close()
    for secret in [1, 11] {
      #expect(twin.reason(digest(secret), at: now + 3000) == .keyRevoked)
      let issue = newKey(7, in: "acme") { $0.digest = digest(secret) }
      #expect(try refusal { try twin.issue(issue) }?.code == .alreadyExists)
      #expect(try refusal { try twin.rotate(2, to: secret) }?.code == .alreadyExists)
      #expect(try refusal { try twin.revoke(.digest(digest(secret))) } == .noSuchKey)
    }
    #expect(try refusal { try twin.delete(key: 1) } == .noSuchKey)
    #expect(try refusal { try twin.revoke(.id(keyID(1))) } == .noSuchKey)
    try twin.check(at: now + 3000)
  }

  @Test func digestWhenDeadForThirtyDaysIsOnDiskAlone() throws {
    try twin.rotate(1, to: 11, .length(1000))
    try twin.revoke(.id(keyID(1)), at: now + 2000)
    try twin.delete(key: 1, at: now + 2000)
    func loaded(_ time: Int64) throws -> [Digest] { try twin.store.loadAll(at: time).deadDigests }
    // Each since it stopped working.
    #expect(try Set(loaded(now + 30 * day + 999)) == [digest(1), digest(11)])
    #expect(try loaded(now + 30 * day + 1000) == [digest(11)])
    #expect(twin.reason(digest(1), at: now + 30 * day + 1000) == .keyUnknown)
    #expect(try loaded(now + 30 * day + 2000) == [])
    let issue = newKey(7, in: "acme") { $0.digest = digest(1) }
    #expect(
      try refusal { try twin.issue(issue, at: now + 400 * day) }?.code == .alreadyExists)
  }

  @Test func keyThatIsNotRevokedIsNotDeleted() throws {
    try twin.update(1) { $0.disabled = true }
    try twin.issue(newKey(3, in: "acme") { $0.expiresAt = now + 1 })
    for key in [1, 2, 3] {
      #expect(
        try refusal { try twin.delete(key: key, at: now + 2) }?.code == .failedPrecondition)
    }
    #expect(try refusal { try twin.delete(key: 9) } == .noSuchKey)
    try twin.check(at: now + 2)
  }

  @Test func deletingAKeyIsBoundAsOtherChanges() throws {
    try twin.revoke(.id(keyID(1)))
    #expect(try refusal { try twin.delete(key: 1, by: acting("acme-eu-de")) } == .noSuchKey)
    #expect(try refusal { try twin.delete(key: 1, by: acting("other")) } == .noSuchKey)
    try twin.store.reserve.release()
    #expect(try refusal { try twin.delete(key: 1) }?.code == .resourceExhausted)
    try twin.store.maintain()
    try twin.store.begin(now: now)
    let refused = try twin.store.member { transaction throws -> Void in
      try transaction.deleteKey(keyID(1), by: administrator)
      throw Refusal(.failedPrecondition, "no")
    }
    #expect(throws: Refusal(.failedPrecondition, "no")) { try refused.get() }
    #expect(try twin.store.commit().isEmpty)
    #expect(try rows("keys", "secrets", "dead_digests") == [2, 2, 0])
    try twin.check()
    try twin.delete(key: 1, by: acting("acme"))
    try twin.check()
  }

  // MARK: Organizations

  @Test func organizationWithoutKeysAndChildrenIsDeleted() throws {
    try twin.put("new", under: "acme", name: "New")
    #expect(try twin.delete(organization: "new") == [1, 0])
    #expect(try twin.store.events("DeleteOrganization") == [#"new 0 {"name":"New"}"#])
    #expect(twin.reason(digest(1), in: "new") == .organizationUnknown)
    #expect(try refusal { try twin.delete(organization: "new") } == .noSuchOrganization)
    try twin.check()
  }

  @Test func organizationWithChildrenOrKeysIsKeptUnlessAskedFor() throws {
    func code(keys: Bool = false, below: Bool = false) throws -> Refusal.Code? {
      try refusal { try twin.delete(organization: "acme-eu", keys: keys, below: below) }?.code
    }
    #expect(try code() == .failedPrecondition)
    #expect(try code(keys: true) == .failedPrecondition)
    #expect(try code(below: true) == .failedPrecondition)
    // One below is lost as well; and one that is expired or disabled is not revoked.
    try twin.revoke(.id(keyID(1)))
    try twin.update(2) { $0.disabled = true }
    #expect(try code(below: true) == .failedPrecondition)
    #expect(try twin.store.events("DeleteOrganization").isEmpty)
    try twin.check()
    try twin.revoke(.id(keyID(2)))
    #expect(try twin.delete(organization: "acme-eu", below: true) == [2, 0])
    try twin.check()
  }

  @Test func organizationWhenDeletedTakesAllBelowAlong() throws {
    try twin.issue(newKey(3, in: "acme-eu"))
    try twin.revoke(.id(keyID(3)))
    try twin.rotate(2, to: 12)
    try use(2)
    try twin.suspend("acme-eu-de")
    #expect(try twin.delete(organization: "acme-eu", keys: true, below: true) == [2, 2])
    #expect(
      try rows("organizations", "keys", "secrets", "key_usage", "secret_usage", "usage_days")
        == [2, 0, 0, 0, 0, 0])
    #expect(try rows("dead_digests", "deleted_organizations") == [4, 2])
    #expect(
      try twin.store.count(
        """
        SELECT count(*) FROM deleted_organizations WHERE deleted_at = \(now)
          AND (number, id, parent) IN ((2, 'acme-eu', 1), (3, 'acme-eu-de', 2))
        """) == 2)
    #expect(
      try twin.store.events("RevokeKeys")
        == [1, 2].map {
          keyID($0).text + #" 0 {"reason":"its organization was deleted"}"#
        })
    #expect(
      try twin.store.events("DeleteOrganization") == [
        #"acme-eu-de 0 {"name":"","deleted_with":"acme-eu"}"#, #"acme-eu 0 {"name":"Europe"}"#,
      ])
    for secret in [1, 2, 3, 12] { #expect(twin.reason(digest(secret)) == .keyRevoked) }
    try twin.check()
  }

  @Test func identifierThatIsUsedAgainRevivesAndShowsNothing() throws {
    let request: (inout NewKey) -> Void = {
      $0.requestID = "r"
      $0.requestFingerprint = [1]
    }
    try twin.issue(newKey(3, in: "acme-eu", request))
    try twin.suspend("acme-eu")
    try twin.delete(organization: "acme-eu", keys: true, below: true)
    let again = try twin.put("acme-eu", under: "other")
    #expect(again.created && again.organization.name.isEmpty && !again.organization.suspended)
    #expect(again.organization.number > 4)
    try twin.put("acme-eu-de", under: "acme-eu")
    let reader = try Reader(twin.store.files)
    var filter = KeyFilter()
    filter.organization = again.organization.number
    filter.includeDescendants = true
    #expect(try reader.keys(filter, limit: 9, now: now).keys.isEmpty)
    reader.close()
    for secret in 1...3 {
      for id in ["", "acme-eu", "acme-eu-de"] {
        #expect(twin.reason(digest(secret), in: id) == .keyRevoked)
      }
    }
    // Also its requests are forgotten.
    #expect(try twin.issue(newKey(4, in: "acme-eu", request)).organization > 4)
    #expect(twin.reason(digest(4), in: "acme-eu-de") == .allowed)
    try twin.check()
  }

  @Test func actingDeletesBelowItselfAlone() throws {
    let author = acting("acme-eu")
    let refusals = try ["acme", "other", "none"].map { id in
      try refusal { try twin.delete(organization: id, keys: true, below: true, by: author) }
    }
    #expect(refusals.allSatisfy { $0 == .organizationOutside })
    let own = try refusal {
      try twin.delete(organization: "acme-eu", keys: true, below: true, by: author)
    }
    #expect(own?.code == .failedPrecondition)
    #expect(try twin.delete(organization: "acme-eu-de", keys: true, by: author) == [1, 1])
    try twin.check()
  }

  @Test func deletionWhenItsGroupGoesOnWithoutItLeavesNothing() throws {
    try twin.store.begin(now: now)
    let refused = try twin.store.member { transaction throws -> Void in
      var deletion = OrganizationDeletion(id: "acme")
      deletion.revokesKeys = true
      deletion.includesDescendants = true
      _ = try transaction.deleteOrganization(deletion, by: administrator)
      throw Refusal(.failedPrecondition, "no")
    }
    #expect(throws: Refusal(.failedPrecondition, "no")) { try refused.get() }
    #expect(try twin.store.commit().isEmpty)
    #expect(try rows("organizations", "keys", "dead_digests") == [4, 2, 0])
    try twin.check()
  }

  @Test func deletedAndMadeAgainInOneGroup() throws {
    try twin.change { transaction in
      var deletion = OrganizationDeletion(id: "acme")
      deletion.revokesKeys = true
      deletion.includesDescendants = true
      _ = try transaction.deleteOrganization(deletion, by: administrator)
      _ = try transaction.putOrganization(id: "acme", parentID: "", name: "", by: administrator)
      _ = try transaction.issueKey(newKey(5, in: "acme"), by: administrator)
    }
    #expect(twin.reason(digest(5)) == .allowed && twin.reason(digest(1)) == .keyRevoked)
    try twin.check()
  }

  @Test func deletionWithADamagedRowBelowIsRefused() throws {
    for sql in [
      "UPDATE secrets SET hint = hint || 'x' WHERE number = 2",
      "UPDATE keys SET name = name || 'x' WHERE number = 2",
      "UPDATE organizations SET name = name || 'x' WHERE number = 3",
    ] {
      try twin.store.connection.run(sql)
      let refused = try refusal {
        try twin.delete(organization: "acme-eu", keys: true, below: true)
      }
      #expect(refused?.code == .internal)
    }
    #expect(try rows("organizations", "keys", "secrets", "dead_digests") == [4, 2, 2, 0])
    #expect(twin.reason(digest(1)) == .allowed)
  }
}
