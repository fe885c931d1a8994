import Glibc
import OrgKeyServer
import OrgKeySystem
import Testing

@testable import OrgKeyWire

@Suite struct FrameEdgeTests {
  let daemon: InProcess
  let health = Request(callID: 7, method: .health(.init()))

  // One thread, so that whoever holds it up holds up everybody.
  init() throws { daemon = try InProcess { $0.threads = 1 } }

  @Test func takesFramesByteByByte() throws {
    let client = try daemon.client()
    for byte in client.frame(health) + client.frame(health) { try client.send([byte]) }
    #expect(try client.receive().callID == 7)
    #expect(try client.receive().callID == 7)
  }

  @Test func refusesALengthThatComesByteByByte() throws {
    let client = try daemon.client()
    for byte in [0, 0, 0x10, 0, 1] as [UInt8] { try client.send([byte]) }
    #expect(try client.lastWord()?.code == .resourceExhausted)
  }

  @Test func answersBodiesOfNoByteAndOfOne() throws {
    let client = try daemon.client()
    for frame in [[0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 1, 8]] as [[UInt8]] {
      try client.send(frame)
      let response = try client.receive()
      #expect(response.callID == 0)
      #expect(response.status?.code == .invalidArgument)
    }
    #expect(try client.call(.health(.init())).status == nil)
  }

  @Test func whenTheInputEndsInsideAFrameAnswersWhatCameWhole() throws {
    let frame = try daemon.client().frame(health)
    for end in 0..<frame.count {
      let client = try daemon.client()
      try client.send(frame + frame + frame[..<end])
      client.endSending()
      #expect(try client.receive().callID == 7)
      #expect(try client.receive().callID == 7)
      #expect(throws: RawClient.Closed.self) { try client.receive() }
    }
  }

  @Test func whoPipelinesWithoutEndStarvesNobody() throws {
    let other = try daemon.client()
    try other.put("acme")
    let key = try other.issue("acme").text
    let greedy = try daemon.client()
    let call = greedy.frame(
      Request(
        callID: 9,
        method: .authorize(.init(apiKey: key, organizationID: "acme", permission: "a:b"))))
    let batch = Array(repeatElement(call, count: 5_000).joined())
    let sending = try Thread("sending") {
      while (try? greedy.send(batch)) != nil {}
    }
    let reading = try Thread("reading") {
      var bytes = [UInt8](repeating: 0, count: 1 << 16)
      while recv(greedy.socket, &bytes, bytes.count, 0) > 0 {}
    }
    var slowest = Duration.zero
    for _ in 0..<500 {
      let time = try ContinuousClock().measure { _ = try other.authorize(key) }
      slowest = max(slowest, time)
    }
    shutdown(greedy.socket, Int32(SHUT_RDWR))
    sending.join()
    reading.join()
    print("beside one who pipelines without end: \(slowest) at most")
    #expect(slowest < .seconds(2))
  }
}
