import OrgKeyModel
@testable import OrgKeyStore
import OrgKeySystem
import Testing

@Suite struct RestoreTests {
  let world: BackedUp
  init() throws { world = try BackedUp() }

  // MARK: What is told

  @Test func eventsThatAreLostAreCountedAndTheirNumbersNotUsedAgain() throws {
    try world.change { store in
      try store.issue(newKey(20, in: "acme"), at: now + 1)
      try store.revoke(.id(keyID(20)), at: now + 2)
      try store.revoke(.id(keyID(1)), at: now + 3)
    }
    let restore = try Restore(world.backup, to: world.database)
    #expect(restore.backup.lastEvent == AuditMark(sequence: 12, at: now))
    let report = try restore.run()
    #expect(report.lostEvents == 3 && report.lastLost == AuditMark(sequence: 15, at: now + 3))
    _ = consume restore
    let store = try world.directory.open()
    #expect(try store.count("SELECT count(*) FROM audit WHERE method = 'Restore'") == 2)
    // One tells what became of the key, one of the whole.
    #expect(
      try store.connection.text(
        "SELECT key_id || organization_id FROM audit WHERE sequence = 16")
        == keyID(1).text + "acme-eu")
    let detail = try store.connection.text("SELECT detail FROM audit WHERE sequence = 17")
    #expect(
      detail
        == #"{"complete_to":12,"lost_events":3,"lost_to":15,"revoked_keys":1,"dead_digests":1}"#)
    try store.issue(newKey(30, in: "acme"))
    #expect(try store.count("SELECT number FROM keys WHERE key_id = '\(keyID(30).text)'") == 11)
    #expect(try store.count("SELECT max(sequence) FROM audit") == 18)
    try store.close()
  }

  @Test func withoutADatabaseTheBackupIsSimplyPlaced() throws {
    run("sh", "-c", "rm \(world.database)*")
    let report = try world.restore()
    #expect(report.present == .none && report.kept == nil)
    #expect(try world.loaded().keys.count == 9)
    #expect(try FileStatus(of: world.database)?.mode == 0o600)
    #expect(try FileStatus(of: world.kept) == nil)
  }

  @Test func databaseThatCanNotBeReadIsToldAndReplaced() throws {
    let damages = [
      "dd if=/dev/urandom of=\(world.database) bs=4096 count=1 conv=notrunc status=none",
      "truncate -s 5000 \(world.database)", "truncate -s 0 \(world.database)",
    ]
    for (round, damage) in damages.enumerated() {
      run("sh", "-c", damage)
      let report = try world.restore()
      guard case .unreadable = report.present else {
        Issue.record("\(report.present)")
        continue
      }
      #expect(report.kept == world.kept + (round == 0 ? "" : "-\(round + 1)"))
      #expect(try world.loaded().keys.count == 9)
    }
  }

  @Test func partsThatCanNotBeReadAreToldAndTheRestCarriedOver() throws {
    try world.change { store in
      for number in 1...3 { try store.revoke(.id(keyID(number))) }
    }
    world.directory.sqlite("UPDATE keys SET revoked_at = 0 WHERE number = 2")
    let report = try world.restore()
    #expect(report.carried.gaps == ["row 2 of table keys is damaged"])
    #expect(report.carried.revokedKeys == 2)
    #expect(try world.loaded().keys.filter { $0.revokedAt != 0 }.map(\.number) == [1, 3])
  }

  @Test func rowsThatVanishedFromTheDatabaseAreTold() throws {
    try world.change { try $0.revoke(.id(keyID(2))) }
    world.directory.sqlite("PRAGMA foreign_keys = OFF; DELETE FROM keys WHERE number = 2")
    #expect(try world.restore().carried.gaps == ["rows of table keys were lost or are out of date"])
  }

  @Test func tableThatCanNotBeReadIsToldAndTheOthersCarriedOver() throws {
    try world.change { store in
      try store.suspend("acme")
      try store.revokeAndDelete(7, at: now)
    }
    let page = try world.directory.shell(
      "sqlite3 \(world.database) \"SELECT rootpage FROM sqlite_schema WHERE name = 'keys'\"")
    let number = try #require(Int(page.dropLast()))
    run(
      "dd", "if=/dev/urandom", "of=\(world.database)", "bs=4096", "seek=\(number - 1)", "count=1",
      "conv=notrunc", "status=none")
    let report = try world.restore()
    #expect(report.present == .read && report.carried.gapCount == 1)
    #expect(report.carried.suspendedOrganizations == 1 && report.carried.deletedKeyCount == 1)
    #expect(try world.loaded().keys.count == 9)
  }

  // MARK: What is refused

  @Test func backupOfAnotherDatabaseIsRefused() throws {
    let other = try TemporaryDirectory()
    let store = try other.open()
    try store.backup(to: world.backup)
    try store.close()
    let before = try world.files()
    #expect(try failure { try world.restore() } == .configuration)
    #expect(try world.files() == before)
    // As the message says.
    run(
      "sh", "-c",
      "mkdir \(world.directory.path)/old && mv \(world.database)* \(world.directory.path)/old")
    #expect(try world.restore().present == .none)
  }

  @Test func whileADatabaseIsInUseItIsRefused() throws {
    let store = try world.directory.open()
    #expect(try failure { try world.restore() } == .tryAgain)
    try store.close()
    _ = consume store
    let other = try TemporaryDirectory()
    let inUse = try other.open()
    #expect(try failure { try world.restore(other.database) } == .tryAgain)
    try inUse.close()
  }

  @Test func databaseIsNoBackupOfItself() throws {
    #expect(try failure { try world.restore(world.database) } == .configuration)
    run("ln", "-s", world.database, world.directory.path + "/link")
    #expect(try failure { try world.restore(world.directory.path + "/link") } == .configuration)
  }

  @Test func damagedBackupIsRefusedUnlessAccepted() throws {
    run("sqlite3", world.backup, "UPDATE keys SET name = 'x' WHERE number = 2")
    run("sqlite3", world.backup, "PRAGMA foreign_keys = OFF; DELETE FROM keys WHERE number = 3")
    run("sqlite3", world.backup, "UPDATE sqlite_sequence SET seq = 4 WHERE name = 'keys'")
    try world.change { store in for number in 1...9 { try store.revoke(.id(keyID(number))) } }
    let before = try world.files()
    #expect(try failure { try world.restore() } == .damaged)
    #expect(try world.files() == before)

    #expect(try world.restore(acceptDamage: true).carried.revokedKeys == 7)
    let store = try world.directory.open()
    let loaded = try store.loadAll()
    #expect(loaded.report.acceptedTables.isEmpty)
    #expect(loaded.keys.map(\.number) == [1, 4, 5, 6, 7, 8, 9])
    #expect(loaded.keys.allSatisfy { $0.revokedAt == now })
    try store.issue(newKey(60, in: "acme"))
    #expect(try store.count("SELECT max(number) FROM keys") == 10)
    try store.close()
  }

  @Test func backupWithABrokenIndexIsMendedIfDamageIsAccepted() throws {
    run(
      "sqlite3", world.backup,
      """
      PRAGMA writable_schema = ON;
      CREATE TABLE t (a); CREATE INDEX i ON t (a);
      UPDATE sqlite_schema SET rootpage = (SELECT sum(rootpage) FROM sqlite_schema
          WHERE name IN ('i', 'keys_organization')) - rootpage
        WHERE name IN ('i', 'keys_organization')
      """)
    #expect(try failure { try world.restore() } == .damaged)
    try world.restore(acceptDamage: true)
    #expect(try CheckReport(checking: world.database).worst == nil)
  }

  @Test func backupThatIsCutOffIsNeverAccepted() throws {
    run("truncate", "-s", "20000", world.backup)
    #expect(try failure { try world.restore(acceptDamage: true) } == .damaged)
    #expect(try world.loaded().keys.count == 9)
  }

  @Test func olderBackupIsBroughtUpToDate() throws {
    let other = try TemporaryDirectory()
    try other.makeFirstSchema()
    run("mv", other.database, other.path + "/backup")
    let report = try Restore(other.path + "/backup", to: other.database).run()
    #expect(report.migratedFrom == 1 && report.present == .none)
    let store = try other.open()
    #expect(try store.loadAll().keys.count == 1)
    #expect(store.databaseID == "db_first")
    try store.close()
  }

  @Test func olderDatabaseIsReadAsWell() throws {
    let other = try TemporaryDirectory()
    try other.makeFirstSchema()
    run("cp", other.database, other.path + "/backup")
    run("sqlite3", other.database, "UPDATE keys SET revoked_at = 1")
    let report = try Restore(other.path + "/backup", to: other.database).run()
    #expect(report.present == .read)
    #expect(report.carried.gaps == ["row 1 of table keys is damaged"])
  }
}
