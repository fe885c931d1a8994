import CSQLite
import OrgKeySystem

/// The database: the only connection that writes or checkpoints, used by one thread, the
/// writer. Open it, `load` it, then change it in groups: `begin`, `member`…, `commit`.
package final class Store {
  package let files: DatabaseFiles
  /// Made with the database, and never again: tells two daemons apart.
  package let databaseID: String

  /// What is wrong with the log, and was accepted.
  let acceptedLogDamage: String?

  let connection: Connection
  var totals: Totals
  var reserve: Reserve
  /// The open group; nil between groups.
  var group: Transaction?
  var hasSavepoints = true
  /// The open group had one member, which was refused.
  var isRolledBack = false
  /// Held as long as the store lives.
  private let lock: LockFile

  /// Opens the database at `path`, or makes it, after checking everything that would make it
  /// unsafe to serve from. Nothing of it is vouched for before `load`.
  ///
  /// - Parameter acceptDamage: do without what a damaged log has lost.
  package convenience init(opening path: String, acceptDamage: Bool = false) throws(StoreError) {
    try self.init(opening: path, acceptDamage: acceptDamage, migrations: Schema.migrations)
  }

  init(
    opening path: String, acceptDamage: Bool = false, migrations: [Migration]
  ) throws(StoreError) {
    files = try DatabaseFiles(path)
    lock = try files.takeLock()
    try files.removeCopyInProgress()
    try files.finishRestore()
    if try files.checkDatabase() {
      try DatabaseFiles.checkHeader(of: files.database)
      acceptedLogDamage = try files.checkLog(acceptDamage: acceptDamage)
    } else {
      acceptedLogDamage = nil
      try files.createDatabase(migrations)
    }
    connection = try files.connectMakingRoom()
    try connection.emptyLog(isDamaged: acceptedLogDamage != nil)
    try connection.migrate(migrations, keepingCopyIn: files)
    // The log's entry, too: SQLite syncs it, but goes on when that fails.
    let directory = files.directory
    try system { () throws(SystemError) in try Files.syncDirectory(directory) }
    databaseID = try connection.text("SELECT database_id FROM meta") ?? ""
    totals = try Totals(reading: connection)
    reserve = try Reserve(files)
  }

  /// Closes the database, its log moved into it. Close every `Reader` before.
  package func close() throws(StoreError) {
    precondition(group == nil, "a group of changes is open")
    defer { connection.close() }
    try connection.checkpoint()
  }
}

extension DatabaseFiles {
  func takeLock() throws(StoreError) -> LockFile {
    do { return try LockFile(lock) } catch let held as LockFile.Held {
      let owner = held.pid > 0 ? " (pid \(held.pid))" : ""
      var error = StoreError(
        .configuration, "\(database) is in use by another orgkeyd\(owner): one daemon, one database"
      )
      error.category = .tryAgain
      throw error
    } catch let error as SystemError {
      throw StoreError(.configuration, "the lock file can't be used: \(error)")
    } catch {
      throw StoreError(.internal, "\(error)")
    }
  }

  /// Refuses what is no database of ours before SQLite could touch it.
  static func checkHeader(of database: String) throws(StoreError) {
    switch try header(of: database) {
    case .ours: return
    case .foreign:
      throw StoreError(.configuration, "\(database) is a database, but not one of orgkeyd's")
    case .none: throw StoreError(.configuration, "\(database) is not a SQLite database")
    }
  }

  enum Header { case ours, foreign, none }

  /// Whose database a file is. Reads it by a descriptor of its own, which is harmless only
  /// because SQLite has it not open yet.
  static func header(of database: String) throws(StoreError) -> Header {
    let header = try system { () throws(SystemError) in try Files.prefix(72, of: database) }
    guard header.count == 72, header.starts(with: "SQLite format 3\0".utf8) else { return .none }
    let id = header[68..<72].reduce(Int64(0)) { $0 << 8 | Int64($1) }
    return id == Schema.applicationID ? .ours : .foreign
  }

  /// - Returns: what is wrong with the log.
  /// - Throws: `.damaged`, unless that is accepted.
  fileprivate func checkLog(acceptDamage: Bool) throws(StoreError) -> String? {
    guard let damage = try LogVerification.damage(ofLogOf: database) else { return nil }
    guard acceptDamage else {
      throw StoreError(
        .damaged,
        "\(damage): revocations may be among what is lost; restore a backup by orgkeyd --restore "
          + "FILE, or serve what is left by --accept-damage")
    }
    return damage
  }

  /// On a full disk there may not even be room for the index of the log: the reserve makes it.
  fileprivate func connectMakingRoom() throws(StoreError) -> Connection {
    do throws(StoreError) { return try connect() } catch {
      guard error.isLackOfRoom, try exists(reserve) else { throw error }
      var reserve = try Reserve(self)
      try reserve.release()
      return try connect()
    }
  }

  private func connect() throws(StoreError) -> Connection {
    let connection = try Connection(database, .write)
    try connection.applySettings()
    return connection
  }

  /// Makes the database under another name first: it is there whole or not at all.
  fileprivate func createDatabase(_ migrations: [Migration]) throws(StoreError) {
    let wal = wal
    guard try system({ () throws(SystemError) in try FileStatus(of: wal) }) == nil else {
      throw StoreError(
        .configuration, "there is no \(database), but its log \(wal): put the database back")
    }
    let new = database + ".new"
    try system { () throws(SystemError) in
      try Files.remove(new)
      try Files.remove(new + "-journal")
      try Files.create(new)
    }
    let connection = try Connection(new, .create)
    defer { connection.close() }
    try connection.script("BEGIN EXCLUSIVE; PRAGMA application_id = \(Schema.applicationID)")
    for migration in migrations { try connection.script(migration.sql) }
    try connection.run(
      "INSERT INTO meta VALUES (1, ?, ?)", .text(try Self.newDatabaseID()),
      .integer(Clock.wallMilliseconds()))
    try connection.script("PRAGMA user_version = \(migrations.last?.version ?? 0); COMMIT")
    connection.close()
    try moveIntoPlace(new, database)
  }

  private static func newDatabaseID() throws(StoreError) -> String {
    let bytes = try system { () throws(SystemError) in try Random.bytes(16) }
    let digits = Array("0123456789abcdef")
    return "db_" + String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }

  func moveIntoPlace(_ new: String, _ path: String) throws(StoreError) {
    let directory = directory
    try system { () throws(SystemError) in
      try Files.rename(new, to: path)
      try Files.syncDirectory(directory)
    }
  }

  /// Keeps a copy of the database as it was before a migration.
  fileprivate func keepCopy(of connection: Connection, before version: Int64) throws(StoreError) {
    let path = keptBefore(migration: version)
    let new = path + ".new"
    try system { () throws(SystemError) in
      try Files.remove(new)
      try Files.create(new)
    }
    let copy = try Connection(new, .create)
    defer { copy.close() }
    try connection.copy(to: copy)
    copy.close()
    try moveIntoPlace(new, path)
  }
}

extension Connection {
  /// Sets everything the guarantees rest on, and reads it back: SQLite ignores a setting it
  /// doesn't know, and a build can have other defaults.
  ///
  /// - Parameter journalMode: nil: whatever it is, for a file that is only looked at.
  func applySettings(journalMode: String? = "wal") throws(StoreError) {
    try configure(SQLITE_DBCONFIG_DEFENSIVE, true, "defensive")
    try configure(SQLITE_DBCONFIG_DQS_DML, false, "dqs_dml")
    try configure(SQLITE_DBCONFIG_DQS_DDL, false, "dqs_ddl")
    try configure(SQLITE_DBCONFIG_ENABLE_TRIGGER, false, "triggers")
    var settings = [
      ("synchronous", "2"), ("foreign_keys", "1"), ("trusted_schema", "0"),
      ("cell_size_check", "1"), ("mmap_size", "0"),
      // What undoes a large change would else go to a temporary directory, which may not be there.
      ("temp_store", "2"),
      // The log stays as long as this, so that revoking finds room in it; what one large change
      // made it grow beyond is given back when it begins anew.
      ("journal_size_limit", "\(64 << 20)"),
    ]
    if let journalMode { settings.insert(("journal_mode", journalMode), at: 0) }
    for (name, value) in settings {
      try script("PRAGMA \(name) = \(value)")
      // mmap_size answers nothing where memory mapping was left out of the build.
      let actual = try text("PRAGMA \(name)") ?? "0"
      guard actual == value else {
        throw StoreError(.configuration, "SQLite has \(name) = \(actual) and not \(value)")
      }
    }
    guard try integer("PRAGMA wal_autocheckpoint") == 0 else {
      throw StoreError(.configuration, "SQLite would checkpoint by itself")
    }
  }

  /// Puts what a crash left in the log into the database, so that the next change begins it anew:
  /// whatever lies behind its end then tells nothing of this process's changes. On a full disk it
  /// stays as it is.
  func emptyLog(isDamaged: Bool) throws(StoreError) {
    do throws(StoreError) {
      // One of which nothing was read would be begun under the salts that it has.
      if try checkpoint() == 0 || isDamaged { try checkpoint(cutting: true) }
    } catch {
      guard error.category == .full else { throw error }
    }
  }

  /// Brings the schema up to date.
  ///
  /// - Parameter files: where a copy of the database as it was is kept; nil: none is.
  func migrate(
    _ migrations: [Migration], keepingCopyIn files: DatabaseFiles?
  ) throws(StoreError) {
    let current = try integer("PRAGMA user_version") ?? 0
    let newest = migrations.last?.version ?? 0
    guard current <= newest else {
      throw StoreError(
        .configuration,
        "\(files?.database ?? "the backup") has schema \(current), but this orgkeyd knows \(newest) at most: "
          + "it was written by a newer one, so upgrade")
    }
    let pending = migrations.filter { $0.version > current }
    guard let first = pending.first else { return }
    try files?.keepCopy(of: self, before: first.version)
    for migration in pending {
      do throws(StoreError) {
        try script(
          "BEGIN IMMEDIATE; \(migration.sql); PRAGMA user_version = \(migration.version); COMMIT")
      } catch {
        if isInTransaction { try? script("ROLLBACK") }
        throw error
      }
    }
  }
}
