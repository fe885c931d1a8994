import OrgKeyModel
@testable import OrgKeyStore
import OrgKeySystem
import Testing

@Suite struct MigrationTests {
  let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  private let newest = Schema.migrations.last!.version

  private func migrations(_ extra: String...) -> [Migration] {
    Schema.migrations
      + extra.enumerated().map { Migration(version: newest + 1 + Int64($0), sql: $1) }
  }

  @Test func olderDatabaseWhenOpenedIsMigratedAndACopyKept() throws {
    do {
      let store = try directory.open()
      try store.put("acme")
      try store.close()
    }
    let store = try Store(
      opening: directory.database,
      migrations: migrations(
        "CREATE TABLE two (a INTEGER) STRICT", "ALTER TABLE two ADD COLUMN b INTEGER"))
    #expect(try store.count("PRAGMA user_version") == newest + 2)
    #expect(try store.count("SELECT count(b) FROM two") == 0)
    #expect(try store.loadAll().organizations.count == 1)
    try store.close()

    let kept = store.files.keptBefore(migration: newest + 1)
    #expect(try FileStatus(of: kept)?.mode == 0o600)
    let copy = try Store(opening: kept)
    #expect(try copy.count("PRAGMA user_version") == newest)
    #expect(try copy.loadAll().organizations.map(\.id) == ["acme"])
  }

  @Test func migrationThatFailsLeavesTheDatabaseAsItWas() throws {
    try directory.open().close()
    let broken = "CREATE TABLE two (a INTEGER) STRICT; NONSENSE"
    #expect(
      try failure {
        _ = try Store(opening: directory.database, migrations: migrations(broken))
      } == .internal)
    let store = try directory.open()
    #expect(try store.count("PRAGMA user_version") == newest)
    #expect(try store.count("SELECT count(*) FROM sqlite_schema WHERE name = 'two'") == 0)
  }

  @Test func databaseThatIsCurrentIsNotCopied() throws {
    try directory.open().close()
    let store = try directory.open()
    #expect(try FileStatus(of: store.files.keptBefore(migration: newest)) == nil)
  }
}
