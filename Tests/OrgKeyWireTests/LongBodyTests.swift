import OrgKeyWire
import Testing

@Suite("A long body")
struct LongBodyTests {
  private static let rows = (0..<500).map { index in
    ImportOrganizationsRequestRow(
      organizationID: "organization-\(index)", parentID: "acme", name: "Organization \(index)")
  }
  private static let request = Request(
    callID: 7, timeoutMs: 9, caller: Caller(actor: "ana"),
    method: .importOrganizations(ImportOrganizationsRequest(rows: rows, last: true)))

  private func long(_ body: [UInt8]) throws -> (Request, EncodedMethod)? {
    let decoder = RequestDecoder()
    return try unsafe body.withUnsafeBytes { unsafe try decoder.decodeLong($0) }
  }

  @Test("of an import comes in two parts, which are all of it")
  func parts() throws {
    let (head, encoded) = try #require(try long(Codec.encode(Self.request)))
    var whole = head
    #expect(head.method == .importOrganizations(ImportOrganizationsRequest()))
    whole.method = try encoded.decode()
    #expect(whole == Self.request)
    #expect(encoded.byteCount > 16 << 10)
  }

  @Test("has parts in whatever order its fields come")
  func order() throws {
    let body = Codec.encode(Self.request)
    let method = Codec.encode(Request(method: Self.request.method))
    let head = body.dropLast(method.count)
    let (first, encoded) = try #require(try long(method + head))
    #expect(first.callID == 7 && first.caller == Caller(actor: "ana"))
    #expect(try encoded.decode() == Self.request.method)
  }

  @Test("that is short, or no import's, is for decoding whole")
  func others() throws {
    #expect(try long(Codec.encode(Sample.requests[1])) == nil)
    let name = String(repeating: "n", count: 32 << 10)
    let put = Request(method: .putOrganization(PutOrganizationRequest(name: name)))
    #expect(try long(Codec.encode(put)) == nil)
    #expect(try long(Codec.encode(Self.request).dropLast()) == nil)
  }

  @Test("is refused for what is wrong beside its rows, and behind them")
  func faults() throws {
    let body = Codec.encode(Self.request)
    #expect(throws: BodyFault.field(path: "15", problem: "is no field of Request")) {
      try long(body + Raw.field(15, 1))
    }
    #expect(throws: BodyFault.field(path: "call_id", problem: "is given twice")) {
      try long(body + Raw.field(1, 1))
    }
    #expect(throws: BodyFault.field(path: "import_organizations", problem: "is given twice")) {
      try long(body + Raw.method(.importOrganizations, []))
    }
    #expect(throws: BodyFault.field(path: "method", problem: "is given twice")) {
      try long(body + Raw.method(.health, []))
    }
    let bad = Raw.field(1, Raw.field(3, [0x80]))
    let rows = (0..<5_000).flatMap { _ in bad }
    let (_, encoded) = try #require(try long(Raw.method(.importOrganizations, rows)))
    #expect(throws: BodyFault.field(path: "rows.name", problem: "is not UTF-8 without NUL")) {
      try encoded.decode()
    }
  }

  @Test("that is refused tells of which import it was, or that it may have been of any")
  func imports() {
    func parts(_ body: [UInt8]) -> [ImportPart] {
      unsafe body.withUnsafeBytes { unsafe RequestDecoder.importParts(in: $0) }
    }
    let row = Raw.field(1, Raw.field(9, 1))
    #expect(
      parts(Raw.field(1, 1) + Raw.method(.importKeys, row + Raw.field(2, 1) + [0xFF]))
        == [ImportPart(.importKeys, isLast: true)])
    #expect(
      parts(Raw.method(.importOrganizations, row + Raw.field(2, 0) + Raw.field(3, 1)))
        == [ImportPart(.importOrganizations, isLast: false)])
    #expect(parts(Raw.method(.issueKey, [])) == [])
    #expect(
      parts([0xFF])
        == [
          ImportPart(.importKeys, isLast: false), ImportPart(.importOrganizations, isLast: false),
        ])
  }
}
