import Glibc
import OrgKeyModel
@testable import OrgKeyStore
import OrgKeySystem
import Testing

@Suite struct OpeningTests {
  let directory: TemporaryDirectory
  let newest = Schema.migrations.last!.version
  init() throws { directory = try TemporaryDirectory() }

  @Test func databaseWhenMadeHasPrivateModesAndAnID() throws {
    let store = try directory.open()
    try store.put("acme")
    for path in [store.files.database, store.files.wal, store.files.lock, store.files.reserve] {
      #expect(try FileStatus(of: path)?.mode == 0o600, "\(path)")
    }
    #expect(try FileStatus(of: store.files.reserve)?.size == 16 << 20)
    #expect(store.databaseID.count == 35)
    let id = store.databaseID
    try store.close()
    _ = consume store
    #expect(try directory.open().databaseID == id)
  }

  @Test func settingsWhenOpenAreThoseTheGuaranteesRestOn() throws {
    let store = try directory.open()
    let expected = [
      ("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1"),
      ("trusted_schema", "0"), ("cell_size_check", "1"), ("mmap_size", "0"),
      ("temp_store", "2"), ("wal_autocheckpoint", "0"), ("application_id", "\(0x4F4B_6579)"),
      ("user_version", "\(newest)"),
    ]
    for (name, value) in expected {
      #expect(try store.connection.text("PRAGMA \(name)") == value, "\(name)")
    }
    // Defensive, and no strings in double quotes.
    #expect(try failure { try store.connection.run("PRAGMA writable_schema = ON;") } == nil)
    #expect(try failure { try store.connection.run("DELETE FROM sqlite_schema") } != nil)
    #expect(try failure { try store.connection.run("SELECT \"text\"") } == .internal)
  }

  @Test func readerWhenOpenCanNotWrite() throws {
    let store = try directory.open()
    let reader = try Reader(store.files)
    #expect(
      try failure { try reader.connection.run("DELETE FROM keys") } == .configuration)
    reader.close()
    try store.close()
  }

  @Test func secondOpenerWhenOneIsOpenIsRefusedNamingFileAndPid() throws {
    let store = try directory.open()
    do throws(StoreError) {
      _ = try directory.open()
      Issue.record("two stores on one database")
    } catch {
      #expect(error.category == .tryAgain)
      #expect(error.exitStatus == 75)
      #expect(error.message.contains(store.files.database))
      #expect(error.message.contains("pid \(getpid())"))
    }
    try store.close()
  }

  @Test func databaseWhenClosedOpensAgain() throws {
    do {
      let store = try directory.open()
      try store.put("acme", name: "Acme")
      try store.close()
    }
    #expect(try directory.open().loadAll().organizations.map(\.id) == ["acme"])
  }

  @Test func databaseWhenNotClosedHasWhatWasCommitted() throws {
    do { try directory.open().put("acme") }
    #expect(try directory.open().loadAll().organizations.map(\.id) == ["acme"])
  }

  private func makeDatabase() throws { try directory.open().close() }

  private func expectRefusal(_ word: String) throws {
    do throws(StoreError) {
      _ = try directory.open()
      Issue.record("opened: \(word)")
    } catch {
      #expect(error.category == .configuration, "\(error)")
      #expect(error.message.contains(word), "\(error)")
    }
  }

  @Test func symbolicLinkIsRefused() throws {
    try makeDatabase()
    run("mv", directory.database, directory.path + "/other.db")
    run("ln", "-s", "other.db", directory.database)
    try expectRefusal("symbolic link")
  }

  @Test func symbolicLinkIntoNowhereIsRefused() throws {
    run("ln", "-s", "other.db", directory.database)
    try expectRefusal("symbolic link")
    #expect(try FileStatus(of: directory.path + "/other.db") == nil)
  }

  @Test func symbolicLinkToTheDirectoryIsFollowed() throws {
    run("ln", "-s", directory.path, directory.path + "/link")
    let store = try Store(opening: directory.path + "/link/orgkey.db")
    #expect(store.files.database == directory.database)
  }

  @Test func hardLinkIsRefused() throws {
    try makeDatabase()
    run("ln", directory.database, directory.path + "/other.db")
    try expectRefusal("hard link")
  }

  @Test func databaseThatOthersMayWriteIsRefused() throws {
    try makeDatabase()
    run("chmod", "620", directory.database)
    try expectRefusal("chmod 600")
  }

  @Test func directoryThatEverybodyMayWriteIsRefused() throws {
    run("chmod", "777", directory.path)
    try expectRefusal("everybody may write")
    #expect(try FileStatus(of: directory.database) == nil)
  }

  @Test(.enabled(if: geteuid() == 0)) func directoryOfAnotherUserIsRefused() throws {
    run("chown", "1234", directory.path)
    try expectRefusal("belongs to uid 1234")
    #expect(try FileStatus(of: directory.database) == nil)
  }

  @Test(.enabled(if: geteuid() == 0)) func databaseOfAnotherUserIsRefused() throws {
    try makeDatabase()
    run("chown", "1234", directory.database)
    try expectRefusal("belongs to uid 1234")
  }

  @Test func directoryThatIsMissingIsRefused() throws {
    #expect(
      try failure { _ = try Store(opening: directory.path + "/none/orgkey.db") }
        == .configuration)
  }

  @Test func directoryInPlaceOfTheDatabaseIsRefused() throws {
    run("mkdir", directory.database)
    try expectRefusal("not a regular file")
  }

  @Test func fileThatIsNoDatabaseIsRefused() throws {
    run("cp", "/etc/passwd", directory.database)
    try expectRefusal("not a SQLite database")
  }

  @Test func emptyFileIsRefused() throws {
    run("touch", directory.database)
    run("chmod", "600", directory.database)
    try expectRefusal("not a SQLite database")
  }

  @Test func databaseOfAnotherProgramIsRefusedAndLeftAsItIs() throws {
    directory.sqlite("PRAGMA user_version = 1; CREATE TABLE keys (a)")
    try expectRefusal("not one of orgkeyd's")
    #expect(try FileStatus(of: directory.database + "-wal") == nil)
  }

  @Test func newerSchemaIsRefused() throws {
    try makeDatabase()
    directory.sqlite("PRAGMA user_version = \(newest + 1)")
    try expectRefusal("schema \(newest + 1)")
  }

  @Test func logWithoutItsDatabaseIsRefused() throws {
    run("cp", "/etc/passwd", directory.database + "-wal")
    try expectRefusal("put the database back")
  }

  @Test func halfMadeDatabaseIsMadeAnew() throws {
    run("cp", "/etc/passwd", directory.database + ".new")
    try makeDatabase()
    #expect(try FileStatus(of: directory.database + ".new") == nil)
  }
}
