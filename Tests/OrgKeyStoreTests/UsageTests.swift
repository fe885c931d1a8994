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
