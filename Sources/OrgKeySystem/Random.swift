import CLinux
import Glibc

/// Random bytes from the kernel. There is no other source to fall back on: no randomness,
/// no secret.
package enum Random {
  /// Fills the whole of `memory` by getrandom(2), waiting for the kernel's pool at boot.
  package static func fill(_ memory: UnsafeMutableRawBufferPointer) throws(SystemError) {
    var filled = 0
    while filled < memory.count {
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[filled...])
      let count = unsafe getrandom(rest.baseAddress, rest.count, 0)
      if count > 0 {
        filled += count
      } else if errno != EINTR {
        throw SystemError("getrandom")
      }
    }
  }

  package static func bytes(_ count: Int) throws(SystemError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var failure: SystemError?
    unsafe bytes.withUnsafeMutableBytes { memory in
      do throws(SystemError) { try unsafe fill(memory) } catch { failure = error }
    }
    if let failure { throw failure }
    return bytes
  }
}

extension Random {
  /// Fills the whole of `bytes`.
  package static func fill(_ bytes: inout MutableSpan<UInt8>) throws(SystemError) {
    try unsafe bytes.withUnsafeMutableBytes { (memory) throws(SystemError) in
      try unsafe fill(memory)
    }
  }
}
