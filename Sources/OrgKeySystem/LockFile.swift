import CLinux
import Glibc

/// A lock between processes, held as long as this lives: flock(2) on a file of its own.
/// The file stays, so that its lock is always the same one; it holds the owner's pid for
/// people to read.
package struct LockFile: ~Copyable {
  private let descriptor: Descriptor

  /// Who has the lock, as written in the file; 0 if that can't be read.
  package struct Held: Error, Equatable {
    package var pid: Int32
  }

  /// Takes the lock, or throws `Held` at once if another process has it.
  package init(_ path: String) throws {
    let descriptor = try Descriptor(opening: path, O_RDWR | O_CREAT, mode: 0o600)
    try Self.lock(descriptor.number, LOCK_EX, path)
    try Self.writePID(descriptor.number, path)
    self.descriptor = descriptor
  }

  /// Shares the lock, so that nobody takes it meanwhile, and writes nothing; nil if there is no
  /// such file, and so nobody who could have it. Throws `Held` at once if somebody has.
  package static func sharing(_ path: String) throws -> LockFile? {
    if try FileStatus(of: path) == nil { return nil }
    let descriptor = try Descriptor(opening: path, O_RDONLY)
    try lock(descriptor.number, LOCK_SH, path)
    return LockFile(descriptor)
  }

  private init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

  // Unlocks by word: a process that is being started may have a copy of the descriptor.
  deinit { _ = flock(descriptor.number, LOCK_UN) }

  private static func lock(_ descriptor: Int32, _ kind: Int32, _ path: String) throws {
    while flock(descriptor, kind | LOCK_NB) != 0 {
      if errno == EINTR { continue }
      guard errno == EWOULDBLOCK else { throw SystemError("flock", on: path) }
      throw Held(pid: readPID(descriptor))
    }
  }

  private static func writePID(_ descriptor: Int32, _ path: String) throws(SystemError) {
    let text = Array("\(getpid())\n".utf8)
    guard ftruncate(descriptor, 0) == 0,
      unsafe pwrite(descriptor, text, text.count, 0) == text.count
    else { throw SystemError("write", on: path) }
  }

  private static func readPID(_ descriptor: Int32) -> Int32 {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
    let digits = bytes.prefix(max(count, 0)).prefix { $0 >= 0x30 && $0 <= 0x39 }
    return Int32(String(decoding: digits, as: UTF8.self)) ?? 0
  }
}
