/// The CRC-32 of IEEE 802.3, as in zlib: reflected, 0xEDB88320.
enum Checksum {
  private static let table = InlineArray<256, UInt32> { index in
    var value = UInt32(index)
    for _ in 0..<8 {
      value = value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xEDB8_8320
    }
    return value
  }

  static func crc32(_ bytes: Span<UInt8>) -> UInt32 {
    var crc = UInt32.max
    for index in bytes.indices {
      crc = table[Int(UInt8(truncatingIfNeeded: crc) ^ bytes[index])] ^ crc >> 8
    }
    return ~crc
  }

  /// Digit `index`, from the left, of `crc` as a base-62 number of six digits.
  static func digit(_ index: Int, of crc: UInt32) -> UInt8 {
    var rest = crc
    for _ in index..<5 { rest /= 62 }
    return Base62.digits[Int(rest % 62)]
  }
}
