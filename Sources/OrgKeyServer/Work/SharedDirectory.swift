internal import OrgKeyModel
internal import OrgKeySystem

/// The Directory, read by every reactor and changed by the writer.
final class SharedDirectory: @unchecked Sendable {
  // `lock` guards it.
  private var directory: Directory
  // A place for each reactor, and one for all other threads.
  private let lock: ReadWriteLock
  private let reactors: Int

  init(_ directory: consuming Directory, reactors: Int) {
    self.directory = directory
    self.reactors = reactors
    lock = ReadWriteLock(places: reactors + 1)
  }

  /// - Parameter reactor: the number of the reactor whose thread this is; nil: another thread.
  func read<R, E: Error>(
    by reactor: Int? = nil, _ body: (borrowing Directory) throws(E) -> R
  ) throws(E) -> R {
    try lock.read(at: reactor ?? reactors) { () throws(E) in try body(directory) }
  }

  func write<R, E: Error>(_ body: (inout Directory) throws(E) -> R) throws(E) -> R {
    try lock.write { () throws(E) in try body(&directory) }
  }
}
