import OrgKeyWire

/// Encoding and decoding as the two ends do it.
enum Codec {
  /// The body of the only frame in `buffer`.
  static func body(in buffer: borrowing ByteBuffer) -> [UInt8] {
    Array(frame(in: buffer).dropFirst(Frame.headerLength))
  }

  static func frame(in buffer: borrowing ByteBuffer) -> [UInt8] {
    unsafe Array(buffer.bytes)
  }

  /// Frames as a client sends them.
  static func stream(_ requests: [Request]) -> [UInt8] {
    var buffer = ByteBuffer()
    let arena = Arena()
    for request in requests { precondition(buffer.append(request, by: arena)) }
    return frame(in: buffer)
  }

  static func encode(_ request: Request) -> [UInt8] {
    Array(stream([request]).dropFirst(Frame.headerLength))
  }

  static func encode(_ response: Response) -> [UInt8] {
    var buffer = ByteBuffer()
    precondition(buffer.append(response, by: Arena()))
    return body(in: buffer)
  }

  /// Strictly, as the daemon decodes. An Authorize call, which is lent where it lies, is copied
  /// out; of its caller only whether there is one is kept.
  static func request(
    _ body: [UInt8], by decoder: borrowing RequestDecoder = RequestDecoder()
  ) throws -> Request {
    let incoming = try unsafe body.withUnsafeBytes { unsafe try decoder.decode($0) }
    defer { decoder.reset() }
    switch incoming {
    case .other(let request):
      return request
    case .authorize(let call):
      return request(copying: call)
    }
  }

  /// As the daemon first tries to decode an Authorize call; nil: it is not one written plainly.
  static func plainRequest(_ body: [UInt8]) -> Request? {
    unsafe body.withUnsafeBytes { unsafe AuthorizeCall(plain: $0).map(request(copying:)) }
  }

  private static func request(copying call: AuthorizeCall) -> Request {
    unsafe Request(
      callID: call.callID, caller: call.hasCaller ? Caller(actor: "somebody") : nil,
      method: .authorize(
        AuthorizeRequest(
          apiKey: SecretText(text(call.apiKey)), organizationID: text(call.organizationID),
          permission: text(call.permission), environment: text(call.environment))))
  }

  /// Leniently, as the library decodes.
  static func response(
    _ body: [UInt8], by decoder: borrowing ResponseDecoder = ResponseDecoder()
  ) throws -> Response {
    try unsafe body.withUnsafeBytes { unsafe try decoder.decode($0) }
  }

  /// Why a request's body is refused; nil if it is not.
  static func fault(in body: [UInt8]) -> BodyFault? {
    do {
      _ = try request(body)
      return nil
    } catch {
      return error as? BodyFault
    }
  }

  /// The call_id that the refusal of `body` is answered with.
  static func callID(ofRefused body: [UInt8]) -> UInt64? {
    guard let fault = fault(in: body) else { return nil }
    return unsafe body.withUnsafeBytes { unsafe RequestDecoder.callID(of: $0, after: fault) }
  }

  private static func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    unsafe String(decoding: bytes, as: UTF8.self)
  }
}

/// Protobuf's encoding by hand, to write what no encoder would.
enum Raw {
  static func varint(_ value: UInt64) -> [UInt8] {
    var value = value
    var bytes: [UInt8] = []
    while value >= 0x80 {
      bytes.append(UInt8(value & 0x7F) | 0x80)
      value >>= 7
    }
    return bytes + [UInt8(value)]
  }

  static func tag(_ number: UInt64, _ wireType: UInt64) -> [UInt8] {
    varint(number << 3 | wireType)
  }
  static func field(_ number: UInt64, _ value: UInt64) -> [UInt8] {
    tag(number, 0) + varint(value)
  }
  static func field(_ number: UInt64, _ payload: [UInt8]) -> [UInt8] {
    tag(number, 2) + varint(UInt64(payload.count)) + payload
  }
  static func field(_ number: UInt64, _ text: String) -> [UInt8] {
    field(number, Array(text.utf8))
  }
  /// A request whose only field is a method.
  static func method(_ name: MethodName, _ payload: [UInt8]) -> [UInt8] {
    field(UInt64(name.rawValue), payload)
  }
}
