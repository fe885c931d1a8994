internal import OrgKeyWire

/// The text of an API key, kept out of sight: descriptions and mirrors are redacted, and its
/// memory is wiped when the last copy is let go.
public struct KeyText: Sendable, CustomStringConvertible, CustomReflectable {
  let secret: SecretText

  init(_ secret: SecretText) { self.secret = secret }

  /// A copy of `text`, whose own storage can't be wiped.
  public init(_ text: String) { secret = SecretText(text) }

  /// A copy of `bytes`.
  public init(bytes: Span<UInt8>) {
    secret = SecretText(capacity: bytes.count) { span in
      for index in bytes.indices { span[index] = bytes[index] }
      return bytes.count
    }
  }

  /// The text itself, as a string that can't be wiped: only where it must leave the program, such
  /// as the one answer that shows a new key to its owner.
  public func reveal() -> String { secret.string }

  /// Lends the text's bytes without a copy.
  public func withBytes<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    try secret.withBytes(body)
  }

  /// Always "<secret>".
  public var description: String { "<secret>" }
  /// Always empty.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
