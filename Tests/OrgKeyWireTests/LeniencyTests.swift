import OrgKeyWire
import Testing

/// The daemon at the other end may be newer, broken or hostile.
@Suite("A response's body")
struct LeniencyTests {
  @Test("may have fields that this build does not know")
  func unknownFields() throws {
    let health = Raw.field(1, 1) + Raw.field(2, "9.0.0") + Raw.field(99, "news")
    let body = Raw.field(1, 7) + Raw.field(15, 3) + Raw.field(48, health)
    #expect(
      try Codec.response(body)
        == Response(
          callID: 7, result: .health(HealthResponse(status: .serving, version: "9.0.0"))))
  }

  @Test("may be of a method that this build does not know")
  func unknownResult() throws {
    #expect(try Codec.response(Raw.field(1, 7) + Raw.field(60, [])) == Response(callID: 7))
  }

  @Test("with a decision or reason unknown is never read as allowed")
  func unknownDecision() throws {
    let body = Raw.field(16, Raw.field(1, 99) + Raw.field(2, 99))
    let expected = AuthorizeResponse(decision: .unspecified, reason: .unspecified)
    #expect(try Codec.response(body) == Response(result: .authorize(expected)))
    #expect(AuthorizeResponse().decision == .unspecified)
  }

  @Test("with a code unknown is never read as OK")
  func unknownCode() throws {
    for code: UInt64 in [1, 2, 99, 1 << 31, .max] {
      #expect(try Codec.response(Raw.field(2, Raw.field(1, code))).status?.code == .internal)
    }
  }

  @Test("may give a field twice: the last wins")
  func doubled() throws {
    let body =
      Raw.field(1, 1) + Raw.field(1, 2) + Raw.field(48, []) + Raw.field(51, Raw.field(1, "x"))
    let response = try Codec.response(body)
    #expect(response == Response(callID: 2, result: .getMetrics(GetMetricsResponse(text: "x"))))
  }

  @Test("may have lists longer than a request's")
  func longLists() throws {
    let ids = (0..<5000).map { "o\($0)" }
    let response = Response(
      result: .listAccessibleOrganizations(
        ListAccessibleOrganizationsResponse(organizationIDs: ids)))
    #expect(try Codec.response(Codec.encode(response)) == response)
  }

  @Test("is refused when a text is not one", arguments: [[0xFF], [0x61, 0x00]])
  func notText(bytes: [UInt8]) {
    #expect(throws: BodyFault.self) {
      try Codec.response(Raw.field(2, Raw.field(2, bytes)))
    }
  }

  @Test("cut short anywhere never reads as a result", arguments: Sample.responses)
  func truncated(response: Response) throws {
    let body = Codec.encode(response)
    for length in body.indices.dropLast() {
      #expect((try? Codec.response(Array(body.prefix(length))))?.result == nil)
    }
  }
}
