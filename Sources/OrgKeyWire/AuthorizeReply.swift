/// The answer to an Authorize call, with texts where they lie. Unsafe because they have to stay
/// there until the reply was appended.
@unsafe package struct AuthorizeReply {
  package var callID: UInt64
  package var reason: Reason
  package var keyID = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
  package var organizationID = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
  package var environment = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
  package var authorizedOrganizationID = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
  package var secretVersion: UInt32 = 0
  package var rateLimit: RateLimitState?

  package init(callID: UInt64, reason: Reason) {
    unsafe self.callID = callID
    unsafe self.reason = reason
  }
}

// Written by hand, as protobuf-c would write it: every call is answered with one of these.
extension ByteBuffer {
  /// Appends the reply's frame.
  package mutating func append(_ reply: borrowing AuthorizeReply) {
    let rateLimitLength = unsafe reply.rateLimit.map { $0.encodedLength } ?? 0
    let authorizeLength = unsafe reply.authorizeLength(rateLimitLength)
    let callID = unsafe reply.callID
    let length =
      Encoding.length(1, callID) + 2 + Encoding.length(UInt64(authorizeLength)) + authorizeLength
    let space = unsafe space(atLeast: Frame.headerLength + length)
    unsafe Frame.writeHeader(length, to: space)
    var encoding = unsafe Encoding(
      at: space.baseAddress.unsafelyUnwrapped + Frame.headerLength)
    encoding.number(1, callID)
    encoding.message(16, length: authorizeLength)
    unsafe encoding.number(1, UInt64(reply.reason.decision.rawValue))
    unsafe encoding.number(2, UInt64(reply.reason.rawValue))
    unsafe encoding.text(3, reply.keyID)
    unsafe encoding.text(4, reply.organizationID)
    unsafe encoding.text(5, reply.environment)
    if let state = unsafe reply.rateLimit {
      encoding.message(6, length: rateLimitLength)
      encoding.number(1, UInt64(state.limit))
      encoding.number(2, UInt64(state.remaining))
      encoding.number(3, UInt64(bitPattern: state.resetAtUnixS))
    }
    unsafe encoding.number(7, UInt64(reply.secretVersion))
    unsafe encoding.text(8, reply.authorizedOrganizationID)
    commit(Frame.headerLength + length)
  }
}

extension AuthorizeReply {
  /// Of AuthorizeResponse.
  fileprivate borrowing func authorizeLength(_ rateLimitLength: Int) -> Int {
    unsafe Encoding.length(1, UInt64(reason.decision.rawValue))
      + Encoding.length(2, UInt64(reason.rawValue))
      + Encoding.length(keyID) + Encoding.length(organizationID) + Encoding.length(environment)
      + (rateLimit == nil ? 0 : 2 + rateLimitLength)
      + Encoding.length(7, UInt64(secretVersion)) + Encoding.length(authorizedOrganizationID)
  }
}

extension RateLimitState {
  fileprivate var encodedLength: Int {
    Encoding.length(1, UInt64(limit)) + Encoding.length(2, UInt64(remaining))
      + Encoding.length(3, UInt64(bitPattern: resetAtUnixS))
  }
}

/// Writes fields of a message. What is 0 or empty is left out, as proto3 wants it.
/// Encoding: https://protobuf.dev/programming-guides/encoding/
@safe private struct Encoding {
  private var place: UnsafeMutableRawPointer

  /// Unsafe because nothing tells how much room there is.
  @unsafe init(at place: UnsafeMutableRawPointer) { unsafe self.place = place }

  /// Bytes of a varint.
  static func length(_ value: UInt64) -> Int { (63 - (value | 1).leadingZeroBitCount) / 7 + 1 }

  /// Bytes of a number's field, of one up to 15.
  static func length(_ field: Int, _ value: UInt64) -> Int { value == 0 ? 0 : 1 + length(value) }

  /// Bytes of a text's field, of one up to 15.
  static func length(_ text: UnsafeBufferPointer<UInt8>) -> Int {
    text.count == 0 ? 0 : 1 + length(UInt64(text.count)) + text.count
  }

  mutating func number(_ field: Int, _ value: UInt64) {
    if value == 0 { return }
    varint(UInt64(field << 3))
    varint(value)
  }

  mutating func text(_ field: Int, _ text: UnsafeBufferPointer<UInt8>) {
    guard let start = text.baseAddress, text.count > 0 else { return }
    message(field, length: text.count)
    unsafe place.copyMemory(from: start, byteCount: text.count)
    unsafe place += text.count
  }

  /// What comes before a message's own fields.
  mutating func message(_ field: Int, length: Int) {
    varint(UInt64(field << 3 | 2))
    varint(UInt64(length))
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      unsafe place.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, as: UInt8.self)
      unsafe place += 1
      rest >>= 7
    }
    unsafe place.storeBytes(of: UInt8(truncatingIfNeeded: rest), as: UInt8.self)
    unsafe place += 1
  }
}
