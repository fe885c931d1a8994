import CLinux
import Glibc

/// A file that is read by its descriptor, in pieces: it may have lost its name.
package struct ReadOnlyFile: ~Copyable, Sendable {
  private let descriptor: Descriptor
  private let path: String

  package init(_ path: String) throws(SystemError) {
    descriptor = try Descriptor(opening: path, O_RDONLY)
    self.path = path
  }

  /// In bytes.
  package func size() throws(SystemError) -> Int64 {
    var status = stat()
    guard unsafe fstat(descriptor.number, &status) == 0 else {
      throw SystemError("fstat", on: path)
    }
    return Int64(status.st_size)
  }

  /// `count` bytes from `offset` on, or as many as there are.
  package func read(_ count: Int, at offset: Int64) throws(SystemError) -> [UInt8] {
    var failure: SystemError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { memory, filled in
      while filled < count {
        let rest = unsafe UnsafeMutableBufferPointer(rebasing: memory[filled...])
        let got = unsafe pread(
          descriptor.number, rest.baseAddress, rest.count, off_t(offset) + off_t(filled))
        if got == 0 { return }
        if got > 0 {
          filled += got
        } else if errno != EINTR {
          failure = SystemError("read", on: path)
          return
        }
      }
    }
    if let failure { throw failure }
    return bytes
  }
}
