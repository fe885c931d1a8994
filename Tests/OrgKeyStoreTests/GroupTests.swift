import OrgKeyModel
@testable import OrgKeyStore
import Testing

@Suite struct GroupTests {
  let directory: TemporaryDirectory
  let store: Store
  init() throws {
    directory = try TemporaryDirectory()
    store = try directory.open()
  }

  private func put(_ id: String, under parent: String = "") throws(StoreError) -> Refusal.Code? {
    let outcome = try store.member {
      try $0.putOrganization(id: id, parentID: parent, name: "", by: administrator)
    }
    if case .failure(let refusal) = outcome { return refusal.code }
    return nil
  }

  @Test func memberWhenRefusedIsUndoneAndTheOthersAreKept() throws {
    try store.begin(now: now)
    #expect(try put("a") == nil)
    let refused = try store.member { transaction throws -> Void in
      _ = try transaction.putOrganization(id: "b", parentID: "", name: "", by: administrator)
      _ = try transaction.issueKey(newKey(1, in: "b"), by: administrator)
      throw Refusal(.failedPrecondition, "no")
    }
    #expect(throws: Refusal(.failedPrecondition, "no")) { try refused.get() }
    // Sees what was made before it in the same group.
    #expect(try put("c", under: "a") == nil)
    #expect(try put("d", under: "b") == .notFound)
    let mutations = try store.commit()

    #expect(mutations.count == 2)
    let loaded = try store.loadAll()
    #expect(Set(loaded.organizations.map(\.id)) == ["a", "c"])
    #expect(loaded.keys.isEmpty && loaded.secrets.isEmpty && loaded.permissionSets.isEmpty)
    #expect(try store.count("SELECT count(*) FROM audit") == 2)
    // Its numbers were not used either, and the totals are right.
    try store.put("e")
    #expect(try store.loadAll().organizations.map(\.number).max() == 3)
  }

  @Test func memberWhenAConstraintBreaksIsRefusedAlone() throws {
    try store.put("acme")
    try store.issue(newKey(1, in: "acme"))
    try store.begin(now: now)
    let same = try store.member {
      try $0.issueKey(newKey(2, in: "acme") { $0.id = keyID(1) }, by: administrator)
    }
    #expect(throws: Refusal.self) { try same.get() }
    #expect(try put("other") == nil)
    _ = try store.commit()
    #expect(try store.loadAll().keys.count == 1)
  }

  @Test func memberWhenAloneIsKeptOrLeavesNothing() throws {
    try store.begin(now: now, alone: true)
    #expect(try put("a") == nil)
    #expect(try store.commit().count == 1)
    try store.begin(now: now, alone: true)
    let refused = try store.member { transaction throws -> Void in
      _ = try transaction.putOrganization(id: "b", parentID: "a", name: "", by: administrator)
      _ = try transaction.issueKey(newKey(1, in: "b"), by: administrator)
      throw Refusal(.failedPrecondition, "no")
    }
    #expect(throws: Refusal(.failedPrecondition, "no")) { try refused.get() }
    // The database is not held on to for that: somebody else may write meanwhile.
    let other = try Connection(directory.database, .write)
    try other.script("BEGIN IMMEDIATE")
    #expect(try store.commit().isEmpty)
    try other.script("ROLLBACK")
    other.close()
    try store.begin(now: now)
    #expect(try put("c", under: "a") == nil)
    #expect(try put("d", under: "b") == .notFound)
    #expect(try store.commit().count == 1)
    #expect(try Set(store.loadAll().organizations.map(\.id)) == ["a", "c"])
  }

  @Test func groupWhenGivenUpLeavesNothing() throws {
    try store.begin(now: now)
    #expect(try put("a") == nil)
    try store.rollback()
    try store.put("b")
    #expect(try store.loadAll().organizations.map(\.id) == ["b"])
  }

  @Test func mutationsWhenCommittedComeInTheOrderOfTheMembers() throws {
    try store.begin(now: now)
    _ = try put("a")
    _ = try store.member { try $0.issueKey(newKey(1, in: "a"), by: administrator) }
    _ = try store.member {
      try $0.revokeKey(.id(keyID(1)), secretVersion: 0, reason: "", by: administrator)
    }
    let names = try store.commit().map { mutation in
      switch mutation {
      case .addOrganization: "organization"
      case .addPermissionSet: "permissions"
      case .addKey: "key"
      case .addSecret: "secret"
      case .revokeKeys: "revoke"
      default: "another"
      }
    }
    #expect(names == ["organization", "permissions", "key", "secret", "revoke"])
  }

  @Test func beginWhenSomebodyElseWritesSaysTryAgain() throws {
    let other = try Connection(directory.database, .write)
    try other.script("BEGIN IMMEDIATE")
    #expect(try failure { try store.begin(now: now) } == .tryAgain)
    try other.script("ROLLBACK")
    other.close()
    try store.put("acme")
  }

  @Test func logWhenItHasGrownIsCheckpointedAndKeepsItsLength() throws {
    try store.put("acme")
    for index in 0..<300 { try store.issue(newKey(index, in: "acme")) }
    #expect(store.connection.walFrames > 2000)
    let length = try store.files.sizes().wal
    try store.maintain()
    try store.put("after")
    #expect(store.connection.walFrames < 100)
    #expect(try store.files.sizes().wal == length)
  }

  @Test func groupWhenTheDiskIsFullLeavesNothingAndRevokingGoesOn() throws {
    try store.put("acme")
    try store.issue(newKey(1, in: "acme"))
    // SQLite says the same when the file may not grow as when the disk has no room.
    try store.connection.script("PRAGMA max_page_count = 1")
    try store.begin(now: now)
    #expect(try put("a") == nil)
    var category: StoreError.Category?
    for number in 2...2000 where category == nil {
      category = try failure {
        _ = try store.member { try $0.issueKey(newKey(number, in: "acme"), by: administrator) }
      }
    }
    #expect(category == .full)
    #expect(store.isFull && store.group == nil)
    #expect(try store.loadAll().organizations.map(\.id) == ["acme"])

    // One by one, what frees no space for anybody is refused, and revoking is not.
    try store.begin(now: now)
    #expect(try put("a") == .resourceExhausted)
    let revoked = try store.member {
      try $0.revokeKey(.id(keyID(1)), secretVersion: 0, reason: "leaked", by: administrator)
    }
    #expect(try revoked.get().revokedAt == now)
    _ = try store.commit()
    let loaded = try store.loadAll()
    #expect(loaded.organizations.count == 1 && loaded.keys.count == 1)
    #expect(loaded.keys.first?.revokedAt == now)
  }
}
