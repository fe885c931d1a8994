/// Reads the answer to Authorize in the form in which daemons write it: call_id and result, no
/// status; every field at most once, in the order of their numbers, in its shortest encoding;
/// texts in ASCII. Nothing else is taken, nor refused: it is left to protobuf-c.
enum PlainAuthorizeReply {
  private static let resultNumber: UInt64 = 16

  /// - Returns: what protobuf-c would have made of it; nil: another form.
  static func read(_ body: UnsafeRawBufferPointer) -> Response? {
    var reader = unsafe PlainReader(body)
    guard let callID = reader.number(1),
      let payload = unsafe reader.payload(PlainAuthorizeReply.resultNumber), reader.isAtEnd,
      let answer = unsafe answer(payload)
    else { return nil }
    return Response(callID: callID, result: .authorize(answer))
  }

  private static func answer(_ payload: UnsafeRawBufferPointer) -> AuthorizeResponse? {
    var reader = unsafe PlainReader(payload)
    guard let decision = enumeration(reader.number(1)), let reason = enumeration(reader.number(2)),
      let keyID = reader.text(3), let organizationID = reader.text(4),
      let environment = reader.text(5)
    else { return nil }
    var rateLimit: RateLimitState?
    if let state = unsafe reader.payload(6) {
      rateLimit = unsafe PlainAuthorizeReply.rateLimit(state)
      if rateLimit == nil { return nil }
    }
    guard let version = uint32(reader.number(7)), let authorized = reader.text(8), reader.isAtEnd
    else { return nil }
    return AuthorizeResponse(
      decision: Decision(number: decision), reason: Reason(number: reason), keyID: keyID,
      organizationID: organizationID, environment: environment, rateLimit: rateLimit,
      secretVersion: version, authorizedOrganizationID: authorized)
  }

  private static func rateLimit(_ payload: UnsafeRawBufferPointer) -> RateLimitState? {
    var reader = unsafe PlainReader(payload)
    guard let limit = uint32(reader.number(1)), let remaining = uint32(reader.number(2)),
      let reset = reader.number(3), reader.isAtEnd
    else { return nil }
    return RateLimitState(
      limit: limit, remaining: remaining, resetAtUnixS: Int64(bitPattern: reset))
  }

  private static func enumeration(_ value: UInt64?) -> UInt32? {
    value.flatMap { Int32(exactly: $0) }.map { UInt32(bitPattern: $0) }
  }

  private static func uint32(_ value: UInt64?) -> UInt32? {
    value.flatMap { UInt32(exactly: $0) }
  }
}

/// Takes fields from the front of a message, by their numbers. One that is not there has its
/// default value; one that is there in another form stays there.
@safe private struct PlainReader {
  private let bytes: UnsafeRawBufferPointer
  private var offset = 0

  init(_ bytes: UnsafeRawBufferPointer) { unsafe self.bytes = bytes }

  var isAtEnd: Bool { unsafe offset == bytes.count }

  /// nil: it is not in its shortest encoding.
  mutating func number(_ number: UInt64) -> UInt64? {
    takeTag(number, .varint) ? varint() : 0
  }

  /// nil: it is no ASCII, or holds a NUL.
  mutating func text(_ number: UInt64) -> String? {
    guard let payload = unsafe payload(number) else { return "" }
    if unsafe payload.contains(where: { $0 == 0 || $0 >= 0x80 }) { return nil }
    return unsafe String(decoding: payload, as: UTF8.self)
  }

  /// nil: it is not there.
  mutating func payload(_ number: UInt64) -> UnsafeRawBufferPointer? {
    let start = offset
    guard takeTag(number, .lengthDelimited) else { return nil }
    guard let length = varint(), unsafe length <= UInt64(bytes.count - offset) else {
      offset = start
      return nil
    }
    defer { offset += Int(length) }
    return unsafe UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + Int(length)])
  }

  private mutating func takeTag(_ number: UInt64, _ type: WireType) -> Bool {
    let start = offset
    if varint() == number << 3 | UInt64(type.rawValue) { return true }
    offset = start
    return false
  }

  /// nil: there is none, or not in its shortest encoding.
  private mutating func varint() -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while unsafe offset < bytes.count {
      let byte = unsafe bytes[offset]
      offset += 1
      if byte == 0 && shift > 0 || shift == 63 && byte > 1 { return nil }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }
}
