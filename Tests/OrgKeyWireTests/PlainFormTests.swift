import Testing

@testable import OrgKeyWire

/// The short ways for Authorize against the general ones, through protobuf-c.
@Suite("The plain form of Authorize")
struct PlainFormTests {
  private static let answers: [AuthorizeResponse] = [
    AuthorizeResponse(),
    AuthorizeResponse(
      decision: .allowed, keyID: "key_0123456789abcdef", organizationID: "acme",
      environment: "live", secretVersion: 1, authorizedOrganizationID: "acme/emea"),
    AuthorizeResponse(
      decision: .rateLimitExceeded, reason: .rateLimited, keyID: "key_0123456789abcdef",
      organizationID: String(repeating: "o", count: 128), environment: "test",
      rateLimit: RateLimitState(limit: .max, remaining: 0, resetAtUnixS: .min),
      secretVersion: .max, authorizedOrganizationID: String(repeating: "p", count: 127)),
    AuthorizeResponse(rateLimit: RateLimitState()),
  ]

  @Test("is what an answer is read from, unless it has a status or another text than ASCII")
  func answersArePlain() throws {
    for answer in PlainFormTests.answers {
      for callID in [0, 1, 127, 128, UInt64.max] {
        let response = Response(callID: callID, result: .authorize(answer))
        #expect(plain(Codec.encode(response)) == response)
      }
    }
    for other in [
      Response(callID: 1, status: Status(), result: .authorize(AuthorizeResponse())),
      Response(callID: 1, result: .authorize(AuthorizeResponse(environment: "lïve"))),
      Response(callID: 1, result: .health(HealthResponse())), Response(callID: 1),
    ] {
      #expect(plain(Codec.encode(other)) == nil)
      #expect(try Codec.response(Codec.encode(other)) == other)
    }
  }

  @Test("is read as protobuf-c reads it, whatever was done to it")
  func damagedAnswers() {
    var random = SeededGenerator(seed: 3)
    let bodies = PlainFormTests.answers.map {
      Codec.encode(Response(callID: 300, result: .authorize($0)))
    }
    let decoder = ResponseDecoder()
    var plainCount = 0
    for _ in 0..<100_000 {
      let body = mutated(bodies, using: &random)
      guard let response = plain(body) else { continue }
      plainCount += 1
      if response != unpacked(body, by: decoder) { Issue.record("differs: \(body)") }
    }
    #expect(plainCount > 5000 && plainCount < 95_000)
  }

  @Test("leaves to protobuf-c whatever can be meant or refused in more than one way")
  func notPlain() throws {
    let inners: [[UInt8]] = [
      Raw.field(1, 1) + Raw.field(1, 2),  // doubled
      Raw.field(2, 1) + Raw.field(1, 1),  // out of order
      Raw.field(1, 1) + Raw.field(9, 1),  // unknown
      Raw.field(1, 1 << 31), Raw.field(1, .max), Raw.field(2, 1 << 32),  // no enum
      Raw.field(7, 1 << 32),  // no uint32
      Raw.field(1, "1"), Raw.field(3, 1), Raw.field(6, 1),  // of another type
      Raw.field(3, [0x61, 0x00]), Raw.field(3, [0xFF]), Raw.field(8, "é"),  // no ASCII
      [0x08, 0x81, 0x00], [0x88, 0x00, 0x01], [0x1A, 0x81, 0x00, 0x61],  // not the shortest
      [0x1A, 0x05, 0x61], [0x08], [0x08, 0x80],  // cut short
      Raw.field(6, Raw.field(4, 1)), Raw.field(6, Raw.field(1, 1 << 32)),
      Raw.field(6, Raw.field(3, 1) + Raw.field(3, 2)), Raw.field(6, [0x08]),
    ]
    let result = Raw.field(16, Raw.field(1, 1))
    let bodies =
      inners.map { Raw.field(1, 7) + Raw.field(16, $0) } + [
        result + Raw.field(1, 7), Raw.field(1, 7) + result + result,
        Raw.field(1, 7) + result + Raw.field(60, []), Raw.field(1, 7) + Raw.field(16, 1),
        [0x08] + Array(repeating: 0xFF, count: 9) + [0x02] + result,
      ]
    let decoder = ResponseDecoder()
    for body in bodies {
      #expect(plain(body) == nil, "\(body)")
      #expect((try? Codec.response(body, by: decoder)) == unpacked(body, by: decoder), "\(body)")
    }
  }

  @Test("of a request is the bytes that protobuf-c makes")
  func requests() {
    let texts = [0, 1, 15, 16, 127, 128, 300, 20_000].map { String(repeating: "x", count: $0) }
    let requests =
      texts.map { AuthorizeRequest(apiKey: SecretText($0), permission: "contacts:read") }
      + texts.map { AuthorizeRequest(apiKey: Sample.apiKey, organizationID: $0) }
      + texts.map { AuthorizeRequest(permission: $0 + "é", environment: $0) }
    for request in requests {
      for callID in [0, 1, 127, 128, UInt64.max] {
        #expect(packed(request, callID) == general(request, callID))
      }
    }
  }

  @Test("is not made of a request with a NUL, or with texts near a frame's size")
  func requestsNotPlain() {
    for request in [
      AuthorizeRequest(apiKey: SecretText("pc\0live")), AuthorizeRequest(permission: "a\0"),
      AuthorizeRequest(organizationID: "\0"), AuthorizeRequest(environment: "li\0ve"),
      AuthorizeRequest(organizationID: String(repeating: "a", count: 1 << 20)),
    ] {
      #expect(packed(request, 1) == nil)
    }
  }

  /// nil: not in its plain form.
  private func plain(_ body: [UInt8]) -> Response? {
    unsafe body.withUnsafeBytes { unsafe PlainAuthorizeReply.read($0) }
  }

  private func unpacked(_ body: [UInt8], by decoder: borrowing ResponseDecoder) -> Response? {
    unsafe body.withUnsafeBytes { unsafe try? decoder.unpack($0) }
  }

  /// nil: not in its plain form, and nothing was appended.
  private func packed(_ request: AuthorizeRequest, _ callID: UInt64) -> [UInt8]? {
    var buffer = ByteBuffer()
    buffer.append([1, 2, 3])
    let isPacked = buffer.append(plain: request, callID: callID)
    let frame = Array(Codec.frame(in: buffer).dropFirst(3))
    if !isPacked { #expect(frame.isEmpty) }
    return isPacked ? frame : nil
  }

  private func general(_ request: AuthorizeRequest, _ callID: UInt64) -> [UInt8] {
    Codec.stream([Request(callID: callID, method: .authorize(request))])
  }
}
