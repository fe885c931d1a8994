import OrgKeyWire
import Testing

@Suite("A message that is encoded and decoded")
struct RoundTripTests {
  @Test("is the same, whatever the request", arguments: Sample.requests)
  func request(sent: Request) throws {
    let received = try Codec.request(Codec.encode(sent))
    guard case .authorize? = sent.method else {
      #expect(received == sent)
      return
    }
    // Of an Authorize call the fields are lent, and the caller is only noticed.
    #expect(received.callID == sent.callID)
    #expect(received.method == sent.method)
    #expect(received.caller != nil)
  }

  @Test("is the same, whatever the response", arguments: Sample.responses)
  func response(sent: Response) throws {
    #expect(try Codec.response(Codec.encode(sent)) == sent)
  }

  @Test("is the same when it has no fields at all")
  func empty() throws {
    #expect(Codec.encode(Request()).isEmpty)
    #expect(try Codec.request([]) == Request())
    #expect(try Codec.response([]) == Response())
  }

  @Test("has its method's number on the wire", arguments: Sample.requests)
  func number(sent: Request) throws {
    let method = try #require(sent.method)
    let body = Codec.encode(Request(method: method))
    #expect(body.starts(with: Raw.tag(UInt64(method.name.rawValue), 2)))
  }

  @Test("was sampled with every method, and with every field set")
  func samples() {
    #expect(
      Sample.requests.compactMap { $0.method?.name.rawValue }.sorted()
        == MethodName.allCases.map(\.rawValue).sorted())
    #expect(Sample.responses.count == MethodName.allCases.count)
    for request in Sample.requests { #expect(unset(in: request) == []) }
    for response in Sample.responses { #expect(unset(in: response) == []) }
  }

  @Test(
    "is a Response when the daemon packed it without values of Swift's",
    arguments: [
      nil, RateLimitState(limit: 100, remaining: 99, resetAtUnixS: 1_900_000_000),
    ])
  func authorizeReply(rateLimit: RateLimitState?) throws {
    var buffer = ByteBuffer()
    for reason in Reason.allCases {
      unsafe Array("key_0123456789abcdef".utf8).withUnsafeBufferPointer { keyID in
        var reply = unsafe AuthorizeReply(callID: 7, reason: reason)
        unsafe reply.keyID = keyID
        unsafe reply.environment = unsafe reply.keyID
        unsafe reply.secretVersion = 2
        unsafe reply.rateLimit = rateLimit
        unsafe buffer.append(reply)
      }
      let response = try Codec.response(Codec.body(in: buffer))
      buffer.consume(buffer.count)
      #expect(
        response
          == Response(
            callID: 7,
            result: .authorize(
              AuthorizeResponse(
                decision: reason.decision, reason: reason, keyID: "key_0123456789abcdef",
                environment: "key_0123456789abcdef", rateLimit: rateLimit, secretVersion: 2))))
    }
  }

  /// The paths below `value` that hold a default.
  private func unset(in value: Any, at path: String = "") -> [String] {
    switch value {
    case let bytes as [UInt8]: return bytes.isEmpty ? [path] : []
    case let text as String: return text.isEmpty ? [path] : []
    case let secret as SecretText: return secret == .empty ? [path] : []
    case let flag as Bool: return flag ? [] : [path]
    case let number as any FixedWidthInteger: return number.nonzeroBitCount == 0 ? [path] : []
    case let number as Double: return number == 0 ? [path] : []
    case let value as any RawRepresentable<UInt32>: return value.rawValue == 0 ? [path] : []
    default: break
    }
    let mirror = Mirror(reflecting: value)
    if mirror.children.isEmpty
      && (mirror.displayStyle == .optional || mirror.displayStyle == .collection)
    {
      return [path]
    }
    return mirror.children.flatMap { unset(in: $0.value, at: "\(path).\($0.label ?? "")") }
  }
}
