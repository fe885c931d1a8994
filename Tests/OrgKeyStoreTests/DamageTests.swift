import OrgKeyModel
@testable import OrgKeyStore
import Testing

@Suite struct DamageTests {
  let directory: TemporaryDirectory
  init() throws {
    directory = try TemporaryDirectory()
    let store = try directory.open()
    try store.put("acme", name: "Acme")
    try store.put("acme-eu", under: "acme", name: "Europe")
    for number in 1...3 {
      try store.issue(
        newKey(number, in: "acme-eu", permissions: ["a:\(number)"]) {
          $0.expiresAt = now + 1
          $0.rateLimit = RateLimit(limit: 1, window: 1)
          $0.labels = [Label(name: "a", value: "b")]
        })
      try store.change {
        var row = DeadDigestRow(digest: digest(100 + number).bytes, diedAt: now)
        try $0.insert(&row)
      }
    }
    try store.close()
  }

  /// Changes one field of row 2 behind the store's back.
  private func damage(_ table: CheckedTable, _ column: String) {
    directory.sqlite(
      """
      PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;
      UPDATE \(table.name) SET \(column) = CASE typeof(\(column))
        WHEN 'integer' THEN (\(column) | (1 << 40)) - (\(column) & (1 << 40))
        WHEN 'text' THEN \(column) || 'x'
        WHEN 'blob' THEN CAST(substr(\(column), 1, 31) || 'x' AS BLOB) END
      WHERE number = 2
      """)
  }

  static let fields = CheckedTable.allCases.flatMap { table in
    (table.fields + ["checksum"]).map { (table, $0) }
  }

  @Test(arguments: fields) func fieldWhenDamagedIsQuarantined(
    _ table: CheckedTable, _ column: String
  ) throws {
    damage(table, column)
    let loaded = try directory.open().loadAll()
    let expected = QuarantinedRow(table: table.name, number: 2, fault: .checksum)
    #expect(loaded.report.quarantined.contains(expected), "\(loaded.report.quarantined)")
    switch table {
    case .organizations:
      let row = try #require(loaded.organizations.first { $0.number == 2 })
      #expect(row.quarantined && row.id == "damaged row 2")
      #expect(loaded.refusedOrganizations == 0)
      #expect(loaded.keys.count == 3)
    case .permissionSets, .keys:
      // The key is not served, and its secret not either.
      #expect(loaded.keys.map(\.number) == [1, 3])
      #expect(loaded.secrets.map(\.key) == [1, 3])
    case .secrets:
      #expect(loaded.secrets.map(\.number) == [1, 3])
    case .deadDigests:
      #expect(loaded.deadDigests == [digest(101), digest(103)])
    }
  }

  @Test func everyBitOfAFieldChangesTheChecksum() {
    let fields: [Value] = [.integer(5), .text("abc"), .null, .blob([1, 2, 3, 4, 5, 6, 7, 8, 9])]
    let right = Checksum.of(.keys, number: 1, fields)
    for bit in 0..<64 {
      #expect(Checksum.of(.keys, number: 1 ^ (1 << bit), fields) != right)
      #expect(
        Checksum.of(.keys, number: 1, [.integer(5 ^ (1 << bit))] + fields.dropFirst()) != right)
    }
    for bit in 0..<72 {
      var bytes: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9]
      bytes[bit / 8] ^= 1 << (bit % 8)
      #expect(Checksum.of(.keys, number: 1, fields.dropLast() + [.blob(bytes)]) != right)
    }
    #expect(Checksum.of(.secrets, number: 1, fields) != right)
    #expect(
      Checksum.of(.keys, number: 1, [.text("ab"), .text("c")])
        != Checksum.of(.keys, number: 1, [.text("a"), .text("bc")]))
  }

  @Test func rowThatIsDamagedIsNeitherReadNorChanged() throws {
    damage(.keys, "name")
    let store = try directory.open()
    _ = try store.loadAll()
    #expect(try refusal { try store.revoke(.id(keyID(2))) }?.code == .internal)
    let reader = try Reader(store.files)
    #expect(try failure { _ = try reader.key(keyID(2), now: now) } == .damaged)
    #expect(try reader.keys(KeyFilter(), limit: 10, now: now).keys.map(\.number) == [3, 1])
    reader.close()
    try store.revoke(.id(keyID(3)))
  }

  @Test(arguments: ["organizations", "permission_sets", "keys", "secrets"])
  func rowThatVanishedIsNotAcceptedUnlessAsked(_ table: String) throws {
    directory.sqlite("PRAGMA foreign_keys = OFF; DELETE FROM \(table) WHERE number = 2")
    let store = try directory.open()
    #expect(try failure { _ = try store.loadAll() } == .damaged)
    #expect(try store.loadAll(acceptDamage: true).report.acceptedTables == [table])
    // From then on it is as it is.
    #expect(try store.loadAll().report.acceptedTables == [])
  }

  @Test func rowThatIsOldThoughIntactIsNotAccepted() throws {
    run("cp", directory.database, directory.path + "/old.db")
    do {
      let store = try directory.open()
      try store.revoke(.id(keyID(2)))
      try store.close()
    }
    directory.sqlite(
      """
      ATTACH '\(directory.path)/old.db' AS old;
      REPLACE INTO keys SELECT * FROM old.keys WHERE number = 2
      """)
    let store = try directory.open()
    #expect(try failure { _ = try store.loadAll() } == .damaged)
    #expect(try store.loadAll(acceptDamage: true).keys.count == 3)
  }

  @Test func damageThatWasQuarantinedHidesNoRowThatIsOld() throws {
    damage(.keys, "name")
    directory.sqlite("UPDATE totals SET checksum = checksum + 1 WHERE name = 'keys'")
    let store = try directory.open()
    #expect(try failure { _ = try store.loadAll() } == .damaged)
  }

  @Test func pageThatIsOverwrittenIsToldAsDamage() throws {
    let root = try directory.open()
    let page = try root.count("SELECT rootpage FROM sqlite_schema WHERE name = 'secrets'")
    try root.close()
    _ = consume root
    run(
      "dd", "if=/dev/urandom", "of=\(directory.database)", "bs=4096", "seek=\(page - 1)", "count=1",
      "conv=notrunc", "status=none")
    #expect(
      try failure {
        let store = try directory.open()
        _ = try store.loadAll()
      } == .damaged)
  }
}
