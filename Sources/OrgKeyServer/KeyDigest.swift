internal import OrgKeyModel
internal import OrgKeySystem

extension Digest {
  /// The SHA-256 of a key's text.
  init(ofKey text: Span<UInt8>) {
    var bytes = InlineArray<32, UInt8>(repeating: 0)
    var digest = bytes.mutableSpan
    SHA256.hash(text, into: &digest)
    self.init(bytes.span)
  }
}
