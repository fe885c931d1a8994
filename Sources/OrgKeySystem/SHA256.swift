import CNettle
import Glibc

/// SHA-256 (FIPS 180-4), by Nettle.
package enum SHA256 {
  /// Bytes of a digest.
  package static let byteCount = 32

  /// Writes the digest of `bytes` into the first 32 bytes of `digest`. Allocates nothing and
  /// leaves no trace of `bytes` behind.
  package static func hash(_ bytes: Span<UInt8>, into digest: inout MutableSpan<UInt8>) {
    precondition(digest.count >= byteCount)
    var state = sha256_ctx()
    unsafe nettle_sha256_init(&state)
    unsafe bytes.withUnsafeBufferPointer {
      unsafe nettle_sha256_update(&state, $0.count, $0.baseAddress)
    }
    unsafe digest.withUnsafeMutableBufferPointer {
      unsafe nettle_sha256_digest(&state, byteCount, $0.baseAddress)
    }
    unsafe explicit_bzero(&state, MemoryLayout.size(ofValue: state))
  }

  /// The 32 bytes of a digest.
  package static func digest(of bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: byteCount)
    var span = digest.mutableSpan
    hash(bytes.span, into: &span)
    return digest
  }
}
