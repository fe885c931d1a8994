import CSQLite

/// A copy on its way from one database to another: SQLite's backup API. Between steps it holds
/// nothing of the source, and what the source's own connection commits meanwhile, SQLite writes
/// into the copy as well.
///
/// `@safe`: the handle is private and ended once, while both connections are kept here.
@safe final class PageCopy {
  private let handle: OpaquePointer
  private let source: Connection
  private let target: Connection
  private var isEnded = false

  @unsafe init(_ handle: OpaquePointer, from source: Connection, to target: Connection) {
    unsafe self.handle = handle
    self.source = source
    self.target = target
  }

  deinit { end() }

  /// Copies some pages, or with -1 all that are left. Not inside a transaction of the source.
  ///
  /// - Returns: whether the target now is what the source is.
  /// - Throws: `.tryAgain`: go on later. Anything else: the copy is lost.
  func step(pages: Int) throws(StoreError) -> Bool {
    precondition(!isEnded, "the copy was ended")
    let code = unsafe sqlite3_backup_step(handle, Int32(pages))
    switch code {
    case SQLITE_OK: return false
    case SQLITE_DONE: return true
    default: throw StoreError(code: code, sql: "backup")
    }
  }

  /// Lets go of both; unless it was done, the target is as it was.
  func end() {
    guard !isEnded else { return }
    isEnded = true
    unsafe sqlite3_backup_finish(handle)
  }
}
