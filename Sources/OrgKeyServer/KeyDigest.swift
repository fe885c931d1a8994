internal import Crypto
internal import OrgKeyModel

extension OrgKeyModel.Digest {
  /// The SHA-256 of a key's text.
  init(ofKey text: Span<UInt8>) {
    var hash = SHA256()
    unsafe text.withUnsafeBufferPointer {
      unsafe hash.update(bufferPointer: UnsafeRawBufferPointer($0))
    }
    self = unsafe hash.finalize().withUnsafeBytes { bytes in
      unsafe OrgKeyModel.Digest(bytes.assumingMemoryBound(to: UInt8.self).span)
    }
  }
}
