internal import COrgKeyProto

/// The fields of an Authorize call where they lie: in the frame that it came in, or in the
/// decoder's memory: gone when that is.
@safe package struct AuthorizeCall: BitwiseCopyable {
  package var callID: UInt64 = 0
  /// Whether the request says anything of a Caller, which Authorize does not take.
  package var hasCaller = false
  package var apiKey = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
  package var organizationID = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
  package var permission = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
  package var environment = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)

  /// What protobuf-c has unpacked.
  init(_ c: UnsafePointer<Orgkey__V1__Request>) {
    let request = unsafe c.pointee.authorize.pointee
    callID = unsafe c.pointee.call_id
    hasCaller = unsafe c.pointee.caller.map { unsafe Caller($0.pointee) != Caller() } ?? false
    unsafe apiKey = AuthorizeCall.text(request.api_key)
    unsafe organizationID = AuthorizeCall.text(request.organization_id)
    unsafe permission = AuthorizeCall.text(request.permission)
    unsafe environment = AuthorizeCall.text(request.environment)
  }

  private static func text(_ c: UnsafeMutablePointer<CChar>?) -> UnsafeBufferPointer<UInt8> {
    guard let c = unsafe c else { return unsafe UnsafeBufferPointer(start: nil, count: 0) }
    var count = 0
    while unsafe c[count] != 0 { count += 1 }
    let bytes = unsafe UnsafeRawPointer(c).assumingMemoryBound(to: UInt8.self)
    return unsafe UnsafeBufferPointer(start: bytes, count: count)
  }
}

// Nearly every request is one of these, written as every client writes it. So they are taken apart
// here, at a tenth of what it takes to check and unpack whatever else a body may be.
extension AuthorizeCall {
  private enum Tag {
    static let callID: UInt8 = 1 << 3
    /// Field 16 takes two bytes.
    static let authorize: (UInt8, UInt8) = (0x82, 0x01)
    static let apiKey: UInt8 = 1 << 3 | 2
    static let organizationID: UInt8 = 2 << 3 | 2
    static let permission: UInt8 = 3 << 3 | 2
    static let environment: UInt8 = 4 << 3 | 2
  }

  /// Reads a body that has nothing but a call_id and the fields of Authorize, each at most once and
  /// in their order, with texts of 1 to 127 ASCII characters.
  ///
  /// - Returns: nil: it is not written so, whatever it is; `RequestDecoder` tells.
  package init?(plain body: UnsafeRawBufferPointer) {
    guard var fields = unsafe PlainFields(body) else { return nil }
    if fields.next == Tag.callID {
      fields.skip(1)
      guard let number = fields.varint() else { return nil }
      callID = number
    }
    guard fields.takes(Tag.authorize.0), fields.takes(Tag.authorize.1),
      let length = fields.varint(), length == UInt64(fields.count), fields.isPlainText
    else { return nil }
    unsafe apiKey = fields.text(Tag.apiKey)
    unsafe organizationID = fields.text(Tag.organizationID)
    unsafe permission = fields.text(Tag.permission)
    unsafe environment = fields.text(Tag.environment)
    guard fields.count == 0 else { return nil }
  }
}

/// The rest of a body, to be read from the front.
@safe private struct PlainFields {
  private var start: UnsafePointer<UInt8>
  private(set) var count: Int

  /// nil: there is nothing to read.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard let address = bytes.baseAddress, bytes.count > 0 else { return nil }
    unsafe start = address.assumingMemoryBound(to: UInt8.self)
    count = bytes.count
  }

  /// The byte at the front; 0 at the end.
  var next: UInt8 { count > 0 ? unsafe start.pointee : 0 }

  mutating func skip(_ bytes: Int) {
    unsafe start += bytes
    count -= bytes
  }

  mutating func takes(_ byte: UInt8) -> Bool {
    guard count > 0, next == byte else { return false }
    skip(1)
    return true
  }

  /// nil: it is cut off, or longer than a number of 64 bits.
  mutating func varint() -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 63, by: 7) {
      guard count > 0 else { return nil }
      let byte = next
      skip(1)
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    return nil
  }

  /// Whether no byte is 0 or over 0x7F: then every length is of one byte, no text is empty, and
  /// all of them are UTF-8 without NUL.
  var isPlainText: Bool {
    var offset = 0
    while offset + 8 <= count {
      let word = unsafe UnsafeRawPointer(start).loadUnaligned(
        fromByteOffset: offset, as: UInt64.self)
      if (word | (word &- 0x0101_0101_0101_0101)) & 0x8080_8080_8080_8080 != 0 { return false }
      offset += 8
    }
    while offset < count {
      let byte = unsafe start[offset]
      if byte &- 1 >= 0x7F { return false }
      offset += 1
    }
    return true
  }

  /// The text under this tag, if it comes next. One that is cut off is left where it is.
  mutating func text(_ tag: UInt8) -> UnsafeBufferPointer<UInt8> {
    guard count >= 2, next == tag, case let length = unsafe Int(start[1]), length <= count - 2
    else { return unsafe UnsafeBufferPointer(start: nil, count: 0) }
    skip(2)
    defer { skip(length) }
    return unsafe UnsafeBufferPointer(start: start, count: length)
  }
}
