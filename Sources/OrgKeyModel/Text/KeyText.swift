/// The text of a key, `PREFIX_ENVIRONMENT_BODYCHECK`: how one is made and what one looks like.
///
/// The body is 32 characters of base 62 (190 bits), the check the CRC-32 of all before it as six
/// more. A secret is only ever bytes in memory that its owner wipes, never a `String`.
package enum KeyText {
  static let bodyCharacters = 32
  static let checkCharacters = 6
  static let tailCharacters = bodyCharacters + checkCharacters
  private static let separator = UInt8(ascii: "_")

  /// The longest text that `write` makes.
  package static let maximumBytes = 2 * (Limits.environmentBytes + 1) + tailCharacters

  /// Makes a new key's text.
  /// - Parameters:
  ///   - text: at least `maximumBytes`; what is behind the text is zeroed.
  ///   - random: fills the span with random bytes from the kernel.
  /// - Returns: how many bytes of `text` are the key.
  /// - Throws: what `random` throws; `text` then holds nothing that was used.
  package static func write<Failure: Error>(
    prefix: KeyPrefix, environment: Environment, into text: inout MutableSpan<UInt8>,
    random: (inout MutableSpan<UInt8>) throws(Failure) -> Void
  ) throws(Failure) -> Int {
    precondition(text.count >= maximumBytes)
    let prefixBytes = prefix.short.count
    let bodyStart = prefixBytes + environment.short.count + 2
    // Drawn where the text will be and moved behind its beginning, so that there is one copy.
    try drawDigits(bodyCharacters, base: 62, into: &text, random: random)
    for index in (0..<bodyCharacters).reversed() {
      text[bodyStart + index] = Base62.digits[Int(text[index])]
    }
    for index in 0..<prefixBytes { text[index] = prefix.short[index] }
    text[prefixBytes] = separator
    for index in 0..<environment.short.count {
      text[prefixBytes + 1 + index] = environment.short[index]
    }
    text[bodyStart - 1] = separator
    let checkStart = bodyStart + bodyCharacters
    let crc = Checksum.crc32(text.span.extracting(0..<checkStart))
    for index in 0..<checkCharacters {
      text[checkStart + index] = Checksum.digit(index, of: crc)
    }
    return bodyStart + tailCharacters
  }

  /// What people may see of a key that `write` made: "pc_live_…3fA9".
  package static func hint(of text: Span<UInt8>) -> String? {
    guard let parts = Parts(text) else { return nil }
    let head = (0..<parts.tailStart).map { text[$0] }
    let last = (text.count - 4..<text.count).map { text[$0] }
    return String(decoding: head, as: UTF8.self) + "…" + String(decoding: last, as: UTF8.self)
  }

  /// What a presented text looks like.
  package enum Shape: Sendable {
    /// Empty.
    case missing
    /// Over 256 bytes, or a byte outside 0x21–0x7E: refused before any lookup.
    case malformed
    /// This daemon's own form, with the right check.
    case own
    /// This daemon's own form with a wrong check: a typing error, when the lookup misses.
    case ownWithWrongCheck
    /// Anything else: imported keys may look like anything.
    case foreign
  }

  /// Tells what `text` looks like to a daemon that makes its keys with `prefix`.
  package static func shape(of text: Span<UInt8>, prefix: KeyPrefix) -> Shape {
    if text.isEmpty { return .missing }
    if !isPresentable(text) { return .malformed }
    guard let parts = Parts(text), parts.tailLength == tailCharacters, parts.prefix == prefix.short
    else { return .foreign }
    return isCheckRight(text) ? .own : .ownWithWrongCheck
  }

  /// Whether a presented text is worth a lookup: 1 to 256 bytes, each in 0x21–0x7E.
  package static func isPresentable(_ text: Span<UInt8>) -> Bool {
    (1...Limits.presentedKeyBytes).contains(text.count) && Grammar.areVisible(text)
  }

  /// - Parameter text: a whole key, with a tail of 38 characters.
  static func isCheckRight(_ text: Span<UInt8>) -> Bool {
    let checkStart = text.count - checkCharacters
    let crc = Checksum.crc32(text.extracting(0..<checkStart))
    for index in 0..<checkCharacters
    where text[checkStart + index] != Checksum.digit(index, of: crc) { return false }
    return true
  }

  /// `PREFIX_ENVIRONMENT_` and a tail of base 62, of whatever length.
  struct Parts {
    let prefix: ShortText
    let environment: ShortText
    let tailStart: Int
    let tailLength: Int

    init?(_ text: Span<UInt8>) {
      guard let prefixEnd = Self.separator(in: text, from: 0),
        let prefix = ShortText(text.extracting(0..<prefixEnd)),
        let environmentEnd = Self.separator(in: text, from: prefixEnd + 1),
        let environment = ShortText(text.extracting(prefixEnd + 1..<environmentEnd))
      else { return nil }
      for index in environmentEnd + 1..<text.count where !Grammar.isBase62(text[index]) {
        return nil
      }
      self.prefix = prefix
      self.environment = environment
      tailStart = environmentEnd + 1
      tailLength = text.count - tailStart
    }

    private static func separator(in text: Span<UInt8>, from start: Int) -> Int? {
      for index in start..<min(text.count, start + Limits.environmentBytes + 1)
      where text[index] == KeyText.separator { return index }
      return nil
    }
  }
}
