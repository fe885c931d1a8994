/// Which bytes may stand where.
enum Grammar {
  static func isLowercase(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "a") < 26 }

  static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  /// 0x21 to 0x7E: ASCII that prints, without the space.
  static func isVisible(_ byte: UInt8) -> Bool { byte &- 0x21 < 0x5E }

  /// Whether all bytes are, looked at eight at a time.
  static func areVisible(_ text: Span<UInt8>) -> Bool {
    var start = 0
    while start + 8 <= text.count {
      let word = unsafe text.withUnsafeBytes {
        unsafe $0.loadUnaligned(fromByteOffset: start, as: UInt64.self)
      }
      // The top bit of a byte tells one over 0x7E from the sum, one below 0x21 from the difference;
      // a carry or a borrow comes only from a byte that is one of these.
      let outside =
        word | (word &+ 0x0101_0101_0101_0101) | (word &- 0x2121_2121_2121_2121)
      if outside & 0x8080_8080_8080_8080 != 0 { return false }
      start += 8
    }
    for index in start..<text.count where !isVisible(text[index]) { return false }
    return true
  }

  static func isBase62(_ byte: UInt8) -> Bool {
    isDigit(byte) || isLowercase(byte | 0x20)
  }

  /// What a permission's segments are made of.
  static func isPermission(_ byte: UInt8) -> Bool {
    isLowercase(byte) || isDigit(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
      || byte == UInt8(ascii: "-")
  }

  /// U+0000–U+001F and U+007F–U+009F.
  static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
  }

  /// Segments of `isPermission` bytes, none empty, joined by colons.
  /// - Returns: where it first goes wrong; nil when it does not.
  static func permissionFault(_ text: Span<UInt8>) -> Int? {
    var segmentIsEmpty = true
    for index in text.indices {
      if text[index] == UInt8(ascii: ":") {
        if segmentIsEmpty { return index }
        segmentIsEmpty = true
      } else {
        guard isPermission(text[index]) else { return index }
        segmentIsEmpty = false
      }
    }
    return segmentIsEmpty ? text.count : nil
  }
}
