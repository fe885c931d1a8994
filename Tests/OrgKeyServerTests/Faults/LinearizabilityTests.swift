import Glibc
import OrgKeySystem
import TestSupport
import Testing

/// Each key behaves as if one thing after the other were done with it, each at some moment between
/// its call and its answer, whoever does it, and through kills: a revoked key never passes again.
@Suite struct LinearizabilityTests {
  @Test func historiesOfAllKeysAreLinearizableThroughKills() throws {
    let goal = Campaign.count(30_000, long: 1_000_000)
    let kills = Campaign.count(3, long: 50)
    let daemon = try DaemonProcess()
    let keys = try SharedKeys(daemon.socket, places: 12, goal: goal)
    let clients = try (0..<64).map { try keys.start($0) }
    for kill in 1...kills {
      while keys.operationCount < goal / (kills + 1) * kill, !keys.isDone { usleep(1_000) }
      #expect(daemon.end(SIGKILL) == 128 + SIGKILL)
      try daemon.start()
    }
    for client in clients { client.join() }
    #expect(daemon.end(SIGTERM) == 0)
    #expect(keys.wrongAnswers == [])
    let histories = keys.allHistories()
    var violations: [String] = []
    for history in histories {
      do throws(KeyHistory.Violation) { try history.check() } catch {
        violations.append("\(error)")
      }
    }
    let operations = histories.reduce(0) { $0 + $1.operations.count }
    let lost = histories.reduce(0) { $0 + $1.operations.count { $0.ended == .max } }
    print(
      "linearizability: \(operations) operations on \(histories.count) keys, \(lost) without an "
        + "answer, \(kills) kills, \(violations.count) violations")
    #expect(violations.prefix(3) == [])
    #expect(operations >= goal)
  }
}
