import Glibc
import OrgKeyModel
@testable import OrgKeyStore
import OrgKeySystem
import TestSupport
import Testing

@Suite struct CheckDatabaseTests {
  let directory: TemporaryDirectory
  var database: String { directory.database }

  init() throws {
    directory = try TemporaryDirectory()
    let store = try directory.open()
    try store.put("acme", name: "Acme")
    try store.put("acme-eu", under: "acme", name: "Europe")
    for number in 1...5 {
      try store.issue(newKey(number, in: "acme-eu", permissions: ["a:\(number)"]))
      try store.change {
        var row = DeadDigestRow(digest: digest(100 + number).bytes, diedAt: now)
        try $0.insert(&row)
      }
    }
    try store.revoke(.id(keyID(5)))
    try store.close()
  }

  private func faults() throws -> [String] {
    try CheckReport(checking: database).faults.map(\.description)
  }

  @Test func databaseThatIsSoundIsCountedAndLeftAsItIs() throws {
    let before = try directory.shell("cd \(directory.path) && ls -a && md5sum orgkey.db*")
    let report = try CheckReport(checking: database)
    #expect(report.worst == nil && report.faultCount == 0, "\(report.faults)")
    #expect(report.keys == 5 && report.secrets == 5 && report.organizations == 2)
    #expect(report.lastEvent == AuditMark(sequence: 8, at: now))
    #expect(try directory.shell("cd \(directory.path) && ls -a && md5sum orgkey.db*") == before)
  }

  @Test func logThatACrashLeftIsReadAndLeftAsItIs() throws {
    let crashed = try directory.crashed { store in
      try store.put("late")
      try store.issue(newKey(6, in: "late"))
    }
    let list = "cd \(crashed.path) && ls -a && md5sum orgkey.db orgkey.db-wal"
    let before = try directory.shell(list)
    #expect(before.contains("orgkey.db-wal"))
    let report = try CheckReport(checking: crashed.database)
    #expect(report.worst == nil, "\(report.faults)")
    #expect(report.keys == 6 && report.organizations == 3 && report.lastEvent?.sequence == 10)
    #expect(try directory.shell(list) == before)
  }

  @Test(.enabled(if: FullDisk.isPossible))
  func databaseThatCanNotBeWrittenIsReadUnlessALogIsBeside()
    throws
  {
    let crashed = try directory.crashed { try $0.put("late") }
    let disk = try FullDisk(megabytes: 20)
    run("cp", database, disk.path)
    run("mkdir", disk.path + "/crashed")
    run("sh", "-c", "cp \(crashed.path)/* \(disk.path)/crashed")
    run("mount", "-o", "remount,ro", disk.path)
    #expect(try CheckReport(checking: disk.path + "/orgkey.db").worst == nil)
    #expect(
      try failure { _ = try CheckReport(checking: disk.path + "/crashed/orgkey.db") }
        == .configuration)
  }

  @Test func databaseInUseIsRefusedAndItsLockFileNotWritten() throws {
    let store = try directory.open()
    #expect(try failure { _ = try CheckReport(checking: database) } == .tryAgain)
    try store.close()
    _ = consume store
    let lock = database + ".lock"
    run("sh", "-c", "echo 12345 > \(lock)")
    _ = try CheckReport(checking: database)
    #expect(try Files.prefix(5, of: lock) == Array("12345".utf8))
  }

  @Test func linkToADatabaseIsFollowed() throws {
    run("ln", "-s", database, directory.path + "/latest with 100% ?#")
    #expect(try CheckReport(checking: directory.path + "/latest with 100% ?#").worst == nil)
    run("cp", database, directory.path + "/a 100% ?#.db")
    #expect(try CheckReport(checking: directory.path + "/a 100% ?#.db").keys == 5)
  }

  @Test func whatIsNoDatabaseOfOursIsRefused() throws {
    for path in ["/etc/passwd", "/dev/null", "/tmp", directory.path + "/none"] {
      #expect(try failure { _ = try CheckReport(checking: path) } == .configuration, "\(path)")
    }
    run("sqlite3", directory.path + "/other.db", "CREATE TABLE keys (a)")
    #expect(
      try failure { _ = try CheckReport(checking: directory.path + "/other.db") } == .configuration)
    directory.sqlite("PRAGMA user_version = 99")
    #expect(try failure { _ = try CheckReport(checking: database) } == .configuration)
  }

  @Test func olderSchemaIsChecked() throws {
    let other = try TemporaryDirectory()
    try other.makeFirstSchema()
    let report = try CheckReport(checking: other.database)
    #expect(report.worst == nil && report.schema == 1, "\(report.faults)")
  }

  @Test(arguments: CheckedTable.allCases) func rowThatIsDamagedIsNamed(_ table: CheckedTable) throws
  {
    directory.sqlite("UPDATE \(table.name) SET checksum = checksum + 1 WHERE number = 2")
    let report = try CheckReport(checking: database)
    let expected = QuarantinedRow(table: table.name, number: 2, fault: .checksum)
    #expect(report.faults.contains(DatabaseFault(reach: .row, description: "\(expected)")))
  }

  @Test(arguments: CheckedTable.allCases) func rowThatVanishedIsTold(_ table: CheckedTable) throws {
    directory.sqlite("PRAGMA foreign_keys = OFF; DELETE FROM \(table.name) WHERE number = 2")
    let report = try CheckReport(checking: database)
    #expect(report.worst == .table)
    #expect(report.faults.contains { $0.reach == .table && $0.description.contains(table.name) })
  }

  @Test func indexThatLacksARowIsToldAsAFaultOfTheFile() throws {
    directory.sqlite(
      """
      PRAGMA writable_schema = ON;
      CREATE TABLE t (a); CREATE INDEX i ON t (a);
      UPDATE sqlite_schema SET rootpage = (SELECT sum(rootpage) FROM sqlite_schema
          WHERE name IN ('i', 'keys_organization')) - rootpage
        WHERE name IN ('i', 'keys_organization')
      """)
    #expect(try CheckReport(checking: database).worst == .file)
  }

  @Test func organizationsInACircleOrTooDeepAreTold() throws {
    let store = try directory.open()
    try store.change { transaction in
      let top = try #require(try transaction.organization(id: "acme"))
      var circle = top
      circle.parent = 2
      try transaction.update(top, to: circle)
      var parent: Int64 = 0
      for depth in 0...Limits.depth + 1 {
        var row = OrganizationRow(id: "d\(depth)", parent: parent, name: "", createdAt: now)
        try transaction.insert(&row)
        parent = row.number
      }
      var same = OrganizationRow(id: "no id", parent: 0, name: "", createdAt: now)
      try transaction.insert(&same)
    }
    try store.close()
    _ = consume store
    let report = try CheckReport(checking: database)
    #expect(report.worst == .row)
    let named = report.faults.map(\.description).filter { $0.contains("organizations") }
    #expect(named.count >= 2, "\(named)")
    for row in ["row 68 ", "row 69 "] {
      #expect(named.contains { $0.hasPrefix(row) }, "\(named)")
    }
  }

  @Test func rowOfAMissingRowIsTold() throws {
    let store = try directory.open()
    try store.connection.run("PRAGMA foreign_keys = OFF")
    try store.change { transaction in
      let old = try #require(
        try transaction.connection.row(KeyRow.self, where: "number = ?", .integer(1)))
      var key = old
      key.organization = 77
      try transaction.update(old, to: key)
    }
    try store.close()
    _ = consume store
    #expect(
      try faults().first == "\(QuarantinedRow(table: "keys", number: 1, fault: .reference))")
  }

  @Test func numbersThatWouldComeAgainAreTold() throws {
    directory.sqlite("UPDATE sqlite_sequence SET seq = 3 WHERE name IN ('keys', 'audit')")
    #expect(
      try faults() == [
        "table keys: the numbers after 3 would be given out again",
        "table audit: the numbers after 3 would be given out again",
      ])
  }

  /// Whatever bit is flipped and wherever the file ends: the check comes to an end, and when it
  /// says that all is well, what decisions are made from is what it was.
  @Test func anyDamageIsSurvivedAndNoneOfConsequenceIsMissed() throws {
    let original = try #require(try? Files.prefix(1 << 20, of: database))
    let content = try content(of: database)
    let damaged = directory.path + "/damaged.db"
    var random = SystemRandomNumberGenerator()
    var (missed, unread) = (0, 0)
    for round in 0..<400 {
      var bytes = original
      if round % 10 == 0 {
        bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
      } else {
        // The header and the schema oftener than the rest.
        let end = round % 3 == 0 ? 1024 : bytes.count
        bytes[Int.random(in: 0..<end, using: &random)] ^=
          1 << UInt8.random(in: 0...7, using: &random)
      }
      try write(bytes, to: damaged)
      do {
        let report = try CheckReport(checking: damaged)
        if report.worst == nil, try self.content(of: damaged) != content { missed += 1 }
      } catch let error as StoreError {
        #expect(error.category == .configuration, "\(error)")
        unread += 1
      }
    }
    #expect(missed == 0)
    #expect(unread < 100)
  }

  private func content(of path: String) throws -> String {
    let tables = CheckedTable.allCases.map { "SELECT * FROM \($0.name) ORDER BY number;" }
    return try directory.shell("sqlite3 -readonly '\(path)' \"\(tables.joined())\" 2>&1")
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    let file = unsafe try #require(fopen(path, "w"))
    unsafe fwrite(bytes, 1, bytes.count, file)
    unsafe fclose(file)
  }
}

extension TemporaryDirectory {
  /// A database as the first release made them, with an organization and a key.
  func makeFirstSchema() throws {
    try Files.create(database)
    let connection = try Connection(database, .create)
    try connection.script(
      "PRAGMA application_id = \(Schema.applicationID); \(Schema.migrations[0].sql); "
        + "INSERT INTO meta VALUES (1, 'db_first', 1); PRAGMA user_version = 1; BEGIN")
    let empty = try Totals(reading: connection, of: CheckedTable.all(in: 1))
    var transaction = Transaction(
      connection: connection, files: try DatabaseFiles(database), now: now, totals: empty,
      hasReserve: true)
    var organization = OrganizationRow(id: "acme", parent: 0, name: "", createdAt: now)
    try transaction.insert(&organization)
    var key = KeyRow(
      keyID: keyID(1), organization: 1, name: "n", environment: Environment("live")!,
      permissionSet: try transaction.permissionSet(["*"]), createdAt: now, createdBy: "test")
    try transaction.insert(&key)
    try transaction.addSecret(to: key.number, version: 1, digest(1), "hint")
    try transaction.totals.write(replacing: empty, on: connection)
    try connection.script("COMMIT")
    connection.close()
  }

  /// The files as a crash leaves them after `change`, in a directory of their own: the log not
  /// yet in the database.
  func crashed(after change: (Store) throws -> Void) throws -> TemporaryDirectory {
    let other = try TemporaryDirectory()
    let store = try open()
    try change(store)
    for name in ["orgkey.db", "orgkey.db-wal", "orgkey.db-shm", "orgkey.db.lock"] {
      run("cp", "\(path)/\(name)", other.path)
    }
    try store.close()
    return other
  }
}
