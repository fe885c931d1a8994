import Glibc

/// Protobuf's encoding, read once more and by itself: what the product is judged by can't be the
/// product.
struct WireField {
  let number: UInt64
  let type: UInt64
  /// Of type 0.
  var value: UInt64 = 0
  /// With its tag.
  var whole: Range<Int>
  /// Of type 2.
  var payload: Range<Int>
}

enum Wire {
  /// - Returns: nil if it is no message.
  static func fields(_ bytes: ArraySlice<UInt8>) -> [WireField]? {
    var fields: [WireField] = []
    var at = bytes.startIndex
    while at < bytes.endIndex {
      let start = at
      guard let tag = varint(bytes, &at, atMost: 5), tag >> 3 != 0, tag >> 3 < 1 << 29
      else { return nil }
      var field = WireField(number: tag >> 3, type: tag & 7, whole: start..<at, payload: at..<at)
      var skipped: UInt64 = 0
      switch field.type {
      case 0:
        guard let value = varint(bytes, &at, atMost: 10) else { return nil }
        field.value = value
      case 1: skipped = 8
      case 5: skipped = 4
      case 2:
        guard let length = varint(bytes, &at, atMost: 10) else { return nil }
        skipped = length
      default: return nil
      }
      guard skipped <= UInt64(bytes.endIndex - at) else { return nil }
      field.payload = at..<at + Int(skipped)
      at += Int(skipped)
      field.whole = start..<at
      fields.append(field)
    }
    return fields
  }

  private static func varint(_ bytes: ArraySlice<UInt8>, _ at: inout Int, atMost: Int) -> UInt64? {
    var value: UInt64 = 0
    for index in 0..<atMost {
      guard at < bytes.endIndex else { return nil }
      let byte = bytes[at]
      at += 1
      if index == 9 && byte > 1 { return nil }
      value |= UInt64(byte & 0x7F) << UInt64(7 * index)
      if byte < 0x80 { return value }
    }
    return nil
  }

  static func varint(_ value: UInt64) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + varint(value >> 7)
  }
  /// A frame around a body.
  static func frame(_ body: [UInt8]) -> [UInt8] {
    [0] + withUnsafeBytes(of: UInt32(body.count).bigEndian, Array.init) + body
  }

  /// What stands at the front of a stream.
  enum Front {
    case incomplete
    case body(Range<Int>)
    case tooLong
    case foreign
  }

  static func front(_ stream: ArraySlice<UInt8>) -> Front {
    guard let flag = stream.first else { return .incomplete }
    if flag != 0 { return .foreign }
    guard stream.count >= 5 else { return .incomplete }
    let start = stream.startIndex + 5
    let length = stream[start - 4..<start].reduce(0) { $0 << 8 | Int($1) }
    if length > 1 << 20 { return .tooLong }
    return stream.count < 5 + length ? .incomplete : .body(start..<start + length)
  }
}

extension Array where Element == WireField {
  /// Of fields that are given more than once, the last counts.
  func number(_ number: UInt64) -> UInt64? { last { $0.number == number && $0.type == 0 }?.value }
  func payload(_ number: UInt64) -> Range<Int>? {
    last { $0.number == number && $0.type == 2 }?.payload
  }
}

extension ArraySlice where Element == UInt8 {
  func holds(_ part: [UInt8]) -> Bool { withUnsafeBytes { $0.holds(part) } }
}

extension UnsafeRawBufferPointer {
  /// - Parameter part: not empty.
  func holds(_ part: [UInt8]) -> Bool {
    // By the C library, whose loops are not counted as ways that an input takes.
    guard var at = baseAddress else { return false }
    let end = at + count
    while end - at >= part.count, let place = memchr(at, CInt(part[0]), end - at - part.count + 1) {
      if memcmp(place, part, part.count) == 0 { return true }
      at = UnsafeRawPointer(place) + 1
    }
    return false
  }
}
