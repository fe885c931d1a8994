import OrgKey
import Testing

@testable import OrgKeyCommand

/// What the doctor makes of what it is told.
@Suite struct FindingTests {
  private func statistics(_ set: (inout Statistics) -> Void) -> Statistics {
    var statistics = Statistics()
    statistics.databaseBytes = 1 << 20
    statistics.freeDiskBytes = 10 << 30
    set(&statistics)
    return statistics
  }

  @Test func versionsThatDifferAreAWarning() {
    #expect(Finding.version("0.1.0", command: "0.1.0").state == .ok)
    let differing = Finding.version("0.1.0", command: "0.2.0")
    #expect(differing.state == .warning)
    #expect(differing.found == "orgkeyd 0.1.0, orgkey 0.2.0")
  }

  @Test func aDaemonThatDoesNotServeIsAFault() {
    #expect(
      Finding.service(Health(isServing: true, version: "", databaseID: "a")).state == .ok)
    #expect(
      Finding.service(Health(isServing: false, version: "", databaseID: "a")).state == .fault)
  }

  @Test(
    arguments: [
      (10 << 30, 1 << 20, .ok), (255 << 20, 1 << 20, .warning), (2 << 30, 3 << 30, .warning),
      (63 << 20, 1 << 20, .fault), (0, 1 << 20, .fault),
    ] as [(UInt64, UInt64, Finding.State)])
  func diskSpaceIsHeldAgainstTheDatabase(free: UInt64, database: UInt64, state: Finding.State) {
    let statistics = statistics {
      $0.freeDiskBytes = free
      $0.databaseBytes = database
    }
    #expect(Finding.disk(statistics).state == state)
  }

  @Test func aLogThatGrowsAndAFileThatIsGoneAreTold() {
    #expect(Finding.wal(statistics { $0.walBytes = 8 << 20 }).state == .ok)
    #expect(Finding.wal(statistics { $0.walBytes = 257 << 20 }).state == .warning)
    #expect(Finding.database(statistics { $0.databaseBytes = 1 }).state == .ok)
    #expect(Finding.database(statistics { $0.databaseBytes = 0 }).state == .fault)
  }

  @Test func oneDamagedRowIsAFault() {
    #expect(Finding.quarantine(statistics { $0.quarantinedRowCount = 0 }).state == .ok)
    let one = Finding.quarantine(statistics { $0.quarantinedRowCount = 1 })
    #expect(one.state == .fault)
    #expect(one.found == "1 row is damaged: what belongs to it is denied")
  }

  @Test(
    arguments: [
      (0, 1_000, .ok), (300, 1_000, .ok), (61_000, 1_000, .ok), (63_000, 1_000, .warning),
      (3_600_000, 3_600_000, .ok), (7_300_000, 3_600_000, .warning),
    ] as [(Int64, UInt64, Finding.State)])
  func countsNotOnDiskAreHeldAgainstTheInterval(
    age: Int64, interval: UInt64, state: Finding.State
  ) {
    let statistics = statistics {
      $0.usageAge = .milliseconds(age)
      $0.counters = [.init(name: "usage_flush_interval_ms", value: interval)]
    }
    #expect(Finding.usage(statistics).state == state)
  }

  @Test func connectionsAreHeldAgainstTheirBound() {
    func state(_ count: UInt64, _ counters: [Statistics.Counter]) -> Finding.State {
      Finding.connections(
        statistics {
          $0.connectionCount = count
          $0.counters = counters
        }
      ).state
    }
    #expect(state(79, [.init(name: "max_connections", value: 100)]) == .ok)
    #expect(state(80, [.init(name: "max_connections", value: 100)]) == .warning)
    #expect(state(1_000_000, []) == .ok)
    let refused = Statistics.Counter(name: "connections_refused", value: 1)
    #expect(state(50, [.init(name: "max_connections", value: 100), refused]) == .warning)
  }

  @Test func lossThatWasAcceptedIsTold() {
    func state(_ count: UInt64) -> Finding.State {
      Finding.quarantine(
        statistics { $0.counters = [.init(name: "accepted_damage", value: count)] }
      ).state
    }
    #expect(state(0) == .ok)
    #expect(state(1) == .warning)
  }

  @Test func theKernelsWordOnTheClockIsPassedOn() {
    #expect(Finding.timeSync(true).state == .ok)
    #expect(Finding.timeSync(false).state == .warning)
    #expect(Finding.timeSync(nil).state == .skipped)
  }

  @Test func whatLiesAheadOfTheClockIsAFault() {
    let now = Timestamp(unixMilliseconds: 1_795_480_107_362)
    func state(_ ahead: Duration, isSynchronized: Bool = false) -> Finding.State {
      Finding.clock(
        [("the daemon's start", now.advanced(by: .seconds(-9))), ("x", now.advanced(by: ahead))],
        now: now, isSynchronized: isSynchronized
      ).state
    }
    #expect(state(.seconds(-5)) == .ok)
    #expect(state(.seconds(1)) == .ok)
    #expect(state(.milliseconds(1_001)) == .fault)
    // Then the clock was wrong when that was written, more likely than now.
    #expect(state(.milliseconds(1_001), isSynchronized: true) == .warning)
  }

  @Test func limitsNearlyUsedUpAreTold() {
    func finding(_ remaining: UInt32) -> Finding {
      KeyExamination.limits(
        [("key_a", RateLimitState(limit: 100, remaining: remaining, resetAtUnixSeconds: 0))],
        of: 7)
    }
    #expect(finding(11).state == .ok)
    #expect(finding(10).state == .warning)
    #expect(
      finding(0).found == "1 key near the limit, of 7 in use: key_a has 0 of 100 left")
    #expect(KeyExamination.limits([], of: 0).state == .ok)
  }

  @Test func manyKeysAreCountedAndTheFirstNamed() {
    var keys = EndingKeys { $0.expiresAt?.unixMilliseconds ?? .max }
    for days: Int64 in [5, 2, 4, 1] {
      keys.add([
        Key(
          id: "key_\(days)", organizationID: "acme",
          expiresAt: Timestamp(unixMilliseconds: days * 86_400_000))
      ])
    }
    #expect(keys.list("left") { $0.id } == "4 keys left: key_1, key_2, key_4 and 1 more")
  }

  @Test func theSummaryCountsWhatIsNotWell() {
    func findings(_ states: [Finding.State]) -> [Finding] { states.map { Finding(.wal, $0, "") } }
    #expect(Doctor.summary(findings([.ok, .ok])) == "all is well")
    #expect(Doctor.summary(findings([.ok, .skipped])) == "nothing wrong seen; 1 check skipped")
    #expect(
      Doctor.summary(findings([.fault, .warning, .warning, .skipped]))
        == "1 fault, 2 warnings; 1 check skipped")
  }
}
