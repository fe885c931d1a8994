import Glibc
import OrgKeySystem
import Testing

@testable import OrgKeyServer
@testable import OrgKeyWire

@Suite(.enabled(if: geteuid() == 0)) struct ConnectionLimitTests {
  @Test func userWhoHasAllHeMayIsRefusedInWordsAndKeepsNobodyOut() throws {
    let daemon = try DaemonProcess(["--max-connections", "6", "--socket-mode", "0666"])
    let user = try OtherUser(of: daemon, uid: 4_242)
    let administrator = try RawClient(daemon.socket)
    let health = administrator.frame(Request(callID: 7, method: .health(.init())))
    let answers = try user.answers(to: [health], connections: 10)
    #expect(answers.count(where: { $0.callID == 7 && $0.status == nil }) == 3)
    let refusals = answers.filter { $0.callID != 7 }
    #expect(refusals.count == 7)
    for refusal in refusals {
      #expect(refusal.callID == 0)
      #expect(refusal.status?.code == .resourceExhausted)
      for word in ["uid 4242", "all the 3 ", "--max-connections-per-uid"] {
        #expect(refusal.status?.message.contains(word) == true)
      }
    }
    // Somebody else still gets in, and is not refused what he may.
    let another = try RawClient(daemon.socket)
    guard case .getStatistics(let statistics) = try another.result(.getStatistics(.init()))
    else { throw RawClient.Closed() }
    #expect(statistics.connectionCount == 5)
    #expect(statistics.counters.first { $0.name == "connections_refused" }?.value == 7)
    #expect(daemon.lines(with: "uid 4242").count == 1)
    // When all are taken, administrators are left a few more.
    let second = try OtherUser(of: daemon, uid: 4_243)
    let others = try second.answers(to: [health], connections: 3)
    #expect(others.count(where: { $0.callID == 7 && $0.status == nil }) == 1)
    #expect(others.contains { $0.status?.message.contains("all the 6 connections") == true })
    try RawClient(daemon.socket).put("acme")
    user.end()
    #expect(try user.answers(to: [health], connections: 3).allSatisfy { $0.callID == 7 })
  }

  @Test func userHasHalfOfTheMemoryForBuffersAtMost() {
    let memory = BufferMemory()
    #expect(memory.take(BufferMemory.mostPerUser, for: 1))
    #expect(!memory.take(1, for: 1))
    #expect(memory.take(BufferMemory.mostPerUser, for: 2))
    #expect(!memory.take(1, for: 3))
    memory.giveBack(1, of: 1)
    #expect(memory.take(1, for: 3))
    #expect(memory.byteCount == BufferMemory.most)
  }
}
