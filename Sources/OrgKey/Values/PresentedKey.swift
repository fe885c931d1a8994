internal import OrgKeyWire

/// What a request presented as its API key: a text, nothing, or something that can't be a key.
///
///     client.authorize(.header(request.headers["X-API-Key"]), permission: "contacts:read", in: .own)
public struct PresentedKey: Sendable, CustomStringConvertible, CustomReflectable {
  /// The text, or why there is none to ask the daemon about.
  enum Content {
    case text(SecretText)
    case refused(Reason)
  }

  /// Longer ones are malformed.
  private static let maximumBytes = 256

  let content: Content

  /// The key's text, or nil for none.
  ///
  /// What can't be a key (more than 256 bytes, or a byte that is not printable ASCII) is denied as
  /// malformed, and nil or "" as missing; neither asks the daemon.
  public static func text(_ text: String?) -> PresentedKey {
    guard let text, !text.isEmpty else { return PresentedKey(content: .refused(.keyMissing)) }
    return .text(KeyText(text))
  }

  /// The key's text, if it already is in a form that is wiped after use.
  public static func text(_ text: KeyText) -> PresentedKey {
    if text.secret.count == 0 { return PresentedKey(content: .refused(.keyMissing)) }
    let possible = text.withBytes { bytes in
      bytes.count <= maximumBytes && bytes.indices.allSatisfy { (0x21...0x7E).contains(bytes[$0]) }
    }
    return PresentedKey(content: possible ? .text(text.secret) : .refused(.keyMalformed))
  }

  /// All values of the request's `X-API-Key` headers, as an HTTP framework gives them.
  ///
  /// None is denied as missing. More than one is denied as malformed: none of them is picked,
  /// because whoever looks at the request before or after might pick another.
  public static func header(_ values: some Sequence<String>) -> PresentedKey {
    var iterator = values.makeIterator()
    let first = iterator.next()
    if iterator.next() != nil { return PresentedKey(content: .refused(.keyMalformed)) }
    return .text(first)
  }

  /// Always "<secret>".
  public var description: String { "<secret>" }
  /// Always empty.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
