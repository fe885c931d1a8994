import CSQLite

/// A prepared statement of a `Connection`; while a row is current, also that row.
///
/// `@safe`: the handle is finalized by the connection alone, which outlives every use.
@safe final class Statement {
  private let handle: OpaquePointer
  private let database: OpaquePointer
  let sql: String

  init(_ sql: String, on database: OpaquePointer) throws(StoreError) {
    var handle: OpaquePointer?
    let result = unsafe sqlite3_prepare_v3(
      database, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
    guard result == SQLITE_OK, let handle = unsafe handle else {
      throw unsafe StoreError(database, sql: sql)
    }
    unsafe self.handle = handle
    unsafe self.database = database
    self.sql = sql
  }

  func finalize() { unsafe sqlite3_finalize(handle) }

  func bind(_ values: [Value]) throws(StoreError) {
    for (index, value) in values.enumerated() {
      guard bind(value, Int32(index + 1)) == SQLITE_OK else {
        throw unsafe StoreError(database, sql: sql)
      }
    }
  }

  private func bind(_ value: Value, _ position: Int32) -> Int32 {
    switch value {
    case .null: unsafe sqlite3_bind_null(handle, position)
    case .integer(let integer): unsafe sqlite3_bind_int64(handle, position, integer)
    case .text(var text):
      text.withUTF8 {
        let start = unsafe UnsafeRawPointer($0.baseAddress)?.assumingMemoryBound(to: CChar.self)
        return unsafe sqlite3_bind_text(
          handle, position, start, Int32($0.count), csqlite_transient())
      }
    case .blob(let bytes):
      unsafe sqlite3_bind_blob(handle, position, bytes, Int32(bytes.count), csqlite_transient())
    }
  }

  /// - Returns: whether there is a row, current until the next step or `reset`.
  func step() throws(StoreError) -> Bool {
    switch unsafe sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default: throw unsafe StoreError(database, sql: sql)
    }
  }

  /// Ends the statement's read transaction, and forgets what was bound.
  func reset() {
    unsafe sqlite3_reset(handle)
    unsafe sqlite3_clear_bindings(handle)
  }

  /// 0 for NULL.
  func integer(_ column: Int) -> Int64 { unsafe sqlite3_column_int64(handle, Int32(column)) }

  func flag(_ column: Int) -> Bool { integer(column) != 0 }

  func text(_ column: Int) -> String {
    unsafe withBytes(column) { unsafe String(decoding: $0, as: UTF8.self) }
  }

  func blob(_ column: Int) -> [UInt8] { unsafe withBytes(column) { unsafe Array($0) } }

  /// Lends the bytes of a text or blob; they are SQLite's and go with the row.
  @unsafe func withBytes<Result>(
    _ column: Int, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    let start = unsafe sqlite3_column_blob(handle, Int32(column))
    let count = Int(unsafe sqlite3_column_bytes(handle, Int32(column)))
    return unsafe body(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
  }

  /// Lends the bytes of a text or blob.
  func withSpan<Result>(_ column: Int, _ body: (Span<UInt8>) -> Result) -> Result {
    // The span can't leave `body`, and SQLite keeps the bytes until the next step.
    unsafe withBytes(column) { unsafe body($0.bindMemory(to: UInt8.self).span) }
  }

  /// Reads columns 0 to `count` - 1 of the current row, each once.
  func read(_ count: Int, into row: inout RawRow) {
    for column in 0..<count {
      // "Unprotected" means: not against other threads, of which this connection has none. It
      // saves locking the connection for each of the calls below.
      unsafe row.set(column, to: sqlite3_column_value(handle, Int32(column)))
    }
  }
}
