internal import OrgKeyModel
internal import OrgKeySystem

/// The Directory, read by every reactor and changed by the writer.
final class SharedDirectory: @unchecked Sendable {
  // `lock` guards it.
  private var directory: Directory
  private let lock = ReadWriteLock()

  init(_ directory: consuming Directory) { self.directory = directory }

  func read<R, E: Error>(_ body: (borrowing Directory) throws(E) -> R) throws(E) -> R {
    try lock.read { () throws(E) in try body(directory) }
  }

  func write<R, E: Error>(_ body: (inout Directory) throws(E) -> R) throws(E) -> R {
    try lock.write { () throws(E) in try body(&directory) }
  }
}
