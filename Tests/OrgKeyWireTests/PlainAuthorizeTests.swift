import OrgKeyWire
import Testing

@Suite("An Authorize call that is taken apart by hand")
struct PlainAuthorizeTests {
  private static let fields: [(AuthorizeRequest, callID: UInt64)] = [
    (AuthorizeRequest(apiKey: Sample.apiKey, permission: "contacts:read"), 1),
    (
      AuthorizeRequest(
        apiKey: Sample.apiKey, organizationID: "acme/emea", permission: "contacts:read",
        environment: "live"), 1 << 62
    ),
    (AuthorizeRequest(organizationID: "acme", permission: "a"), 127),
    (AuthorizeRequest(permission: "a:b", environment: "test"), 0),
    (AuthorizeRequest(), .max),
  ]
  private static let bodies = fields.map { fields, callID in
    Codec.encode(Request(callID: callID, method: .authorize(fields)))
  }

  @Test("is the call that protobuf-c unpacks", arguments: bodies.dropLast())
  func plain(body: [UInt8]) throws {
    #expect(try Codec.plainRequest(body) == Codec.request(body))
  }

  @Test(
    "is left to protobuf-c when it is written otherwise",
    arguments: [
      [], [0x08], [0x82, 0x01],
      Raw.field(1, 7),
      Raw.method(.authorize, Raw.field(3, "a:b") + Raw.field(1, "k")),
      Raw.method(.authorize, Raw.field(3, "a:b") + Raw.field(3, "a:b")),
      Raw.method(.authorize, Raw.field(3, "")),
      Raw.method(.authorize, Raw.field(3, "a") + Raw.field(9, "b")),
      Raw.method(.authorize, Raw.field(1, "pc_live_x\0y") + Raw.field(3, "a")),
      Raw.method(.authorize, Raw.field(1, "schlüssel") + Raw.field(3, "a")),
      Raw.method(.authorize, Raw.field(1, String(repeating: "k", count: 128))),
      Raw.field(2, 2500) + Raw.method(.authorize, Raw.field(3, "a")),
      Raw.method(.authorize, Raw.field(3, "a")) + Raw.field(1, 7),
      Raw.method(.authorize, Raw.field(3, "a")) + Raw.method(.authorize, Raw.field(3, "b")),
      Raw.method(.identifyKey, Raw.field(1, "k")),
    ])
  func other(body: [UInt8]) {
    #expect(Codec.plainRequest(body) == nil)
  }

  @Test("means the same to protobuf-c, whatever the bytes are")
  func mutations() {
    var random = SeededGenerator(seed: 3)
    let decoder = RequestDecoder()
    var plain = 0
    for _ in 0..<200_000 {
      let body = mutated(Self.bodies, using: &random)
      guard let request = Codec.plainRequest(body) else { continue }
      plain += 1
      if (try? Codec.request(body, by: decoder)) != request { Issue.record("differs: \(body)") }
    }
    #expect(plain > 10_000)
  }
}
