/// Text of the form `[a-z][a-z0-9]{0,15}` in 16 bytes, so that two compare in one step.
struct ShortText: BitwiseCopyable, Hashable, Sendable {
  // Byte i of the text is byte i of the pair, counted from the low end; the rest is zero.
  private let low: UInt64
  private let high: UInt64

  init?(_ text: Span<UInt8>) {
    guard (1...Limits.environmentBytes).contains(text.count), Grammar.isLowercase(text[0]) else {
      return nil
    }
    var packed: UInt128 = 0
    for index in 0..<text.count {
      let byte = text[index]
      guard Grammar.isLowercase(byte) || Grammar.isDigit(byte) else { return nil }
      packed |= UInt128(byte) << (8 * index)
    }
    low = UInt64(truncatingIfNeeded: packed)
    high = UInt64(truncatingIfNeeded: packed >> 64)
  }

  private var packed: UInt128 { UInt128(low) | UInt128(high) << 64 }

  var count: Int { (128 - packed.leadingZeroBitCount + 7) / 8 }

  subscript(index: Int) -> UInt8 { UInt8(truncatingIfNeeded: packed >> (8 * index)) }

  var text: String { String(decoding: (0..<count).map { self[$0] }, as: UTF8.self) }

  /// A number that differs whenever the texts do, folded by a hash of one's own.
  var words: (UInt64, UInt64) { (low, high) }
}

/// "live", "test", …: `[a-z][a-z0-9]{0,15}`.
package struct Environment: BitwiseCopyable, Hashable, Sendable {
  let short: ShortText

  /// - Parameter text: `[a-z][a-z0-9]{0,15}`; anything else gives nil.
  package init?(_ text: Span<UInt8>) {
    guard let short = ShortText(text) else { return nil }
    self.short = short
  }

  /// - Parameter text: `[a-z][a-z0-9]{0,15}`; anything else gives nil.
  package init?(_ text: String) { self.init(text.utf8.span) }

  /// Its 1 to 16 characters.
  package var text: String { short.text }
}

/// What the daemon's own secrets begin with, "pc" unless configured: `[a-z][a-z0-9]{0,15}`.
package struct KeyPrefix: BitwiseCopyable, Hashable, Sendable {
  let short: ShortText

  /// - Parameter text: `[a-z][a-z0-9]{0,15}`; anything else gives nil.
  package init?(_ text: Span<UInt8>) {
    guard let short = ShortText(text) else { return nil }
    self.short = short
  }

  /// - Parameter text: `[a-z][a-z0-9]{0,15}`; anything else gives nil.
  package init?(_ text: String) { self.init(text.utf8.span) }

  /// Its 1 to 16 characters.
  package var text: String { short.text }
}
