import OrgKeyModel
@testable import OrgKeyStore
import Testing

@Suite struct UsageTests {
  let directory: TemporaryDirectory
  let store: Store
  init() throws {
    directory = try TemporaryDirectory()
    store = try directory.open()
    try store.put("acme")
    for number in 1...3 { try store.issue(newKey(number, in: "acme")) }
  }

  private func flush(
    _ key: UInt32, allowed: UInt64 = 0, _ denied: [Reason: UInt64] = [:], at: Int64
  ) throws {
    let counts = denied.merging([.allowed: allowed]) { $1 }.filter { $0.value > 0 }
    try store.flush(
      counts.map {
        UsageTally.Entry(secret: key, key: key, reason: $0.key, count: $0.value, lastAt: at)
      })
  }

  private func details(_ number: Int) throws -> KeyDetails {
    let reader = try Reader(store.files)
    defer { reader.close() }
    return try #require(try reader.key(keyID(number), now: now))
  }

  @Test func countsWhenFlushedAddUp() throws {
    try flush(1, allowed: 1, at: now)
    try flush(2, allowed: 3, [.permissionMissing: 2], at: now)
    try flush(2, allowed: 4, [.rateLimited: 1], at: now + 10)
    let details = try details(2)
    let usage = details.usage
    #expect(usage.allowed == 7 && usage.denied == 3)
    #expect(usage.lastAllowedAt == now + 10 && usage.lastDeniedAt == now + 10)
    #expect(usage.lastDeniedReason == .rateLimited)
    #expect(details.secrets.map(\.allowed) == [7])
    #expect(details.secrets.map(\.lastUsedAt) == [now + 10])
  }

  @Test func timesWhenAnOlderCountIsFlushedStay() throws {
    try flush(1, allowed: 1, [.permissionMissing: 1], at: now)
    try flush(1, allowed: 1, [.rateLimited: 1], at: now - 10)
    try flush(1, allowed: 1, at: now - 5)
    let usage = try details(1).usage
    #expect(usage.lastAllowedAt == now && usage.lastDeniedAt == now)
    #expect(usage.lastDeniedReason == .permissionMissing)
    #expect(usage.allowed == 3 && usage.denied == 2)
  }

  @Test func countsBelongToTheirDay() throws {
    let day: Int64 = 86_400_000
    let midnight = now / day * day
    try flush(1, allowed: 2, [.permissionMissing: 5], at: midnight - 1)
    try flush(1, allowed: 3, at: midnight)
    try flush(1, allowed: 4, at: midnight + day - 1)
    let rows = try store.connection.text(
      """
      SELECT group_concat((day - \(midnight / day)) || ':' || reason || ':' || count, ' ')
      FROM (SELECT * FROM usage_days ORDER BY day, reason)
      """)
    #expect(rows == "-1:0:2 -1:12:5 0:0:7")
  }

  @Test func lastDenialWhenTwoFallIntoOneMillisecondIsTheLater() throws {
    var tally = UsageTally()
    var directory = Directory(seed: HashSeed((1, 2, 3, 4)))
    _ = directory.loadOrganizations([OrganizationRecord(number: 1, id: "acme", parent: 0)])
    _ = directory.insert(PermissionSet(patterns: ["a"]), number: 1)
    let key = KeyRecord(
      number: 1, id: keyID(1), organization: 1, environment: Environment("live")!,
      permissionSet: 1)
    _ = directory.insert(key)
    _ = directory.insert(SecretRecord(number: 1, key: 1, version: 1, digest: digest(1)))
    for (permission, organization) in [("b", ""), ("a", "none")] {
      let explanation = directory.explain(
        presented: "k".utf8.span, digest: digest(1), environment: Span(),
        organization: organization.utf8.span, permission: permission.utf8.span,
        policy: Policy(keyPrefix: KeyPrefix("pc")!), now: Instant(wall: now, monotonic: 0))
      tally.record(explanation.verdict, at: Instant(wall: now, monotonic: 0))
    }
    try store.flush((0..<tally.count).map { tally[$0] })
    let usage = try details(1).usage
    #expect(usage.lastDeniedReason == .organizationUnknown && usage.lastDeniedAt == now)
    #expect(usage.denied == 2)
  }

  @Test func countsOfAKeyThatWasDeletedAreNotWritten() throws {
    try flush(1, allowed: 1, [.permissionMissing: 1], at: now)
    for number in 1...2 { try store.revoke(.id(keyID(number))) }
    for number in 1...2 {
      try store.change { try $0.deleteKey(keyID(number), by: administrator) }
    }
    try flush(1, allowed: 5, [.keyRevoked: 2], at: now + 1)
    try flush(2, [.keyRevoked: 2], at: now + 1)
    try flush(3, allowed: 5, [.keyRevoked: 2], at: now + 1)
    for table in ["key_usage", "usage_days"] {
      #expect(try store.count("SELECT count(*) FROM \(table) WHERE key < 3") == 0)
    }
    #expect(try store.count("SELECT group_concat(secret) FROM secret_usage") == 3)
    #expect(try details(3).usage.allowed == 5)
  }

  @Test func usageIsReadDayByDay() throws {
    let today = UTCDay.number(of: now)
    for (back, count) in [(0, UInt64(1)), (1, 2), (5, 3)] {
      try flush(1, allowed: count, [.keyExpired: 7], at: now - Int64(back) * 86_400_000)
    }
    try flush(2, allowed: 9, at: now)
    let reader = try Reader(store.files)
    defer { reader.close() }
    func counts(_ days: Range<Int64>) throws -> [KeyUsage.Count]? {
      try reader.usage(of: keyID(1), days: days)?.counts
    }
    #expect(
      try counts(today - 1..<today + 1) == [
        .init(day: today - 1, reason: .allowed, count: 2),
        .init(day: today - 1, reason: .keyExpired, count: 7),
        .init(day: today, reason: .allowed, count: 1),
        .init(day: today, reason: .keyExpired, count: 7),
      ])
    #expect(try counts(today - 5..<today)?.count == 4)
    #expect(try counts(today - 4..<today - 1) == [])
    #expect(try reader.usage(of: keyID(9), days: 0..<1) == nil)
    #expect(try reader.usage(of: keyID(2), days: 0..<1)?.secretNumbers == [2])
  }

  @Test func usageThatIsTooOldGoesSliceBySlice() throws {
    let today = UTCDay.number(of: now)
    for part in [0..<650, 650..<1_300] {
      try store.flush(
        part.map {
          UsageTally.Entry(
            secret: 1, key: 1, reason: .allowed, count: 1, lastAt: now - Int64($0) * 86_400_000)
        })
    }
    let days = { [store] in try store.count("SELECT count(*) FROM usage_days") }
    #expect(try store.forgetUsage(through: today - 100))
    #expect(try days() == 300)
    #expect(try store.count("SELECT min(day) FROM usage_days") == today - 299)
    #expect(try !store.forgetUsage(through: today - 100))
    #expect(try days() == 100)
    #expect(try !store.forgetUsage(through: today - 100))
    #expect(try store.count("SELECT min(day) FROM usage_days") == today - 99)
    // The totals are for good.
    #expect(try details(1).usage.allowed == 1_300)
    try store.reserve.release()
    #expect(try failure { _ = try store.forgetUsage(through: today) } == .full)
  }

  @Test(arguments: [
    "DELETE FROM usage_days WHERE (key, day, reason) IN (SELECT key, day, reason FROM usage_days"
      + " WHERE day <= 1 ORDER BY day LIMIT 9)",
    "DELETE FROM audit WHERE sequence IN (SELECT sequence FROM audit WHERE at < 1 ORDER BY at LIMIT 9)",
  ]) func oldRowsAreFoundByIndex(sql: String) throws {
    var plan: [String] = []
    try store.connection.each("EXPLAIN QUERY PLAN \(sql)", []) { row in
      plan.append(row.text(3))
      return true
    }
    #expect(!plan.contains { $0.hasPrefix("SCAN") }, "\(plan)")
  }

  @Test func usageWhenTheReserveIsGoneIsNotWritten() throws {
    try store.reserve.release()
    #expect(try failure { try flush(1, allowed: 1, at: now) } == .full)
    try store.maintain()
    try flush(1, allowed: 1, at: now)
    #expect(try details(1).usage.allowed == 1)
  }

  @Test func sizesAreThoseOfTheFiles() throws {
    let sizes = try store.files.sizes()
    #expect(sizes.database > 0 && sizes.wal > 0 && sizes.free > 0)
  }
}
