enum WireType: UInt8 {
  case varint = 0
  case fixed64 = 1
  case lengthDelimited = 2
  case fixed32 = 5
}

/// Takes a message's bytes apart into fields, without knowing what they mean.
/// Encoding: https://protobuf.dev/programming-guides/encoding/
@safe struct FieldReader {
  @safe struct Field {
    let number: UInt32
    let type: WireType
    /// Of `.varint`.
    var value: UInt64 = 0
    /// Of `.lengthDelimited`.
    var payload: UnsafeRawBufferPointer
  }

  private static let largestFieldNumber: UInt64 = (1 << 29) - 1

  private let bytes: UnsafeRawBufferPointer
  /// Of the next field.
  private(set) var offset = 0

  init(_ bytes: UnsafeRawBufferPointer) { unsafe self.bytes = bytes }

  var isAtEnd: Bool { unsafe offset == bytes.count }

  /// The next field, or nil at the end.
  mutating func next() throws(BodyFault) -> Field? {
    if isAtEnd { return nil }
    let tag = try varint(maximumBytes: 5)
    guard let type = WireType(rawValue: UInt8(tag & 7)), tag >> 3 != 0,
      tag >> 3 <= FieldReader.largestFieldNumber
    else { throw .unparsable }
    var field = unsafe Field(
      number: UInt32(tag >> 3), type: type, payload: UnsafeRawBufferPointer(start: nil, count: 0))
    switch type {
    case .varint: field.value = try varint()
    case .fixed64: _ = unsafe try take(8)
    case .fixed32: _ = unsafe try take(4)
    case .lengthDelimited:
      let length = try varint()
      guard unsafe length <= UInt64(bytes.count - offset) else { throw .unparsable }
      unsafe field.payload = try take(Int(length))
    }
    return field
  }

  mutating func varint(maximumBytes: Int = 10) throws(BodyFault) -> UInt64 {
    var value: UInt64 = 0
    for index in 0..<maximumBytes {
      guard unsafe offset < bytes.count else { throw .unparsable }
      let byte = unsafe bytes[offset]
      offset += 1
      value |= UInt64(byte & 0x7F) << UInt64(7 * index)
      if byte < 0x80 {
        if index == 9 && byte > 1 { throw .unparsable }
        return value
      }
    }
    throw .unparsable
  }

  private mutating func take(_ count: Int) throws(BodyFault) -> UnsafeRawBufferPointer {
    guard unsafe bytes.count - offset >= count else { throw .unparsable }
    defer { offset += count }
    return unsafe UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
  }
}
