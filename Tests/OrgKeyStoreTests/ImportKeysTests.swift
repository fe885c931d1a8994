import OrgKeyModel
@testable import OrgKeyStore
import OrgKeySystem
import Testing

@Suite struct ImportKeysTests {
  let directory: TemporaryDirectory
  let store: Store
  init() throws {
    directory = try TemporaryDirectory()
    store = try directory.open()
    try store.put("acme")
    try store.put("acme-eu", under: "acme")
  }

  private func row(
    _ number: Int, in organization: String = "acme",
    _ change: (inout ImportedKey) -> Void = { _ in }
  ) -> ImportedKey {
    var key = ImportedKey(
      digest: digest(number), hint: "pc_live_…\(number)", organizationID: organization,
      name: "Key \(number)", environment: Environment("live")!)
    key.permissions = ["contacts:read"]
    change(&key)
    return key
  }

  private func imported(
    _ rows: [ImportedKey], isDryRun: Bool = false, by author: Author = administrator
  ) throws -> ImportOutcome {
    var staged = StagedKeys()
    for row in rows { staged.append(row) }
    return try imported(staged, isDryRun: isDryRun, by: author)
  }

  private func imported(
    _ staged: StagedKeys, isDryRun: Bool = false, by author: Author = administrator
  ) throws -> ImportOutcome {
    var last = 1_000
    return try store.change {
      try $0.importKeys(staged, isDryRun: isDryRun, by: author) {
        last += 1
        return keyID(last)
      }
    }
  }

  @Test func keyWhenImportedIsKeptWhole() throws {
    let rows = [
      row(1, in: "acme-eu") {
        $0.name = "Zoë's \"sync\""
        $0.environment = Environment("test")!
        $0.permissions = ["b:read", "a:*"]
        $0.createdAt = now - 5_000
        $0.expiresAt = now + 5_000
        $0.rateLimit = RateLimit(limit: 5, window: 60)
        $0.labels = [Label(name: "team", value: "a \"b\" \\ c"), Label(name: "é", value: "")]
      },
      row(2) { $0.hint = "" },
    ]
    #expect(try imported(rows) == ImportOutcome(importedCount: 2))

    let reader = try Reader(store.files)
    let first = try #require(try reader.key(keyID(1_001), now: now))
    #expect(first.organizationID == "acme-eu" && first.name == "Zoë's \"sync\"")
    #expect(first.environment == "test" && first.permissions == ["b:read", "a:*"])
    #expect(first.createdAt == now - 5_000 && first.expiresAt == now + 5_000)
    #expect(first.rateLimit == RateLimit(limit: 5, window: 60))
    #expect(first.labels == rows[0].labels && first.createdBy == "ana (uid 0)")
    #expect(first.secrets.map(\.hint) == ["pc_live_…1"])
    #expect(first.secrets.map(\.createdAt) == [now - 5_000] && first.secrets[0].version == 1)
    let second = try #require(try reader.key(keyID(1_002), now: now))
    #expect(second.createdAt == now && second.expiresAt == 0 && second.rateLimit == nil)
    #expect(second.labels.isEmpty && second.secrets.map(\.hint) == [""])
    reader.close()

    let loaded = try store.loadAll()
    #expect(loaded.report.quarantinedCount == 0)
    #expect(loaded.secrets.map(\.digest) == [digest(1), digest(2)])
  }

  @Test func eventOfEachIsThatOfIssueKey() throws {
    try store.issue(newKey(1, in: "acme", name: "Key 2", permissions: ["a:b"]) { $0.hint = "h" })
    let rows = [
      row(2) {
        $0.permissions = ["a:b"]
        $0.hint = "h"
      },
      row(3) { $0.createdAt = 77 },
    ]
    _ = try imported(rows)
    var events: [String] = []
    try store.connection.each(
      """
      SELECT method || ' ' || organization_id || ' ' || actor || ' ' || secret_version || ' '
        || detail FROM audit WHERE key_id <> '' ORDER BY sequence
      """, []
    ) {
      events.append($0.text(0))
      return true
    }
    try #require(events.count == 3)
    #expect(events[1].hasPrefix("ImportKeys "))
    #expect(events[1].dropFirst("ImportKeys".count) == events[0].dropFirst("IssueKey".count))
    #expect(events[2].hasSuffix(#""hint":"pc_live_…3","created_at_unix_ms":77}"#))
  }

  @Test func digestThatIsKnownIsAFaultAndNeverRevived() throws {
    try store.issue(newKey(1, in: "acme"))
    try store.issue(newKey(2, in: "acme"))
    try store.revoke(.id(keyID(2)))
    try store.issue(newKey(3, in: "acme"))
    try store.revoke(.id(keyID(3)), version: 1)
    try store.issue(newKey(4, in: "acme"))
    try store.revoke(.id(keyID(4)))
    try store.change { try $0.deleteKey(keyID(4), by: administrator) }
    let outcome = try imported([row(9), row(1), row(2), row(3), row(4), row(8), row(9)])
    #expect(outcome.importedCount == 0)
    #expect(outcome.faults.map(\.row) == [2, 3, 4, 5, 7])
    #expect(outcome.faults[0].message.contains(keyID(1).text))
    #expect(outcome.faults[1].message.contains("revoked"))
    #expect(outcome.faults[3].message.contains("deleted"))
    #expect(outcome.faults[4].message.contains("row 1"))
    let loaded = try store.loadAll()
    #expect(loaded.keys.count == 3 && loaded.secrets.count == 3)
    #expect(loaded.keys.filter { $0.revokedAt != 0 }.map(\.id) == [keyID(2)])
  }

  @Test func importWhenRepeatedIsFaultsAndChangesNothing() throws {
    let rows = (1...5).map { row($0) }
    #expect(try imported(rows).importedCount == 5)
    let events = try store.count("SELECT count(*) FROM audit")
    let again = try imported(rows)
    #expect(again.faults.map(\.row) == [1, 2, 3, 4, 5])
    #expect(try store.count("SELECT count(*) FROM audit") == events)
    #expect(try store.loadAll().keys.count == 5)
  }

  @Test func organizationThatIsMissingIsAFault() throws {
    let outcome = try imported([row(1), row(2, in: "none"), row(3, in: "none")])
    #expect(outcome.faults.map(\.row) == [2, 3])
    #expect(try store.loadAll().keys.isEmpty)
  }

  @Test func rowsOfBadFormAreToldWithTheOthersInTheirOrder() throws {
    var staged = StagedKeys()
    staged.append(row(1, in: "none"))
    staged.reject("name: no")
    staged.append(row(1))
    staged.append(row(2))
    staged.reject("hint: no")
    staged.append(row(3, in: "none"))
    #expect(staged.rowCount == 6)
    let outcome = try imported(staged)
    #expect(outcome.faults.map(\.row) == [1, 2, 3, 5, 6])
    #expect(outcome.faults[2].message.contains("row 1"))
  }

  @Test func atMostAHundredFaultsAreTold() throws {
    let outcome = try imported((0..<500).map { row($0, in: $0 < 50 ? "acme" : "none") })
    #expect(outcome.faults.map(\.row) == Array(51...150))
  }

  @Test func dryRunTellsTheSameAndKeepsNothing() throws {
    var staged = StagedKeys()
    for number in 1...3 { staged.append(row(number)) }
    try store.begin(now: now)
    let outcome = try store.member {
      try $0.importKeys(staged, isDryRun: true, by: administrator) { keyID(1) }
    }
    #expect(try outcome.get() == ImportOutcome(importedCount: 3))
    #expect(try store.commit().isEmpty)
    #expect(try store.count("SELECT count(*) FROM audit WHERE key_id <> ''") == 0)
    #expect(try store.count("SELECT count(*) FROM permission_sets") == 0)
    #expect(try imported([row(1), row(1)], isDryRun: true).faults.map(\.row) == [2])
    #expect(try imported(staged).importedCount == 3)
  }

  @Test func importThatFailsMidwayLeavesNothingAndItsNumbersAreUsed() throws {
    struct NoMore: Error {}
    var staged = StagedKeys()
    for number in 1...5 { staged.append(row(number)) }
    try store.begin(now: now)
    var made = 0
    let failed = try store.member {
      try $0.importKeys(staged, isDryRun: false, by: administrator) {
        made += 1
        if made == 4 { throw NoMore() }
        return keyID(made)
      }
    }
    #expect(throws: Refusal.self) { try failed.get() }
    let issued = try store.member { try $0.issueKey(newKey(9, in: "acme"), by: administrator) }
    #expect(try issued.get().number == 1)
    #expect(try store.commit().count == 3)
    let loaded = try store.loadAll()
    #expect(loaded.keys.map(\.number) == [1] && loaded.secrets.map(\.number) == [1])
    #expect(loaded.report.quarantinedCount == 0)
  }

  @Test func keyWhoseTimeIsOverIsImportedAsExpired() throws {
    var directory = Directory(seed: HashSeed((1, 2, 3, 4)))
    for organization in try store.loadAll().organizations { _ = directory.insert(organization) }
    var staged = StagedKeys()
    staged.append(row(1) { $0.expiresAt = now })
    staged.append(row(2) { $0.expiresAt = now + 1 })
    var last = 0
    try store.begin(now: now)
    _ = try store.member {
      try $0.importKeys(staged, isDryRun: false, by: administrator) {
        last += 1
        return keyID(last)
      }
    }.get()
    #expect(try store.commit().allSatisfy { directory.apply($0) })
    #expect(directory.activeKeyCount == 1)
    #expect((directory.keyCounts.active, directory.keyCounts.expired) == (1, 1))
  }

  @Test func actingIsRefused() throws {
    let refused = try refusal { _ = try imported([row(1)], by: acting("acme", granting: ["*"])) }
    #expect(refused?.code == .permissionDenied)
  }

  @Test func importWhenTheDiskIsFullIsRefused() throws {
    try store.reserve.release()
    #expect(try refusal { _ = try imported([row(1)]) }?.code == .resourceExhausted)
    #expect(
      try refusal { _ = try imported([row(1)], isDryRun: true) }?.code == .resourceExhausted)
  }

  @Test func stagedRowsTakeLittleMemoryAndComeBackAsGiven() throws {
    var staged = StagedKeys()
    for number in 1...10_000 {
      if number % 4_000 == 0 { staged.reject("no") } else { staged.append(row(number)) }
    }
    #expect(staged.rowCount == 10_000)
    #expect(staged.byteCount < 10_000 * 200)
    var numbers: [UInt64] = []
    staged.each { (number, row, texts) in
      numbers.append(number)
      return row.digest == digest(Int(number))
        && texts.next(row.hintBytes) == "pc_live_…\(number)"
        && texts.next(row.nameBytes) == "Key \(number)"
    }
    #expect(numbers == (1...10_000).filter { $0 % 4_000 != 0 })
  }

  @Test func thousandsAreMadeInOneTransaction() throws {
    var staged = StagedKeys()
    for number in 0..<20_000 {
      staged.append(row(number, in: number % 2 == 0 ? "acme" : "acme-eu"))
    }
    let began = Clock.monotonicMilliseconds()
    let outcome = try imported(staged)
    print("20,000 keys: \(Clock.monotonicMilliseconds() - began) ms")
    #expect(outcome.importedCount == 20_000)
    let loaded = try store.loadAll()
    #expect(loaded.report.keys == 20_000 && loaded.report.quarantinedCount == 0)
    try store.maintain()
    #expect(try store.connection.integer("PRAGMA cache_size") == -2_000)
  }
}
