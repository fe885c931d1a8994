import OrgKeyWire
import Testing

@Suite("Memory")
struct MemoryTests {
  @Test("of a body that unpacks into far more than it is: refused, and the next is served")
  func amplification() throws {
    let decoder = RequestDecoder()
    let rows = (0..<(1 << 19) - 8).flatMap { _ in Raw.field(1, []) }
    let body = Raw.field(1, 42) + Raw.method(.importKeys, rows)
    #expect(body.count <= Frame.maximumBody)
    for _ in 0..<3 {
      #expect(throws: BodyFault.tooLarge) { try Codec.request(body, by: decoder) }
      for request in Sample.requests.dropFirst() {
        #expect(try Codec.request(Codec.encode(request), by: decoder) == request)
      }
    }
    #expect(Codec.callID(ofRefused: body) == 42)
  }

  @Test("of the largest import that is meant suffices")
  func largestImport() throws {
    let rows = (0..<4500).map { index in
      ImportKeysRequestRow(
        sha256: Array(repeating: 7, count: 32), hint: "pc_live_…3fA9",
        organizationID: "org\(index)",
        name: "Imported key \(index)", environment: "live",
        permissions: (0..<8).map { "area\($0):read" }, rateLimit: Sample.limit)
    }
    let request = Request(method: .importKeys(ImportKeysRequest(rows: rows)))
    #expect(try Codec.request(Codec.encode(request)) == request)
  }

  @Test("of the largest list of bare entries a response can hold suffices")
  func largestResponse() throws {
    let body = Raw.field(28, (0..<(1 << 19) - 8).flatMap { _ in Raw.field(3, []) })
    _ = try? Codec.response(body)
    #expect(try Codec.response(Codec.encode(Sample.responses[0])) == Sample.responses[0])
  }

  @Test("that held a request is wiped by the decoder's reset")
  func decoderWipes() throws {
    let decoder = RequestDecoder()
    let body = Codec.encode(Sample.requests[0])
    let incoming = try unsafe body.withUnsafeBytes { unsafe try decoder.decode($0) }
    guard case .authorize(let call) = incoming else {
      Issue.record("not an Authorize call")
      return
    }
    // The decoder keeps its first block, so that the place may still be looked at.
    let key = unsafe call.apiKey
    #expect(unsafe key.starts(with: "pc_live_".utf8))
    decoder.reset()
    #expect(unsafe key.allSatisfy { $0 == 0 })
  }

  @Test("that a buffer has consumed is wiped")
  func bufferWipes() {
    var buffer = ByteBuffer()
    buffer.append(Array("pc_live_secret".utf8))
    let bytes = unsafe buffer.bytes
    buffer.consume(8)
    #expect(unsafe Array(bytes) == Array(repeating: 0, count: 8) + Array("secret".utf8))
    buffer.consume(6)
    #expect(unsafe bytes.allSatisfy { $0 == 0 })
  }

  @Test("of a buffer is a queue: what goes in comes out, in order, at any size")
  func queue() {
    var random = SeededGenerator(seed: 7)
    var buffer = ByteBuffer()
    var model: [UInt8] = []
    for round in 0..<3000 {
      let count = Int.random(in: 0...(round % 100 == 0 ? 600_000 : 20_000), using: &random)
      if Bool.random(using: &random) && model.count < 2_000_000 {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ round) }
        buffer.append(bytes)
        model += bytes
      } else {
        let count = min(count * 2, model.count)
        buffer.consume(count)
        model.removeFirst(count)
      }
      let held = buffer.count
      #expect(held == model.count)
    }
    #expect(Codec.frame(in: buffer) == model)
  }

  @Test("of a key's text is in no description and no mirror")
  func redaction() {
    let text = Sample.apiKey.string
    #expect(text.hasPrefix("pc_live_") && Sample.apiKey.count == text.utf8.count)
    let issued = Response(result: .issueKey(IssueKeyResponse(apiKey: Sample.apiKey)))
    for value: Any in [Sample.apiKey, Sample.requests, issued, Optional(Sample.apiKey) as Any] {
      var dumped = ""
      dump(value, to: &dumped)
      for shown in [dumped, "\(value)", String(reflecting: value), String(describing: value)] {
        #expect(!shown.contains(text) && !shown.contains("ABCDEF"))
      }
    }
  }

  @Test("of a key's text holds what was filled in, and equals by content")
  func secretText() {
    let secret = SecretText(capacity: 10) { span in
      for index in 0..<3 { span[index] = UInt8(ascii: "a") + UInt8(index) }
      return 3
    }
    #expect(secret == SecretText("abc") && secret != SecretText("abd") && secret.count == 3)
    #expect(secret.withBytes { bytes in bytes.indices.map { bytes[$0] } } == Array("abc".utf8))
    #expect(SecretText.empty.string.isEmpty)
  }
}
