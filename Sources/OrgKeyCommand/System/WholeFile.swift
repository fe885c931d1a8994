internal import Glibc

/// A file that appears under its name when it is whole, or not at all. Only its owner may read it,
/// unless it is made for everybody.
struct WholeFile: ~Copyable {
  private let path: String
  private let partial: String
  private let isReplacing: Bool
  private let descriptor: Int32
  private let signals = HeldSignals()
  private var isKept = false

  /// Whether somebody wants this program to end: the file can't be made whole then.
  var isInterrupted: Bool { signals.isOneThere }

  /// - Parameters:
  ///   - isReplacing: whether a file of this name makes way, at the end.
  ///   - isForEverybody: to read.
  init(_ path: String, isReplacing: Bool, isForEverybody: Bool = false) throws(SystemMessage) {
    self.path = path
    self.isReplacing = isReplacing
    partial = "\(path).\(String(UInt32.random(in: .min ... .max), radix: 36)).partial"
    descriptor = try Descriptor.create(partial)
    if isForEverybody { fchmod(descriptor, 0o644) }
  }

  deinit {
    close(descriptor)
    // unlink only reads the path that it is lent; link and rename likewise.
    if !isKept { unsafe unlink(partial) }
  }

  /// What can be told before any work is done: whether the file could be made.
  static func check(_ path: String, isReplacing: Bool) throws(SystemMessage) {
    switch Descriptor.kind(path) {
    case .nothing: break
    case .file where isReplacing: break
    case .file, .other: throw SystemMessage(EEXIST)
    case .directory: throw SystemMessage(EISDIR)
    }
    if unsafe access(directory(of: path), W_OK | X_OK) != 0 { throw SystemMessage(errno) }
  }

  func write(_ bytes: Span<UInt8>) throws(SystemMessage) {
    if let error = Descriptor.write(bytes, to: descriptor) { throw error }
  }

  /// Gives it its name, down to the disk.
  mutating func keep() throws(SystemMessage) {
    if fsync(descriptor) != 0 { throw SystemMessage(errno) }
    if isReplacing { try rename() } else { try link() }
    isKept = true
    try Descriptor.syncDirectory(Self.directory(of: path))
  }

  private func rename() throws(SystemMessage) {
    if unsafe Glibc.rename(partial, path) != 0 { throw SystemMessage(errno) }
  }

  /// Unlike a rename, this replaces nothing.
  private func link() throws(SystemMessage) {
    if unsafe Glibc.link(partial, path) == 0 {
      unsafe unlink(partial)
      return
    }
    // Some file systems have no links.
    guard errno == EPERM || errno == EOPNOTSUPP else { throw SystemMessage(errno) }
    if Descriptor.kind(path) != .nothing { throw SystemMessage(EEXIST) }
    try rename()
  }

  private static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
