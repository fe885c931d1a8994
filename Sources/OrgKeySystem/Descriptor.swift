import Glibc

/// A file descriptor that is closed when its owner goes.
package struct Descriptor: ~Copyable, Sendable {
  package let number: Int32

  /// Takes over an open descriptor.
  package init(_ number: Int32) { self.number = number }

  init(opening path: String, _ flags: Int32, mode: mode_t = 0) throws(SystemError) {
    number = unsafe open(path, flags | O_CLOEXEC | O_NOFOLLOW, mode)
    guard number >= 0 else { throw SystemError("open", on: path) }
  }

  init(creating path: String) throws(SystemError) {
    try self.init(opening: path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
  }

  package consuming func close() {}

  deinit { if number >= 0 { _ = Glibc.close(number) } }
}
