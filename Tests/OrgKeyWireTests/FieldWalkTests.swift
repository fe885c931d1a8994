import OrgKeyWire
import Testing

@Suite("A request's body")
struct FieldWalkTests {
  struct Refused: Sendable, CustomTestStringConvertible {
    let what: String
    let body: [UInt8]
    let path: String
    var testDescription: String { what }

    init(_ what: String, _ path: String, _ body: [UInt8]) {
      (self.what, self.path, self.body) = (what, path, body)
    }
  }

  private static let label: [UInt8] = Raw.field(1, "owner")
  private static let manyStates = [UInt8](repeating: 1, count: 65)

  static let refused = [
    Refused("a field unknown in Request", "15", Raw.field(15, 1)),
    Refused("a field unknown in a method", "1", Raw.method(.health, Raw.field(1, "x"))),
    Refused("a field unknown in the caller", "caller.9", Raw.field(3, Raw.field(9, 1))),
    Refused(
      "a field unknown in an entry", "labels.3",
      Raw.method(.issueKey, Raw.field(8, label + Raw.field(3, 0)))),
    Refused(
      "a field unknown two below", "caller.max_rate_limit.3",
      Raw.field(3, Raw.field(4, Raw.field(3, 1)))),
    Refused(
      "an unknown number of a method beside a method", "60",
      Raw.method(.health, []) + Raw.field(60, [])),
    Refused("a doubled number", "call_id", Raw.field(1, 1) + Raw.field(1, 1)),
    Refused("a doubled caller", "caller", Raw.field(3, []) + Raw.field(3, [])),
    Refused(
      "a doubled text", "permission",
      Raw.method(.authorize, Raw.field(3, "a:b") + Raw.field(3, "a:b"))),
    Refused(
      "a doubled message", "label",
      Raw.method(.listKeys, Raw.field(12, label) + Raw.field(12, label))),
    Refused("a method given twice", "health", Raw.method(.health, []) + Raw.method(.health, [])),
    Refused("two methods", "method", Raw.method(.health, []) + Raw.method(.getMetrics, [])),
    Refused("a lone continuation byte", "name", Raw.method(.putOrganization, Raw.field(3, [0x80]))),
    Refused("an over-long NUL", "name", Raw.method(.putOrganization, Raw.field(3, [0xC0, 0x80]))),
    Refused(
      "a surrogate", "name", Raw.method(.putOrganization, Raw.field(3, [0xED, 0xA0, 0x80]))),
    Refused("a NUL", "api_key", Raw.method(.authorize, Raw.field(1, "pc_live_x\0y"))),
    Refused("a NUL in a list", "permissions", Raw.method(.issueKey, Raw.field(4, "\0"))),
    Refused("a number for a text", "name", Raw.method(.putOrganization, Raw.field(3, 1))),
    Refused("a number for a message", "caller", Raw.field(3, 1)),
    Refused("a text for a number", "timeout_ms", Raw.field(2, "1")),
    Refused("32 fixed bits for a number", "call_id", Raw.tag(1, 5) + [0, 0, 0, 0]),
    Refused(
      "64 fixed bits for a number", "call_id", Raw.tag(1, 1) + [UInt8](repeating: 0, count: 8)),
    Refused("over 32 bits", "timeout_ms", Raw.field(2, 1 << 32)),
    Refused("a state unknown", "states", Raw.method(.listKeys, Raw.field(4, 5))),
    Refused("a state below zero", "states", Raw.method(.listKeys, Raw.field(4, .max))),
    Refused("a state unknown, packed", "states", Raw.method(.listKeys, Raw.field(4, [1, 5]))),
    Refused(
      "65 entries", "permissions",
      Raw.method(.issueKey, (0..<65).flatMap { Raw.field(4, "p\($0)") })),
    Refused("65 entries, packed", "states", Raw.method(.listKeys, Raw.field(4, manyStates))),
    Refused(
      "65 entries, half of them packed", "states",
      Raw.method(
        .listKeys,
        Raw.field(4, Array(manyStates.prefix(32)))
          + manyStates.prefix(33).flatMap { Raw.field(4, UInt64($0)) })),
    Refused(
      "65 labels in a row of an import", "rows.labels",
      Raw.method(.importKeys, Raw.field(1, (0..<65).flatMap { _ in Raw.field(10, label) }))),
  ]

  @Test("is refused, naming the field, with", arguments: refused)
  func namesTheField(_ refused: Refused) {
    guard case .field(let path, let problem) = Codec.fault(in: refused.body) else {
      Issue.record("\(String(describing: Codec.fault(in: refused.body)))")
      return
    }
    #expect(path == refused.path)
    #expect(!problem.isEmpty)
  }

  @Test("is refused with its call_id, wherever that stands", arguments: refused)
  func callID(_ refused: Refused) {
    if refused.path == "call_id" { return }
    #expect(Codec.callID(ofRefused: Raw.field(1, 42) + refused.body) == 42)
    #expect(Codec.callID(ofRefused: refused.body + Raw.field(1, .max)) == .max)
    #expect(Codec.callID(ofRefused: Raw.field(1, 42) + refused.body + [0]) == 0)
  }

  @Test(
    "of a method that this build does not know says which",
    arguments: [
      30, 52, 60, (1 << 29) - 1,
    ])
  func unknownMethod(number: UInt64) {
    let body = Raw.field(1, 42) + Raw.field(number, Raw.field(1, "x"))
    #expect(Codec.fault(in: body) == .unknownMethod(UInt32(number)))
    #expect(Codec.callID(ofRefused: body) == 42)
  }

  static let rubbish: [[UInt8]] = [
    [0],
    Raw.tag(0, 0) + [1],
    [0x80, 0x80, 0x80, 0x80, 0x00, 1],  // field number 0 in an over-long tag
    [0x88, 0x80, 0x80, 0x80, 0x80, 0x00, 1],  // a tag of six bytes
    Raw.tag(1 << 29, 0) + [1],
    Raw.tag(1, 0) + [UInt8](repeating: 0x80, count: 10) + [0],  // a number of eleven bytes
    Raw.tag(1, 0) + [UInt8](repeating: 0xFF, count: 9) + [2],  // over 64 bits
    Raw.tag(3, 2) + Raw.varint(.max),
    Raw.tag(3, 2) + Raw.varint(1 << 31),
    Raw.tag(3, 2) + Raw.varint(1),
    Raw.tag(1, 1) + [0, 0, 0, 0],
    Raw.tag(1, 5) + [0, 0, 0],
    Raw.tag(60, 3) + Raw.tag(60, 4),  // a group
    Raw.tag(60, 4),
    Raw.tag(1, 6) + [0],
    Raw.tag(1, 7) + [0],
    Array("GET / HTTP/1.1\r\n\r\n".utf8),
    Raw.method(.listKeys, Raw.field(4, [0x80])),  // a packed entry cut short
    Raw.method(.issueKey, Raw.field(6, [0x08])),  // a message cut short in a message
    [UInt8](repeating: Raw.tag(16, 3)[0], count: 1 << 20),
  ]

  @Test("that is no message is unparsable, and refused with call_id 0", arguments: rubbish)
  func unparsable(body: [UInt8]) {
    #expect(Codec.fault(in: body) == .unparsable)
    #expect(Codec.callID(ofRefused: Raw.field(1, 42) + body) == 0)
  }

  @Test("cut short anywhere is never taken for a method", arguments: Sample.requests)
  func truncated(request: Request) throws {
    let method = try #require(request.method)
    let body = Codec.encode(Request(method: method))
    for length in body.indices.dropFirst() {
      #expect(Codec.fault(in: Array(body.prefix(length))) == .unparsable)
    }
    let whole = Codec.encode(request)
    for length in whole.indices.dropLast() {
      #expect((try? Codec.request(Array(whole.prefix(length))))?.method == nil)
    }
  }

  @Test("may spell out defaults and numbers at length")
  func spelledOut() throws {
    let one: [UInt8] = [0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00]
    let body =
      Raw.tag(1, 0) + one + Raw.tag(2, 0) + one + Raw.field(3, [])
      + Raw.method(
        .listKeys,
        Raw.field(1, "") + Raw.field(2, 0) + Raw.field(4, []) + Raw.field(5, 0) + Raw.field(12, []))
    #expect(
      try Codec.request(body)
        == Request(
          callID: 1, timeoutMs: 1, caller: Caller(),
          method: .listKeys(ListKeysRequest(label: Label()))))
    #expect(
      try Codec.request(Raw.field(3, []) + Raw.method(.authorize, Raw.field(1, ""))).caller == nil)
  }

  @Test("may have enums packed, unpacked or mixed")
  func packed() throws {
    let states: [KeyState] = [.active, .revoked, .disabled]
    let expected = Request(method: .listKeys(ListKeysRequest(states: states)))
    for fields in [
      Raw.field(4, [1, 4, 2]), Raw.field(4, 1) + Raw.field(4, 4) + Raw.field(4, 2),
      Raw.field(4, [1]) + Raw.field(4, 4) + Raw.field(4, [2]),
    ] {
      #expect(try Codec.request(Raw.method(.listKeys, fields)) == expected)
    }
  }

  @Test("may have 64 entries, in each row of an import, and any number of rows")
  func entries() throws {
    let permissions = (0..<64).map { "p\($0)" }
    let issue = Request(method: .issueKey(IssueKeyRequest(permissions: permissions)))
    #expect(try Codec.request(Codec.encode(issue)) == issue)
    let rows = (0..<100).map { _ in ImportKeysRequestRow(permissions: permissions) }
    let imported = Request(method: .importKeys(ImportKeysRequest(rows: rows)))
    #expect(try Codec.request(Codec.encode(imported)) == imported)
  }

  @Test("nested without end costs no stack: what is unknown is not entered")
  func nested() {
    var body: [UInt8] = []
    while body.count < 20_000 { body = Raw.field(9, body) }
    body = Raw.field(3, body)
    guard case .field(let path, _) = Codec.fault(in: body) else {
      Issue.record("not refused by a field")
      return
    }
    #expect(path == "caller.9")
  }
}
