internal import Glibc
internal import OrgKey

/// Reads a key's text without leaving copies of it behind.
enum SecretInput {
  /// All of the input, without the line break at its end.
  static func read(_ descriptor: Int32) throws(SystemMessage) -> KeyText {
    // More than any key has, so that one that is too long is seen to be.
    var storage = InlineArray<512, UInt8>(repeating: 0)
    var bytes = storage.mutableSpan
    defer { wipe(&bytes) }
    let count = try Descriptor.read(descriptor, into: &bytes)
    let text = bytes.span.extracting(0..<count)
    return KeyText(bytes: text.extracting(0..<withoutLineBreak(text)))
  }

  /// The value of an environment variable; nil: it is not set, or empty.
  static func environment(_ name: String) -> KeyText? {
    // getenv's text stays where it is: nothing in this program changes the environment.
    guard let value = unsafe getenv(name) else { return nil }
    let bytes = unsafe UnsafeRawBufferPointer(start: value, count: strlen(value))
    let text = unsafe Span<UInt8>(_unsafeBytes: bytes)
    return text.isEmpty ? nil : KeyText(bytes: text)
  }

  private static func withoutLineBreak(_ text: Span<UInt8>) -> Int {
    var count = text.count
    if count > 0, text[count - 1] == UInt8(ascii: "\n") { count -= 1 }
    if count > 0, count < text.count, text[count - 1] == UInt8(ascii: "\r") { count -= 1 }
    return count
  }

  private static func wipe(_ bytes: inout MutableSpan<UInt8>) {
    // explicit_bzero writes within the span it is lent.
    unsafe bytes.withUnsafeMutableBytes { buffer in
      if let start = buffer.baseAddress { unsafe explicit_bzero(start, buffer.count) }
    }
  }
}
