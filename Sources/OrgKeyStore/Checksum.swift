/// The checksum of one row: 64 bits over its table, its rowid and all its fields.
///
/// Every step is a bijection of the state for a given word, and of the word for a given state.
/// So two rows that differ in one word (8 bytes of a field) always differ in their checksums.
/// It finds damage; it is no defence against somebody who can write the file.
struct Checksum {
  private var state: UInt64

  init(table: CheckedTable, number: Int64) {
    state = 0x6F72_676B_6579_0001 &+ UInt64(table.rawValue)
    mix(word: UInt64(bitPattern: number))
  }

  mutating func mixNull() { mix(word: 0x6E75_6C6C) }

  mutating func mix(_ integer: Int64) { mix(word: UInt64(bitPattern: integer)) }

  /// Length first, so that no byte can pass from one field to the next.
  mutating func mix(_ bytes: UnsafeRawBufferPointer) {
    let count = bytes.count
    mix(word: UInt64(count) | 1 << 63)
    var offset = 0
    while offset + 8 <= count {
      unsafe mix(word: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      offset += 8
    }
    guard offset < count else { return }
    var tail: UInt64 = 0
    if count >= 8 {
      // The last eight bytes hold it, and what comes before it is cut off.
      let last = unsafe bytes.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
      return mix(word: last.bigEndian & (1 << UInt64(8 * (count - offset)) - 1))
    }
    while offset < count {
      tail = unsafe tail << 8 | UInt64(bytes[offset])
      offset += 1
    }
    mix(word: tail)
  }

  private mutating func mix(word: UInt64) {
    state = (state ^ word) &* 0x9E37_79B9_7F4A_7C15
    state ^= state >> 29
  }

  var value: Int64 { Int64(bitPattern: (state &* 0xBF58_476D_1CE4_E5B9) ^ (state >> 32)) }

  static func of(_ table: CheckedTable, number: Int64, _ fields: [Value]) -> Int64 {
    var checksum = Checksum(table: table, number: number)
    for field in fields {
      switch field {
      case .null: checksum.mixNull()
      case .integer(let integer): checksum.mix(integer)
      case .text(var text): text.withUTF8 { unsafe checksum.mix(UnsafeRawBufferPointer($0)) }
      case .blob(let bytes): unsafe bytes.withUnsafeBytes { unsafe checksum.mix($0) }
      }
    }
    return checksum.value
  }
}
