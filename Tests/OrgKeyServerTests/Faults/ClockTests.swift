import Glibc
import OrgKeySystem
import TestSupport
import Testing

@testable import OrgKeyWire

/// Clocks that are set while the daemon runs, and between two runs.
@Suite(.enabled(if: SetClock.exists, "Debian's faketime is missing")) struct ClockTests {
  private static let tenYears: Int64 = 10 * 365 * 86_400

  @Test(arguments: [1, -1, 3_600, -3_600, tenYears, -tenYears] as [Int64])
  func whateverTheClockShowsWhatIsRevokedStaysSoAndExpiryFollows(seconds: Int64) throws {
    let clock = try SetClock()
    let daemon = try DaemonProcess(environment: clock.environment)
    let keys = try Keys(RawClient(daemon.socket))
    var calls = try keys.check(daemon, clock)
    for _ in 0..<Campaign.count(1, long: 20) {
      for restarts in [false, true] {
        try clock.set(seconds)
        if restarts { try restart(daemon) }
        calls += try keys.check(daemon, clock)
        try clock.set(0)
        calls += try keys.check(daemon, clock)
        if restarts { try restart(daemon) }
        calls += try keys.check(daemon, clock)
      }
    }
    let client = try RawClient(daemon.socket)
    #expect(try client.key(keys.plain.id).allowedCount == calls)
    #expect(
      try client.usage(keys.plain.id, from: 1).reduce(0) { $0 + $1.allowedCount } <= calls)
    let sequences = try client.auditEvents().map(\.sequence)
    #expect(sequences == sequences.sorted() && Set(sequences).count == sequences.count)
    #expect(sequences.first == 1)
    #expect(daemon.end(SIGTERM) == 0)
  }

  private func restart(_ daemon: DaemonProcess) throws {
    #expect(daemon.end(SIGTERM) == 0)
    try daemon.start()
  }

  @Test func windowOfALimitDoesNotSeeTheClock() throws {
    let clock = try SetClock()
    let daemon = try DaemonProcess(environment: clock.environment)
    let client = try RawClient(daemon.socket)
    try client.put("acme")
    let key = try client.issue(
      .init(
        organizationID: "acme", name: "limited", permissions: ["*"],
        rateLimit: .init(limit: 1, windowS: 1_800))
    ).text
    #expect(try client.authorize(key).decision == .allowed)
    for seconds in [3_600, -3_600, Self.tenYears, -Self.tenYears, 0] {
      try clock.set(seconds)
      #expect(try client.authorize(key).reason == .rateLimited)
    }
    // A window that is over is over, wherever the clock stands by then.
    let short = try client.issue(
      .init(
        organizationID: "acme", name: "short", permissions: ["*"],
        rateLimit: .init(limit: 1, windowS: 1))
    ).text
    #expect(try client.authorize(short).decision == .allowed)
    try clock.set(-Self.tenYears)
    #expect(try eventually { try client.authorize(short).decision == .allowed })
  }

  @Test func countsReachTheDiskWhereverTheClockStands() throws {
    let clock = try SetClock()
    let daemon = try DaemonProcess(environment: clock.environment)
    var client = try RawClient(daemon.socket)
    try client.put("acme")
    let (id, key) = try client.issue("acme")
    for (count, seconds) in [-3_600, Self.tenYears, -Self.tenYears, 0].enumerated() {
      try clock.set(seconds)
      #expect(try client.authorize(key).decision == .allowed)
      #expect(try eventually { try client.usageAge() > 0 })
      #expect(try eventually { try client.usageAge() == 0 })
      #expect(daemon.end(SIGKILL) == 128 + SIGKILL)
      try daemon.start()
      client = try RawClient(daemon.socket)
      #expect(try client.key(id).allowedCount == UInt64(count + 1))
    }
    // The day of now is told apart from the days of then.
    let now = Clock.wallMilliseconds()
    let days = try client.usage(id, from: now - 86_400_000, to: now + 86_400_000)
    #expect(days.reduce(0) { $0 + $1.allowedCount } == 2)
  }

  @Test func clockThatWasSetIsLoggedOnceAMinuteForEachDirection() throws {
    let clock = try SetClock()
    let daemon = try DaemonProcess(environment: clock.environment)
    let client = try RawClient(daemon.socket)
    for round in 0..<3 {
      for (seconds, direction) in [(1 as Int64, "forward"), (0, "back")] {
        try clock.set(seconds)
        try client.put("acme\(round)")
        #expect(eventually { daemon.logged.contains("clock was set \(direction)") })
      }
    }
    #expect(daemon.end(SIGTERM) == 0)
    let lines = daemon.logged.split(separator: "\n").filter { $0.contains("clock was set") }
    #expect(lines.count { !$0.contains("more times") } == 2)
  }

  // MARK: What is deleted for being old

  @Test func clockFarAheadAtTheStartDeletesNothing() throws {
    let clock = try SetClock()
    let daemon = try DaemonProcess(
      ["--audit-retention", "1h"], environment: clock.environment)
    try RawClient(daemon.socket).put("acme")
    #expect(daemon.end(SIGTERM) == 0)
    try clock.set(Self.tenYears)
    try daemon.start()
    #expect(eventually { daemon.logged.contains("nothing old is deleted for a day") })
    try clock.set(0)
    try stays(daemon)
  }

  @Test(.enabled(if: Campaign.isLong, "it waits for the next look at what is old"))
  func clockFarAheadForMinutesDeletesNothing() throws {
    let clock = try SetClock()
    let daemon = try DaemonProcess(
      ["--audit-retention", "1h"], environment: clock.environment)
    try RawClient(daemon.socket).put("acme")
    try clock.set(Self.tenYears)
    // What is older than an hour is looked for every 56 s.
    sleep(120)
    try clock.set(0)
    try stays(daemon)
  }

  private func stays(_ daemon: DaemonProcess) throws {
    let client = try RawClient(daemon.socket)
    // Between two changes the writer does what is due.
    try client.put("late")
    try client.put("later")
    #expect(try client.auditEvents().map(\.organizationID) == ["acme", "late", "later"])
    #expect(daemon.end(SIGTERM) == 0)
  }

  @Test func clockThatIsRightDeletesWhatIsOld() throws {
    let clock = try SetClock()
    let daemon = try DaemonProcess(
      ["--audit-retention", "1h"], environment: clock.environment)
    try RawClient(daemon.socket).put("acme")
    #expect(daemon.end(SIGTERM) == 0)
    try clock.set(7_200)
    try daemon.start()
    let client = try RawClient(daemon.socket)
    #expect(try eventually { try client.auditEvents().isEmpty })
  }
}

/// Keys in each of the states that time and revoking bring about.
private struct Keys {
  /// When a key and the old secret of another end, seconds after the test's beginning.
  private static let end: Int64 = 1_800

  let plain: (id: String, text: SecretText)
  private let revoked, replaced, expiring, overlapped, renewed: SecretText

  init(_ client: RawClient) throws {
    try client.put("acme")
    plain = try client.issue("acme")
    let (revokedID, revoked) = try client.issue("acme")
    try client.revoke(revokedID)
    let (replacedID, replaced) = try client.issue("acme")
    _ = try client.rotate(replacedID, overlap: -1)
    let (overlappedID, overlapped) = try client.issue("acme")
    renewed = try client.rotate(overlappedID, overlap: Keys.end).text
    let end = Clock.wallMilliseconds() + Keys.end * 1_000
    expiring = try client.issue(
      .init(organizationID: "acme", name: "e", permissions: ["*"], expiresAtUnixMs: end)
    ).text
    (self.revoked, self.replaced, self.overlapped) = (revoked, replaced, overlapped)
  }

  /// - Returns: how many calls with the plain key were allowed.
  func check(_ daemon: DaemonProcess, _ clock: SetClock) throws -> UInt64 {
    let client = try RawClient(daemon.socket)
    let isBefore = clock.seconds < Keys.end
    let comment = Comment(rawValue: "the clock is \(clock.seconds) s ahead")
    #expect(try client.authorize(plain.text).decision == .allowed, comment)
    #expect(try client.authorize(renewed).decision == .allowed, comment)
    #expect(try client.authorize(revoked).decision != .allowed, comment)
    #expect(try client.authorize(replaced).decision != .allowed, comment)
    #expect(try (client.authorize(expiring).decision == .allowed) == isBefore, comment)
    #expect(try (client.authorize(overlapped).decision == .allowed) == isBefore, comment)
    // What was changed by a clock that is wrong makes it look right.
    if clock.seconds <= 3_600 { try client.put("at-\(clock.seconds)") }
    return 1
  }
}
