import OrgKeyModel
import OrgKeyServer
import OrgKeySystem
import Testing

@testable import OrgKeyWire

/// Requests of imports that come in whatever sequence, ahead of their answers.
@Suite struct ImportSequenceTests {
  let daemon: InProcess
  let client: RawClient

  init() throws {
    daemon = try InProcess()
    client = try daemon.client()
    try client.put("acme")
  }

  private func request(
    _ numbers: Range<Int>, last: Bool = false, dryRun: Bool = false, caller: Caller? = nil
  ) -> [UInt8] {
    client.frame(
      Request(
        callID: UInt64(numbers.lowerBound), caller: caller,
        method: .importKeys(
          .init(rows: numbers.map { foreignRow($0) }, last: last, dryRun: dryRun))))
  }

  /// Sends all before it looks at an answer; then all answers, by call.
  private func exchange(_ frames: [[UInt8]]) throws -> [UInt64: Response] {
    let writer = try Thread("sender") { try? client.send(frames.joined()) }
    defer { writer.join() }
    var responses: [UInt64: Response] = [:]
    for _ in frames {
      let response = try client.receive()
      responses[response.callID] = response
    }
    return responses
  }

  private func importedCount(_ response: Response?) -> UInt64? {
    guard case .importKeys(let answer) = response?.result else { return nil }
    return answer.importedCount
  }

  @Test func thousandsOfRowsAheadOfTheirAnswersAreTakenInOrder() throws {
    // Short and long requests by turns, so that they go different ways.
    var frames: [[UInt8]] = []
    var next = 0
    while next < 10_000 {
      let count = frames.count % 2 == 0 ? 7 : 1_993
      frames.append(request(next..<next + count, last: next + count == 10_000))
      next += count
    }
    let responses = try exchange(frames)
    var staged: UInt64 = 0
    for call in responses.keys.sorted() {
      guard case .importKeys(let answer) = responses[call]?.result else {
        Issue.record("\(call) was refused")
        continue
      }
      staged += call % 2_000 == 0 ? 7 : 1_993
      #expect(answer.stagedCount == staged && answer.faults.isEmpty)
    }
    #expect(importedCount(responses[8_007]) == 10_000)
    for number in [0, 6, 7, 5_000, 9_999] {
      #expect(try client.authorize(foreignKey(number)).decision == .allowed)
    }
    #expect(try client.keyCount() == 10_000)
  }

  @Test func rowsWithoutALastAreDroppedWithTheConnection() throws {
    let other = try daemon.client()
    _ = try other.importKeys([foreignRow(1)], last: false)
    other.endSending()
    #expect(throws: RawClient.Closed.self) { try other.receive() }
    #expect(try client.importKeys([foreignRow(2)]) == .init(stagedCount: 1, importedCount: 1))
    #expect(try client.authorize(foreignKey(1)).reason == .keyUnknown)
  }

  @Test func connectionsKeepTheirRowsApart() throws {
    let other = try daemon.client()
    _ = try other.importKeys([foreignRow(1)], last: false)
    _ = try client.importKeys([foreignRow(2)], last: false)
    #expect(try client.importKeys([]).stagedCount == 1)
    #expect(try other.importKeys([foreignRow(2)]).faults.map(\.row) == [2])
    #expect(try client.authorize(foreignKey(1)).reason == .keyUnknown)
  }

  /// The request in the middle is refused; what was sent behind it must not be taken for an import
  /// of its own.
  private func checkThatNothingIsLeft(
    ofImportWith middle: [UInt8], _ code: Code, callID: UInt64 = 10
  ) throws {
    let responses = try exchange([
      request(0..<1, last: true),
      request(1..<10), middle, request(20..<2_000), request(2_000..<2_001, last: true),
      request(3_000..<3_001, last: true),
    ])
    #expect(importedCount(responses[0]) == 1)
    #expect(responses[callID]?.status?.code == code)
    #expect(responses[20]?.status?.code == .failedPrecondition)
    #expect(responses[2_000]?.status?.code == .failedPrecondition)
    #expect(importedCount(responses[3_000]) == 1)
    #expect(try client.keyCount() == 2)
    #expect(try client.authorize(foreignKey(3_000)).decision == .allowed)
  }

  @Test func importWhoseDryRunChangesMidwayIsDropped() throws {
    try checkThatNothingIsLeft(ofImportWith: request(10..<20, dryRun: true), .invalidArgument)
  }

  @Test func importWithARequestOnSomebodysBehalfIsDropped() throws {
    let caller = Caller(actingOrganizationID: "acme")
    try checkThatNothingIsLeft(
      ofImportWith: request(10..<20, caller: caller), .permissionDenied)
  }

  @Test func importWithALongRequestOnSomebodysBehalfIsDropped() throws {
    let caller = Caller(actingOrganizationID: "acme")
    let rows = (10_000..<12_000).map { foreignRow($0) }
    let frame = client.frame(
      Request(callID: 10, caller: caller, method: .importKeys(.init(rows: rows))))
    try checkThatNothingIsLeft(ofImportWith: frame, .permissionDenied)
  }

  /// A field that the contract does not know, in a row of a short request and in one of a long.
  @Test(arguments: [1, 2_000])
  func importWithARowThatCannotBeReadIsDropped(count: Int) throws {
    let rows = (0..<8 * count).flatMap { _ in [0x0A, 0x02, 0x78, 0x01] as [UInt8] }
    try checkThatNothingIsLeft(ofImportWith: frame(rows), .invalidArgument)
  }

  /// call_id 10 and these fields of ImportKeys.
  private func frame(_ fields: [UInt8]) -> [UInt8] {
    let length = [
      UInt8(fields.count & 0x7F | 0x80), UInt8(fields.count >> 7 & 0x7F | 0x80),
      UInt8(fields.count >> 14),
    ]
    let body = [0x08, 0x0A, 0xEA, 0x01] + length + fields
    return [0] + withUnsafeBytes(of: UInt32(body.count).bigEndian, Array.init) + body
  }

  @Test func importWithABodyThatCannotBeReadIsDropped() throws {
    // Answered with call_id 0, as is the import that came before it.
    let responses = try exchange([
      request(1..<10), [0, 0, 0, 0, 1, 0xFF], request(20..<30, last: true),
      request(40..<41, last: true),
    ])
    #expect(responses[0]?.status?.code == .invalidArgument)
    #expect(responses[20]?.status?.code == .failedPrecondition)
    #expect(importedCount(responses[40]) == 1)
    #expect(try client.keyCount() == 1)
  }

  /// An import that is refused whole leaves nothing behind that the next one would have to pay for.
  @Test(arguments: [1, 2_000])
  func importWhoseLastRequestIsRefusedIsOver(count: Int) throws {
    let caller = Caller(actingOrganizationID: "acme")
    let badRow = [0x0A, 0x02, 0x78, 0x01] as [UInt8]
    let bad = frame((0..<8 * count).flatMap { _ in badRow } + [0x10, 0x01])
    for refused in [request(10..<10 + count, last: true, caller: caller), bad] {
      try client.send(refused)
      #expect(try client.receive().status != nil)
      #expect(try client.importKeys([], last: true).stagedCount == 0)
    }
  }

  @Test func otherCallsThatAreRefusedLeaveAnImportAlone() throws {
    _ = try client.importKeys([foreignRow(1)], last: false)
    #expect(try client.call(.issueKey(.init())).status?.code == .invalidArgument)
    #expect(try client.call(.importOrganizations(.init(last: true))).status == nil)
    try client.send([0, 0, 0, 0, 2, 0x78, 0x01])
    #expect(try client.receive().status?.field == "15")
    #expect(try client.importKeys([]).importedCount == 1)
  }
}
