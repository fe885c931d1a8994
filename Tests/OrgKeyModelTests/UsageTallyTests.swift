import OrgKeyModel
import TestSupport
import Testing

@Suite struct UsageTallyTests {
  private func entry(_ secret: UInt32, _ reason: Reason, count: UInt64 = 1, at: Int64 = noon)
    -> UsageTally.Entry
  {
    UsageTally.Entry(secret: secret, key: secret + 1000, reason: reason, count: count, lastAt: at)
  }

  @Test func verdictsOfKnownKeysAreCountedByOutcome() {
    let directory = Fixture().directory()
    var tally = UsageTally()
    var ask = Ask()
    for time in 0..<3 { tally.record(ask(directory), at: instant(noon + Int64(time))) }
    ask.permission = "other"
    tally.record(ask(directory), at: instant(noon + 5))
    ask.organization = "acme"
    tally.record(ask(directory), at: instant(noon + 4))
    ask.digest = digest(1)
    tally.record(ask(directory), at: instant(noon + 9))
    let counts = tally.pending(secret: 70)
    #expect(counts.allowed == 3)
    #expect(counts.denied == 2)
    #expect(counts.lastAllowedAt == noon + 2)
    #expect(counts.lastDeniedAt == noon + 5)
    #expect(counts.lastDeniedReason == .permissionMissing)
    #expect(tally.count == 3)
    #expect(
      tally[0]
        == UsageTally.Entry(
          secret: 70, key: 7, reason: .allowed, count: 3, lastAt: noon + 2))
    #expect(tally.oldestAt == noon)
    #expect(tally.pending(secret: 71) == UsageCounts())
    #expect(tally.pending(secret: -1) == UsageCounts())
  }

  @Test func thousandsOfSecretsAreKeptApartAndForgottenTogether() {
    var tally = UsageTally()
    var generator = Xoshiro(seed: 11)
    for (round, events) in [20_000, 500, 20_000, 100].enumerated() {
      var expected: [UInt32: UInt64] = [:]
      for _ in 0..<events {
        let secret = UInt32(1 + generator.below(5_000))
        expected[secret, default: 0] += 1
        tally.add(entry(secret, Reason(rawValue: UInt8(generator.below(14))) ?? .allowed))
      }
      var wrong = 0
      for secret in UInt32(1)...5_000 {
        let counts = tally.pending(secret: Int64(secret))
        if counts.allowed + counts.denied != expected[secret] ?? 0 { wrong += 1 }
      }
      #expect(wrong == 0, "round \(round)")
      tally.removeAll()
      #expect(tally.count == 0)
      #expect(tally.oldestAt == nil)
      #expect(tally.pending(secret: 1) == UsageCounts())
    }
  }

  @Test func ofTwoDenialsInOneMillisecondTheLaterStays() {
    let directory = Fixture().directory()
    var tally = UsageTally()
    func deny(_ reason: Reason, at now: Instant) {
      var ask = Ask()
      if reason == .permissionMissing {
        ask.permission = "other"
      } else {
        ask.organization = "acme"
      }
      tally.record(ask(directory), at: now)
    }
    // In one pass, which reads the clock once.
    deny(.permissionMissing, at: instant())
    deny(.organizationOutside, at: instant())
    #expect(tally.pending(secret: 70).lastDeniedReason == .organizationOutside)
    deny(.permissionMissing, at: instant())
    #expect(tally.pending(secret: 70).lastDeniedReason == .permissionMissing)
    // In the next pass.
    var now = instant()
    now.fraction = 30_000
    deny(.organizationOutside, at: now)
    let counts = tally.pending(secret: 70)
    #expect(counts.lastDeniedReason == .organizationOutside && counts.lastDeniedAt == noon)
    #expect(counts.denied == 4)
    // By another reactor a little earlier, whatever order they are added in.
    let other = UsageTally.Entry(
      secret: 70, key: 7, reason: .permissionMissing, count: 1, lastAt: noon)
    tally.add(other)
    #expect(tally.pending(secret: 70).lastDeniedReason == .organizationOutside)
  }

  @Test func clockThatIsSetBackIsFollowed() {
    let directory = Fixture().directory()
    var tally = UsageTally()
    var ask = Ask()
    tally.record(ask(directory), at: instant(noon + day))
    ask.permission = "other"
    tally.record(ask(directory), at: instant(noon))
    #expect(tally.pending(secret: 70).lastDeniedAt == noon)
  }

  @Test func countsOfTwoDaysStayApart() {
    let directory = Fixture().directory()
    var tally = UsageTally()
    let midnight = UTCDay.start(of: UTCDay.number(of: noon))
    for time in [midnight - 2, midnight - 1, midnight, midnight + day - 1] {
      tally.record(Ask()(directory), at: instant(time))
    }
    var days: [Int64: UInt64] = [:]
    tally.forEach(secret: 70) { days[$0.day, default: 0] += $0.count }
    let today = UTCDay.number(of: noon)
    #expect(days == [today - 1: 2, today: 2])
    #expect(tally.pending(secret: 70).allowed == 4)
    #expect(tally.count == 2)
    tally.removeAll()
    #expect(tally.pending(secret: 70) == UsageCounts())
  }

  @Test func ageIsThatOfTheOldestCountWhateverTalliesItWentThrough() {
    let directory = Fixture().directory()
    var one = UsageTally()
    for time in [0, 500, 900] { one.record(Ask()(directory), at: instant(noon + Int64(time))) }
    var other = UsageTally()
    other.add(entry(1, .allowed, at: noon + 700))
    other.add(one)
    #expect(other.oldestAt == noon)
    #expect(other.pending(secret: 70).allowed == 3)
  }

  @Test func talliesAddUp() {
    var one = UsageTally()
    var other = UsageTally()
    one.add(entry(1, .allowed, count: 1 << 40, at: noon))
    one.add(entry(1, .keyExpired, at: noon + 2))
    other.add(entry(1, .allowed, count: 5, at: noon + 1))
    other.add(entry(2, .allowed, at: noon - 1))
    for position in 0..<other.count { one.add(other[position]) }
    #expect(one.pending(secret: 1).allowed == (1 << 40) + 5)
    #expect(one.pending(secret: 1).lastAllowedAt == noon + 1)
    #expect(one.pending(secret: 2).allowed == 1)
    #expect(one.count == 3)
  }
}

extension UsageTally {
  func pending(secret: Int64) -> UsageCounts {
    var counts = UsageCounts()
    forEach(secret: secret) { counts.add($0) }
    return counts
  }
}
