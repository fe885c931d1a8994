/// The SHA-256 of a key's text: all that is kept of a secret.
package struct Digest: BitwiseCopyable, Hashable, Sendable {
  // Four words and no SIMD vector, whose alignment would pad every row that holds one.
  let first: UInt64
  let second: UInt64
  let third: UInt64
  let fourth: UInt64

  /// - Parameter bytes: exactly 32.
  package init(_ bytes: Span<UInt8>) {
    precondition(bytes.count == 32, "a SHA-256 has 32 bytes")
    self = unsafe bytes.withUnsafeBytes { unsafe Digest(loading: $0) }
  }

  /// - Parameter bytes: exactly 32.
  package init(_ bytes: some Sequence<UInt8>) {
    let copy = Array(bytes)
    self.init(copy.span)
  }

  // Unsafe because it reads past a buffer of fewer than 32 bytes.
  private init(loading bytes: UnsafeRawBufferPointer) {
    first = unsafe bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
    second = unsafe bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    third = unsafe bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
    fourth = unsafe bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
  }

  /// The 32 bytes.
  package var bytes: [UInt8] {
    unsafe withUnsafeBytes(of: self) { unsafe Array($0) }
  }
}

/// A key's public handle, `key_` and 16 characters `[0-9a-z]`: safe to log.
package struct KeyID: BitwiseCopyable, Hashable, Sendable {
  /// Bytes of its text.
  package static let textBytes = 20

  private static let prefix = StaticText("key_")
  private static let characters = 16
  private static let alphabet = StaticText("0123456789abcdefghijklmnopqrstuvwxyz")

  // 16 characters of 6 bits, in three words of 4-byte alignment: it lies in every key's row.
  private let low: UInt32
  private let middle: UInt32
  private let high: UInt32

  /// Belongs to no key.
  static let none = KeyID(packed: 0)

  private init(packed: UInt128) {
    low = UInt32(truncatingIfNeeded: packed)
    middle = UInt32(truncatingIfNeeded: packed >> 32)
    high = UInt32(truncatingIfNeeded: packed >> 64)
  }

  private var packed: UInt128 {
    UInt128(low) | UInt128(middle) << 32 | UInt128(high) << 64
  }

  /// - Parameter text: `key_` and 16 characters `[0-9a-z]`; anything else gives nil.
  package init?(_ text: String) {
    self.init(text.utf8.span)
  }

  /// - Parameter text: `key_` and 16 characters `[0-9a-z]`; anything else gives nil.
  package init?(_ text: Span<UInt8>) {
    guard text.count == Self.textBytes else { return nil }
    for index in 0..<Self.prefix.count where text[index] != Self.prefix[index] { return nil }
    // In halves, since a million are read when the daemon starts.
    var halves = (low: UInt64(0), high: UInt64(0))
    for index in 0..<8 {
      let place = Self.prefix.count + index
      guard let low = Self.digit(text[place]), let high = Self.digit(text[place + 8]) else {
        return nil
      }
      halves.low |= UInt64(low) << UInt64(6 * index)
      halves.high |= UInt64(high) << UInt64(6 * index)
    }
    self.init(packed: UInt128(halves.high) << 48 | UInt128(halves.low))
  }

  /// Makes a new one of 16 characters drawn evenly.
  /// - Parameter random: fills the span with random bytes; called again when too many of
  ///   them had to be refused for evenness.
  package init<Failure: Error>(
    random: (inout MutableSpan<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    var storage = InlineArray<32, UInt8>(repeating: 0)
    var digits = storage.mutableSpan
    try drawDigits(Self.characters, base: 36, into: &digits, random: random)
    var packed: UInt128 = 0
    for index in (0..<Self.characters).reversed() {
      packed = packed << 6 | UInt128(digits[index])
    }
    self.init(packed: packed)
  }

  /// Its text.
  package var text: String {
    unsafe String(unsafeUninitializedCapacity: Self.textBytes) { buffer in
      var span = unsafe buffer.mutableSpan
      write(into: &span)
      return Self.textBytes
    }
  }

  /// Writes its text into the first `textBytes` of `text`.
  package func write(into text: inout MutableSpan<UInt8>) {
    for index in 0..<Self.prefix.count { text[index] = Self.prefix[index] }
    // Two halves of 48 bits: numbers of 64 are faster than of 128.
    let halves = (
      UInt64(low) | UInt64(middle & 0xFFFF) << 32, UInt64(middle >> 16) | UInt64(high) << 16
    )
    Self.write(halves.0, into: &text, at: Self.prefix.count)
    Self.write(halves.1, into: &text, at: Self.prefix.count + Self.characters / 2)
  }

  private static func write(_ half: UInt64, into text: inout MutableSpan<UInt8>, at start: Int) {
    var rest = half
    for index in start..<start + characters / 2 {
      text[index] = alphabet[Int(rest & 63)]
      rest >>= 6
    }
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
