import Glibc
import OrgKeySystem
import Testing

@testable import OrgKeyServer
@testable import OrgKeyWire

@Suite struct FrameTests {
  let daemon: InProcess
  let health = Request(callID: 7, method: .health(.init()))

  init() throws { daemon = try InProcess() }

  @Test func takesAFrameSplitAtEveryByte() throws {
    let client = try daemon.client()
    let frame = client.frame(health) + client.frame(health)
    for split in 1..<frame.count {
      try client.send(frame[..<split])
      try client.send(frame[split...])
      #expect(try client.receive().callID == 7)
      #expect(try client.receive().callID == 7)
    }
  }

  @Test func answersAThousandPipelinedCallsOnce() throws {
    let client = try daemon.client()
    var bytes: [UInt8] = []
    for id in 1...1_000 {
      bytes += client.frame(Request(callID: UInt64(id), method: .health(.init())))
    }
    try client.send(bytes)
    var seen = Set<UInt64>()
    for _ in 1...1_000 { seen.insert(try client.receive().callID) }
    #expect(seen == Set(1...1_000))
  }

  @Test func answersMoreReadsThanItHoldsAtOnce() throws {
    let client = try daemon.client()
    try client.put("acme")
    let (_, key) = try client.issue("acme")
    var bytes: [UInt8] = []
    for id in 1...500 {
      bytes += client.frame(Request(callID: UInt64(id), method: .identifyKey(.init(apiKey: key))))
    }
    try client.send(bytes)
    var seen = Set<UInt64>()
    for _ in 1...500 { seen.insert(try client.receive().callID) }
    #expect(seen.count == 500)
  }

  @Test func whenTheClientEndsItsDirectionAnswersAndCloses() throws {
    let client = try daemon.client()
    try client.send(client.frame(health) + client.frame(health).dropLast())
    client.endSending()
    #expect(try client.receive().callID == 7)
    #expect(throws: RawClient.Closed.self) { try client.receive() }
  }

  @Test(arguments: [1_048_577, 2_147_483_647, UInt32.max])
  func whenABodyIsAnnouncedTooLongSaysSoAndCloses(length: UInt32) throws {
    let client = try daemon.client()
    try client.send([0] + withUnsafeBytes(of: length.bigEndian, Array.init))
    let response = try client.receive()
    #expect(response.callID == 0)
    #expect(response.status?.code == .resourceExhausted)
    #expect(throws: RawClient.Closed.self) { try client.receive() }
  }

  @Test func takesABodyOfTheGreatestLength() throws {
    let client = try daemon.client()
    // A field it does not know, as long as a body may be.
    let payload = Frame.maximumBody - 4
    let varint = [
      UInt8(payload & 0x7F | 0x80), UInt8(payload >> 7 & 0x7F | 0x80), UInt8(payload >> 14),
    ]
    let body = [0x7A] + varint + [UInt8](repeating: 0x61, count: payload)
    #expect(body.count == Frame.maximumBody)
    try client.send([0] + withUnsafeBytes(of: UInt32(body.count).bigEndian, Array.init) + body)
    #expect(try client.receive().status?.field == "15")
    #expect(try client.call(.health(.init())).status == nil)
  }

  @Test func whenABodyIsNoRequestAnswersCallZeroAndGoesOn() throws {
    let client = try daemon.client()
    for body in [[0x00], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0x0A, 0x7F], [0x83, 0x01]]
      as [[UInt8]]
    {
      try client.send([0, 0, 0, 0, UInt8(body.count)] + body)
      let response = try client.receive()
      #expect(response.callID == 0)
      #expect(response.status?.code == .invalidArgument)
    }
    #expect(try client.call(.health(.init())).status == nil)
  }

  @Test func namesTheFieldAtFaultAndTheCall() throws {
    let client = try daemon.client()
    for (fields, field) in [
      ([0x08, 0x09, 0x08, 0x09], "call_id"), ([0x08, 0x09, 0x18, 0x01], "caller"),
      ([0x08, 0x09, 0x7A, 0x00], "15"), ([0x08, 0x09], "method"),
      // Health with a field; Health and Authorize; Authorize with a key that is not UTF-8.
      ([0x08, 0x09, 0x82, 0x03, 0x02, 0x08, 0x01], "1"),
      ([0x08, 0x09, 0x82, 0x03, 0x00, 0x82, 0x01, 0x00], "method"),
      ([0x08, 0x09, 0x82, 0x01, 0x03, 0x0A, 0x01, 0xFF], "api_key"),
      ([0x08, 0x09, 0x82, 0x01, 0x03, 0x0A, 0x01, 0x00], "api_key"),
    ] as [([UInt8], String)] {
      try client.send([0, 0, 0, 0, UInt8(fields.count)] + fields)
      let response = try client.receive()
      #expect(response.status?.code == .invalidArgument)
      #expect(response.status?.field == field)
      #expect(response.callID == 9)
    }
  }

  @Test func saysThatItDoesNotKnowAMethod() throws {
    let client = try daemon.client()
    try client.send([0, 0, 0, 0, 5, 0x08, 0x09, 0xE2, 0x03, 0x00])
    let response = try client.receive()
    #expect(response.callID == 9)
    #expect(response.status?.code == .unimplemented)
    #expect(response.status?.message.contains("method 60") == true)
  }

  @Test(arguments: [
    "GET /health HTTP/1.1\r\n\r\n", "POST / HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  ])
  func answersHTTPInHTTP(greeting: String) throws {
    let client = try daemon.client()
    try client.send(Array(greeting.utf8).prefix(2))
    try client.send(Array(greeting.utf8).dropFirst(2))
    let answer = String(decoding: try client.receiveAll(), as: UTF8.self)
    #expect(answer.hasPrefix("HTTP/1.1 400 "))
  }

  @Test(arguments: [UInt8(1), 0x16, 0xFF])
  func refusesAnotherFlagAndCloses(flag: UInt8) throws {
    let client = try daemon.client()
    try client.send([flag, 0, 0, 0, 0])
    #expect(try client.receive().status?.code == .invalidArgument)
    #expect(throws: RawClient.Closed.self) { try client.receive() }
  }

  @Test func closesAHalfFrameAfterFiveSecondsAndLeavesTheIdleAlone() throws {
    let idle = try daemon.client()
    let slow = try daemon.client()
    let began = Clock.monotonicMilliseconds()
    try slow.send([0, 0, 0])
    #expect(throws: RawClient.Closed.self) { try slow.receive() }
    let waited = Clock.monotonicMilliseconds() - began
    #expect((4_900...8_000).contains(waited))
    #expect(try idle.call(.health(.init())).status == nil)
  }

  @Test func closesAFrameThatOnlyTricklesIn() throws {
    let client = try daemon.client()
    client.setTimeout(SO_RCVTIMEO, milliseconds: 300)
    let began = Clock.monotonicMilliseconds()
    try client.send([0, 0, 0, 16, 0])
    var isOpen = true
    while isOpen, Clock.monotonicMilliseconds() - began < 20_000 {
      do {
        try client.send([0])
        _ = try client.receive()
      } catch is RawClient.Closed {
        isOpen = false
      } catch {}
    }
    #expect((4_900...8_000).contains(Clock.monotonicMilliseconds() - began))
  }

  @Test func dropsReadsOfClientsThatAreGone() throws {
    let client = try daemon.client()
    try client.put("acme")
    for number in 0..<300 { try client.put("child\(number)", under: "acme") }
    let (_, key) = try client.issue("acme")
    for _ in 0..<100 {
      let fleeting = try daemon.client()
      let list = Request(
        callID: 1, method: .listAccessibleOrganizations(.init(apiKey: key, pageSize: 5_000)))
      try fleeting.send((0..<64).flatMap { _ in fleeting.frame(list) })
    }
    let began = Clock.monotonicMilliseconds()
    #expect(try client.call(.listKeys(.init())).status == nil)
    #expect(Clock.monotonicMilliseconds() - began < 5_000)
  }

  @Test func refusesConnectionsBeyondTheMost() throws {
    let small = try InProcess {
      $0.maxConnections = 2
      $0.maxConnectionsPerUser = 2
    }
    // The test's own user is an administrator, who has some more.
    let clients = try (0..<2 + ConnectionCounts.reserved).map { _ in try small.client() }
    for client in clients { #expect(try client.call(.health(.init())).status == nil) }
    let last = try small.client()
    #expect(try last.receive().status?.code == .resourceExhausted)
    #expect(throws: RawClient.Closed.self) { try last.receive() }
  }

  @Test func whenStoppedAnswersWhatItReceived() throws {
    let client = try daemon.client()
    try client.put("acme")
    var bytes: [UInt8] = []
    for id in 1...300 {
      bytes += client.frame(
        Request(
          callID: UInt64(id),
          method: .putOrganization(.init(organizationID: "org\(id)", parentID: "acme"))))
    }
    try client.send(bytes)
    // Something of it has arrived, for something of it is answered.
    var answered = Set([try client.receive().callID])
    let stopping = try Thread("stopping") { [daemon] in daemon.stop() }
    while let response = try? client.receive() { answered.insert(response.callID) }
    stopping.join()
    #expect(answered == Set(1...300))
    #expect(access(daemon.settings.socket, F_OK) != 0)
  }
}
