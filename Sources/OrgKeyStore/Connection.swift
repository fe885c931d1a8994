import CSQLite
import Glibc

/// One connection to the database, used by one thread at a time.
///
/// `@safe`: the handles are private and closed once, when this is.
@safe final class Connection {
  enum Access {
    case create, write, read
    /// A file that nobody changes: without locks, and whatever log lies beside it is not read.
    case immutable
  }

  private let handle: OpaquePointer
  private let wal = WALFrames()
  private var statements: [String: Statement] = [:]

  init(_ path: String, _ access: Access) throws(StoreError) {
    var flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE
    switch access {
    case .create, .write: flags |= SQLITE_OPEN_READWRITE
    case .read: flags |= SQLITE_OPEN_READONLY
    case .immutable: flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
    }
    let name = access == .immutable ? Self.immutableURI(path) : path
    var handle: OpaquePointer?
    let result = unsafe sqlite3_open_v2(name, &handle, flags, nil)
    guard let handle = unsafe handle else {
      throw StoreError(.tryAgain, "no memory to open the database")
    }
    guard result == SQLITE_OK else {
      defer { unsafe sqlite3_close(handle) }
      throw unsafe StoreError(handle, sql: "open \(path)")
    }
    unsafe self.handle = handle
    unsafe sqlite3_busy_timeout(handle, 2000)
    unsafe sqlite3_wal_autocheckpoint(handle, 0)
    if access == .write { unsafe wal.count(on: handle) }
  }

  deinit { close() }

  private static func immutableURI(_ path: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    let escaped = path.utf8.flatMap { byte in
      byte == UInt8(ascii: "%") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
        ? [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]] : [byte]
    }
    return "file:" + String(decoding: escaped, as: UTF8.self) + "?immutable=1"
  }

  private var isClosed = false

  func close() {
    guard !isClosed else { return }
    isClosed = true
    for statement in statements.values { statement.finalize() }
    statements = [:]
    unsafe sqlite3_close(handle)
  }

  /// Whether the file can't be written, however it was opened.
  var isReadOnly: Bool { unsafe sqlite3_db_readonly(handle, "main") == 1 }

  /// False once SQLite has rolled the transaction back by itself, or when there is none.
  var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

  /// Frames in the write-ahead log after the last commit.
  var walFrames: Int { wal.frames }

  /// Rows changed by the last statement.
  var changes: Int { Int(unsafe sqlite3_changes(handle)) }

  /// Runs statements separated by semicolons, without values.
  func script(_ sql: String) throws(StoreError) {
    guard unsafe sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
      throw unsafe StoreError(handle, sql: sql)
    }
  }

  func run(_ sql: String, _ values: Value...) throws(StoreError) {
    try run(sql, values)
  }

  func run(_ sql: String, _ values: [Value]) throws(StoreError) {
    if hasLargeCache { giveWay() }
    try each(sql, values) { _ in false }
  }

  /// Lends each row to `body` until that returns false.
  func each(
    _ sql: String, _ values: [Value], _ body: (Statement) throws(StoreError) -> Bool
  ) throws(StoreError) {
    let statement = try statement(sql)
    defer { statement.reset() }
    try statement.bind(values)
    while try statement.step() {
      guard try body(statement) else { return }
    }
  }

  private var rowFunction: RowFunction?

  /// Lends each row of a checked table whose number is not below `start`, in the order of the
  /// table, to `body` until that returns false. Not from within another's `body`.
  func eachRow(
    of table: CheckedTable, from start: Int64 = .min, _ body: (borrowing RawRow) -> Bool
  ) throws(StoreError) {
    try knownRowFunction().lending(to: body) { () throws(StoreError) in
      try each(table.lending, [.integer(start)]) { $0.flag(0) }
    }
  }

  private func knownRowFunction() throws(StoreError) -> RowFunction {
    if let rowFunction { return rowFunction }
    let made = RowFunction()
    guard unsafe made.register(on: handle) == SQLITE_OK else {
      throw unsafe StoreError(handle, sql: "create function")
    }
    rowFunction = made
    return made
  }

  /// What `read` makes of the first row, or nil if there is none.
  func first<Result>(
    _ sql: String, _ values: [Value] = [], _ read: (Statement) throws(StoreError) -> Result
  ) throws(StoreError) -> Result? {
    var result: Result?
    try each(sql, values) { (row) throws(StoreError) in
      result = try read(row)
      return false
    }
    return result
  }

  func integer(_ sql: String, _ values: Value...) throws(StoreError) -> Int64? {
    try first(sql, values) { $0.integer(0) }
  }

  func text(_ sql: String) throws(StoreError) -> String? { try first(sql) { $0.text(0) } }

  private var hasLargeCache = false

  /// Makes room for the pages of a change of many rows, which would else be written and read
  /// again and again. Until `shrinkCache`.
  func growCache() throws(StoreError) {
    if hasLargeCache { return }
    try script("PRAGMA cache_size = -65536")
    hasLargeCache = true
  }

  /// Gives the memory back. Outside a transaction.
  func shrinkCache() throws(StoreError) {
    guard hasLargeCache else { return }
    try script("PRAGMA cache_size = -2000; PRAGMA shrink_memory")
    hasLargeCache = false
  }

  private var statementsRun = 0

  /// In a change of many rows, which takes seconds: those that authorize get the processor in
  /// between, where there are more threads than processors.
  private func giveWay() {
    statementsRun += 1
    if statementsRun % 4 == 0 { sched_yield() }
  }

  /// Sets one of sqlite3_db_config's switches and reads it back.
  func configure(_ option: Int32, _ value: Bool, _ name: String) throws(StoreError) {
    let wanted: Int32 = value ? 1 : 0
    guard unsafe csqlite_config(handle, option, wanted) == SQLITE_OK,
      unsafe csqlite_configured(handle, option) == wanted
    else { throw StoreError(.configuration, "SQLite does not take the setting \(name)") }
  }

  /// Moves what it can of the write-ahead log into the database, waiting for nobody and
  /// leaving the log's file as long as it is.
  ///
  /// - Parameter cutting: makes the file empty as well, if nobody reads it.
  /// - Returns: how many frames the log has.
  @discardableResult
  func checkpoint(cutting: Bool = false) throws(StoreError) -> Int {
    let mode = cutting ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE
    var frames: Int32 = 0
    let result = unsafe sqlite3_wal_checkpoint_v2(handle, nil, mode, &frames, nil)
    guard result == SQLITE_OK || result == SQLITE_BUSY else {
      throw unsafe StoreError(handle, sql: "wal_checkpoint")
    }
    return Int(frames)
  }

  /// Begins to copy the whole database into that of `other`.
  func beginCopy(to other: Connection) throws(StoreError) -> PageCopy {
    guard let backup = unsafe sqlite3_backup_init(other.handle, "main", handle, "main") else {
      throw unsafe StoreError(other.handle, sql: "backup")
    }
    return unsafe PageCopy(backup, from: self, to: other)
  }

  /// Copies the whole database, as this connection sees it, into that of `other`.
  func copy(to other: Connection) throws(StoreError) {
    let copy = try beginCopy(to: other)
    defer { copy.end() }
    guard try copy.step(pages: -1) else {
      throw StoreError(.internal, "the database was not copied whole")
    }
  }

  private func statement(_ sql: String) throws(StoreError) -> Statement {
    if let known = statements[sql] { return known }
    let made = try unsafe Statement(sql, on: handle)
    statements[sql] = made
    return made
  }
}

/// Counts the frames of the write-ahead log, as SQLite tells them after each commit.
@safe private final class WALFrames {
  private let cell = UnsafeMutablePointer<Int32>.allocate(capacity: 1)

  init() { unsafe cell.initialize(to: 0) }

  deinit { unsafe cell.deallocate() }

  var frames: Int { Int(unsafe cell.pointee) }

  func count(on database: OpaquePointer) {
    unsafe sqlite3_wal_hook(
      database,
      { cell, _, _, frames in
        unsafe cell?.assumingMemoryBound(to: Int32.self).pointee = frames
        return SQLITE_OK
      }, cell)
  }
}

extension StoreError {
  /// The last error of a connection.
  init(_ database: OpaquePointer, sql: String) {
    let code = unsafe sqlite3_extended_errcode(database)
    let message = unsafe String(cString: sqlite3_errmsg(database))
    self.init(Self.category(of: code), "the database failed: \(message)")
    self.code = code
    self.sql = sql
  }

  /// Of a call that answers its code.
  init(code: Int32, sql: String) {
    let message = unsafe String(cString: sqlite3_errstr(code))
    self.init(Self.category(of: code), "the database failed: \(message)")
    self.code = code
    self.sql = sql
  }

  private static func category(of code: Int32) -> Category {
    switch code & 0xFF {
    case SQLITE_FULL: .full
    case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_NOMEM: .tryAgain
    case SQLITE_CORRUPT: .damaged
    case SQLITE_NOTADB, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_READONLY, SQLITE_AUTH: .configuration
    case SQLITE_IOERR, SQLITE_PROTOCOL: .unavailable
    default: .internal
    }
  }
}
