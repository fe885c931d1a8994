import CSQLite

/// The SQL function `orgkey_lend`, whose arguments are the columns of a row of a checked table: it
/// lends them, all at once, to whoever steps the statement, and answers whether to go on.
///
/// A statement is asked for each column by a call of its own, which took a tenth of loading.
///
/// `@safe`: the row is private, and lent only while SQLite keeps what it points to.
@safe final class RowFunction {
  // Not in the object, where each access would be checked for exclusiveness.
  private let row = UnsafeMutablePointer<RawRow>.allocate(capacity: 1)
  private var receive: ((borrowing RawRow) -> Bool)?

  init() { unsafe row.initialize(to: RawRow()) }

  deinit {
    unsafe row.deinitialize(count: 1)
    unsafe row.deallocate()
  }

  /// Makes it known to a connection, which keeps it.
  /// - Returns: SQLite's code.
  func register(on database: OpaquePointer) -> Int32 {
    unsafe sqlite3_create_function_v2(
      database, "orgkey_lend", -1, SQLITE_UTF8 | SQLITE_DIRECTONLY,
      Unmanaged.passRetained(self).toOpaque(),
      { context, count, values in
        guard let data = unsafe sqlite3_user_data(context), let values = unsafe values else {
          return
        }
        let goesOn = unsafe Unmanaged<RowFunction>.fromOpaque(data)._withUnsafeGuaranteedRef {
          unsafe $0.lend(UnsafeBufferPointer(start: values, count: Int(count)))
        }
        unsafe sqlite3_result_int(context, goesOn ? 1 : 0)
      }, nil, nil,
      { data in
        guard let data = unsafe data else { return }
        unsafe Unmanaged<RowFunction>.fromOpaque(data).release()
      })
  }

  private func lend(_ values: UnsafeBufferPointer<OpaquePointer?>) -> Bool {
    guard let receive else { return false }
    for column in values.indices { unsafe row.pointee.set(column, to: values[column]) }
    return unsafe receive(row.pointee)
  }

  /// Lends rows to `receive` while `body` steps statements that call the function.
  func lending<Failure: Error>(
    to receive: (borrowing RawRow) -> Bool, while body: () throws(Failure) -> Void
  ) throws(Failure) {
    let result = withoutActuallyEscaping(receive) { receive in
      self.receive = receive
      defer { self.receive = nil }
      return Result { () throws(Failure) in try body() }
    }
    try result.get()
  }
}

extension RawRow {
  /// Unsafe because nothing tells how long what `value` points to is there.
  @unsafe mutating func set(_ column: Int, to value: OpaquePointer?) {
    switch unsafe sqlite3_value_type(value) {
    case SQLITE_INTEGER: set(column, unsafe sqlite3_value_int64(value))
    case SQLITE_NULL: setNull(column)
    default:
      let start = unsafe sqlite3_value_blob(value)
      let size = unsafe start == nil ? 0 : Int(sqlite3_value_bytes(value))
      unsafe set(column, UnsafeRawBufferPointer(start: start, count: size))
    }
  }
}
