import TestSupport
import Glibc
import OrgKeySystem
import Synchronization
import Testing

@testable import OrgKeyWire

/// What a daemon that is killed has counted: never more than it was asked, never less than was on
/// disk.
@Suite struct CountingCrashTests {
  private let daemon: DaemonProcess
  private let id: String
  private let key: SecretText

  init() throws {
    daemon = try DaemonProcess(["--threads", "4", "--usage-flush-interval", "100ms"])
    let client = try RawClient(daemon.socket)
    try client.put("acme")
    (id, key) = try client.issue("acme", ["a:b"])
  }

  @Test func killedAtAnyMomentCountsNothingTwice() throws {
    let sent = Atomic<UInt64>(0)
    var random = SystemRandomNumberGenerator()
    var onDisk: UInt64 = 0
    for _ in 0..<10 {
      let callers = try (0..<5).map { number in
        let client = try RawClient(daemon.socket)
        return try Thread("caller") {
          while (try? call(client, 20, number, sent)) != nil {}
        }
      }
      let goal = sent.load(ordering: .relaxed) + UInt64.random(in: 2_000...20_000, using: &random)
      try #require(eventually { sent.load(ordering: .relaxed) >= goal })
      #expect(daemon.end(SIGKILL) == 128 + SIGKILL)
      for caller in callers { caller.join() }
      try daemon.start()
      let counted = try counts(RawClient(daemon.socket))
      #expect(counted <= sent.load(ordering: .relaxed) && counted >= onDisk)
      onDisk = counted
    }
    #expect(onDisk > 0)
    #expect(daemon.end(SIGTERM) == 0)
  }

  @Test func whatIsOnDiskOutlivesAKillAndACleanEndLosesNothing() throws {
    let sent = Atomic<UInt64>(0)
    for _ in 0..<3 {
      try callFromAll(sent)
      let client = try RawClient(daemon.socket)
      #expect(try eventually { try client.usageAge() == 0 })
      _ = daemon.end(SIGKILL)
      try daemon.start()
      #expect(try counts(RawClient(daemon.socket)) == sent.load(ordering: .relaxed))
      try callFromAll(sent)
      #expect(daemon.end(SIGTERM) == 0)
      try daemon.start()
      #expect(try counts(RawClient(daemon.socket)) == sent.load(ordering: .relaxed))
    }
  }

  private func callFromAll(_ sent: borrowing Atomic<UInt64>) throws {
    for number in 0..<6 { try call(RawClient(daemon.socket), 500, number, sent) }
  }

  /// Makes some calls at once, of which one in three is denied.
  private func call(
    _ client: RawClient, _ count: Int, _ number: Int, _ sent: borrowing Atomic<UInt64>
  ) throws {
    let frames = (0..<count).map { call in
      client.frame(
        Request(
          callID: 1,
          method: .authorize(
            .init(apiKey: key, permission: (number + call) % 3 == 0 ? "x:y" : "a:b"))))
    }
    sent.add(UInt64(count), ordering: .relaxed)
    try client.send(frames.joined())
    for _ in frames { _ = try client.receive() }
  }

  /// By the key's record, which must agree with the sum over its days.
  private func counts(_ client: RawClient) throws -> UInt64 {
    let (record, days) = (try client.key(id), try client.usage(id))
    #expect(days.allowed == record.allowedCount && days.denied == record.deniedCount)
    #expect(record.secrets.map(\.allowedCount) == [record.allowedCount])
    return record.allowedCount + record.deniedCount
  }
}
