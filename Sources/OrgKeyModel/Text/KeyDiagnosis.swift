/// What is to be said of a key's text without asking anybody: `orgkey key check`.
package enum KeyDiagnosis: Equatable, Sendable {
  /// Of OrgKey's form, with the right check. Whether it exists only a daemon knows.
  case sound
  case empty
  case bearer
  case quoted
  /// Before or behind it, where nobody sees it.
  case surrounded
  case whitespace
  case webToken
  case tooLong
  case notPrintable
  /// The form is right but for so many characters too many, or too few.
  case wrongLength(excess: Int)
  case wrongCheck
  case unknownForm

  /// Examines a text with any prefix.
  package init(_ text: Span<UInt8>) {
    if text.isEmpty {
      self = .empty
    } else if Self.begins(text, with: StaticText("bearer ")) {
      self = .bearer
    } else if Self.isQuote(text[0]) || Self.isQuote(text[text.count - 1]) {
      self = .quoted
    } else if Self.isWhitespace(text[0]) || Self.isWhitespace(text[text.count - 1]) {
      self = .surrounded
    } else if Self.hasWhitespace(text) {
      self = .whitespace
    } else if Self.isWebToken(text) {
      self = .webToken
    } else if text.count > Limits.presentedKeyBytes {
      self = .tooLong
    } else if !KeyText.isPresentable(text) {
      self = .notPrintable
    } else {
      self = Self.form(of: text)
    }
  }

  private static func form(of text: Span<UInt8>) -> KeyDiagnosis {
    guard let parts = KeyText.Parts(text), parts.tailLength > 0 else { return .unknownForm }
    if parts.tailLength != KeyText.tailCharacters {
      return .wrongLength(excess: parts.tailLength - KeyText.tailCharacters)
    }
    return KeyText.isCheckRight(text) ? .sound : .wrongCheck
  }

  /// One sentence for the person who holds the key; quotes nothing of it.
  package var explanation: String {
    switch self {
    case .sound:
      "the form and the checksum are right; whether the key exists only the daemon knows"
    case .empty: "there is no key: the text is empty"
    case .bearer: "it begins with \"Bearer \": send the key alone, in X-API-Key"
    case .quoted: "it has a quotation mark around it: remove it"
    case .surrounded: "there is a space or a line break before it or behind it: remove it"
    case .whitespace: "it has a space or a line break in it: remove it"
    case .webToken: "it looks like a JSON web token: that is a user's sign-in, not an API key"
    case .tooLong: "it is longer than \(Limits.presentedKeyBytes) bytes: no key is"
    case .notPrintable: "it has a control character or a character outside ASCII in it"
    case .wrongLength(let excess) where excess > 0:
      "it is \(Self.characters(excess)) too long: was something pasted behind it?"
    case .wrongLength(let excess):
      "it is \(Self.characters(-excess)) too short: was it copied whole?"
    case .wrongCheck: "its checksum is wrong: a character was mistyped or swapped"
    case .unknownForm:
      "it is not of OrgKey's form, PREFIX_ENVIRONMENT_ and 38 letters and digits; "
        + "an imported key may look like this"
    }
  }

  private static func characters(_ count: Int) -> String {
    count == 1 ? "1 character" : "\(count) characters"
  }

  private static func isQuote(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`")
  }

  private static func hasWhitespace(_ text: Span<UInt8>) -> Bool {
    for index in text.indices where isWhitespace(text[index]) { return true }
    return false
  }

  private static func isWhitespace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || (0x09...0x0D).contains(byte)
  }

  /// Three parts of base64url, of which the first begins with `{"` encoded.
  private static func isWebToken(_ text: Span<UInt8>) -> Bool {
    guard begins(text, with: StaticText("eyj")) else { return false }
    var dots = 0
    for index in text.indices where text[index] == UInt8(ascii: ".") { dots += 1 }
    return dots == 2 || dots == 4
  }

  /// - Parameter beginning: in lower case; letters of `text` may be in either.
  private static func begins(_ text: Span<UInt8>, with beginning: StaticText) -> Bool {
    guard text.count >= beginning.count else { return false }
    for index in 0..<beginning.count {
      let isLetter = Grammar.isLowercase(text[index] | 0x20)
      guard (isLetter ? text[index] | 0x20 : text[index]) == beginning[index] else { return false }
    }
    return true
  }
}
