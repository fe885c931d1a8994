package import OrgKeyModel

/// What `Store.load` found.
package struct LoadReport: Sendable {
  package var organizations = 0
  package var permissionSets = 0
  /// Handed on to be served; likewise secrets.
  package var keys = 0
  package var secrets = 0
  /// Dead for 30 days: on disk only.
  package var deadKeys = 0
  package var deadSecrets = 0
  /// Not served, and reported to the operator: the first 1,000.
  package var quarantined: [QuarantinedRow] = []
  package var quarantinedCount = 0
  /// Tables whose totals were wrong and were accepted as they are.
  package var acceptedTables: [String] = []
}

/// A row that can't be trusted.
package struct QuarantinedRow: Equatable, Sendable, CustomStringConvertible {
  package enum Fault: String, Sendable {
    case checksum = "its checksum is wrong"
    case text = "its text is not what it should be"
    case reference = "it belongs to a row that is missing or quarantined, or holds what can't be"
  }

  package var table: String
  package var number: Int64
  package var fault: Fault

  package var description: String { "row \(number) of table \(table): \(fault.rawValue)" }
}

extension Store {
  /// Reads everything that decisions need, verifying every row, and hands it on: all
  /// organizations, in no order, then permission sets, keys, secrets, and the digests of secrets
  /// whose keys were deleted within the last 30 days, with the time of their death.
  ///
  /// A row that fails is not handed on; an organization that fails is, quarantined, and under
  /// an identifier that can't be one. What was handed on may be served only if this returns.
  ///
  /// - Parameters permissionSet, key, secret, deadDigest: answer false to a row that doesn't fit what came
  ///   before it; it is then reported as quarantined.
  /// - Parameter acceptDamage: take the rows as they are for all there are to be, when a
  ///   table has other rows than it should.
  /// - Throws: `.damaged` if a table lost rows or has old ones, or can't be read.
  package func load(
    now: Int64, acceptDamage: Bool = false,
    organizations: ([OrganizationRecord]) -> Void,
    permissionSet: (Int64, [String]) -> Bool, key: (KeyRecord) -> Bool,
    secret: (SecretRecord) -> Bool, deadDigest: (Digest, Int64) -> Bool
  ) throws(StoreError) -> LoadReport {
    let loader = Loader(connection: connection, now: now)
    try connection.run("BEGIN")
    do throws(StoreError) {
      organizations(try loader.organizations())
      try loader.permissionSets(permissionSet)
      try loader.keys(key)
      try loader.secrets(secret)
      try loader.deadDigests(deadDigest)
      try connection.run("COMMIT")
    } catch {
      if connection.isInTransaction { try? connection.run("ROLLBACK") }
      throw error
    }
    try settle(loader, acceptDamage)
    return loader.report
  }

  /// How many secrets there are on disk: for making room before `load`.
  package var secretCount: Int { Int(clamping: totals[.secrets].rows) }

  private func settle(_ loader: Loader, _ acceptDamage: Bool) throws(StoreError) {
    let wrong = CheckedTable.allCases.filter { !loader.found[$0.rawValue - 1].matches(totals[$0]) }
    guard !wrong.isEmpty else { return }
    guard acceptDamage else {
      let tables = wrong.map(\.name).joined(separator: ", ")
      throw StoreError(
        .damaged,
        "rows were lost or are out of date in \(tables), though what is there is readable: a "
          + "revocation may be among them. Restore a backup, or accept the damage")
    }
    var accepted = totals
    for table in wrong {
      accepted[table] = loader.found[table.rawValue - 1].total
      loader.report.acceptedTables.append(table.name)
    }
    try connection.run("BEGIN IMMEDIATE")
    try accepted.write(replacing: totals, on: connection)
    try connection.run("COMMIT")
    totals = accepted
  }
}

extension Store {
  /// The keys that expire after one time and at or before another, in Unix milliseconds.
  package func keysExpiring(
    after: Int64, through: Int64
  ) throws(StoreError) -> [Int64] {
    var numbers: [Int64] = []
    try connection.each(
      "SELECT number FROM keys WHERE expires_at > ? AND expires_at > 0 AND expires_at <= ?",
      [.integer(after), .integer(through)]
    ) { row in
      numbers.append(row.integer(0))
      return true
    }
    return numbers
  }
}

/// What a scan found of one table.
struct Found {
  /// Over the checksums that are kept.
  var total = Totals.Total()
  /// For each damaged row: the checksum that is kept XOR the one it should have.
  var damaged: [Int64] = []

  /// One damaged row may be one whose checksum itself was hit.
  func matches(_ expected: Totals.Total) -> Bool {
    guard total.rows == expected.rows else { return false }
    let difference = total.checksum ^ expected.checksum
    return difference == 0 || damaged.contains(difference)
  }

  /// Adds a row of the table, read with its number and checksum.
  ///
  /// - Returns: whether it is intact.
  mutating func add(_ row: borrowing RawRow, of table: CheckedTable, fields: Int) -> Bool {
    let kept = row.integer(fields + 1)
    let actual = row.checksum(of: table, fields: fields)
    total.rows += 1
    total.checksum ^= kept
    if actual != kept { damaged.append(kept ^ actual) }
    return actual == kept
  }
}

/// Reads the checked tables, verifying every row.
final class Loader {
  let connection: Connection
  let now: Int64
  var report = LoadReport()
  var found = InlineArray<5, Found>(repeating: Found())
  private var deadKeys = NumberSet()

  init(connection: Connection, now: Int64) {
    self.connection = connection
    self.now = now
  }

  private var deadBefore: Int64 { now - Limits.deadSecretLifetimeMilliseconds }

  func organizations() throws(StoreError) -> [OrganizationRecord] {
    var records: [OrganizationRecord] = []
    try scan(.organizations) { (row, isIntact) in
      let number = row.integer(0)
      guard isIntact else {
        // Neither its identifier nor its place can be believed. No identifier has a space.
        let id = "damaged row \(number)"
        records.append(OrganizationRecord(number: number, id: id, parent: 0, quarantined: true))
        return
      }
      records.append(
        OrganizationRecord(
          number: number, id: row.text(1), parent: row.integer(2), suspended: row.flag(4)))
    }
    report.organizations = records.count
    return records
  }

  func permissionSets(_ receive: (Int64, [String]) -> Bool) throws(StoreError) {
    try scan(.permissionSets) { (row, isIntact) in
      guard isIntact else { return }
      let number = row.integer(0)
      guard receive(number, PermissionSetRow.patterns(row.text(1))) else {
        return quarantine(.permissionSets, number, .reference)
      }
      report.permissionSets += 1
    }
  }

  // The two loops below run a million times each: what they change lies in local variables,
  // which need no check for exclusive access.

  func keys(_ receive: (KeyRecord) -> Bool) throws(StoreError) {
    let deadBefore = deadBefore
    var dead = NumberSet()
    var counts = (live: 0, dead: 0)
    try scan(.keys) { (row, isIntact) in
      guard isIntact else { return }
      let number = row.integer(0)
      let revokedAt = row.integer(9)
      guard revokedAt == 0 || revokedAt > deadBefore else {
        dead.insert(number)
        counts.dead += 1
        return
      }
      guard let id = row.withSpan(1, { KeyID($0) }),
        let environment = row.withSpan(4, { Environment($0) })
      else { return quarantine(.keys, number, .text) }
      let record = KeyRecord(
        number: number, id: id, organization: row.integer(2), environment: environment,
        permissionSet: row.integer(5), expiresAt: row.integer(7), revokedAt: revokedAt,
        disabled: row.flag(8), rateLimit: KeyRow.rateLimit(row.integer(11), row.integer(12)))
      guard receive(record) else { return quarantine(.keys, number, .reference) }
      counts.live += 1
    }
    deadKeys = dead
    (report.keys, report.deadKeys) = counts
  }

  func secrets(_ receive: (SecretRecord) -> Bool) throws(StoreError) {
    let deadBefore = deadBefore
    let deadKeys = deadKeys
    var counts = (live: 0, dead: 0)
    try scan(.secrets) { (row, isIntact) in
      guard isIntact else { return }
      let number = row.integer(0)
      let key = row.integer(1)
      let retiresAt = row.integer(6)
      guard retiresAt == 0 || retiresAt > deadBefore, !deadKeys.contains(key) else {
        counts.dead += 1
        return
      }
      let digest = row.withSpan(3) { $0.count == 32 ? Digest($0) : nil }
      guard let digest else { return quarantine(.secrets, number, .text) }
      let record = SecretRecord(
        number: number, key: key, version: UInt32(clamping: row.integer(2)), digest: digest,
        retiresAt: retiresAt, revoked: row.flag(7))
      guard receive(record) else { return quarantine(.secrets, number, .reference) }
      counts.live += 1
    }
    (report.secrets, report.deadSecrets) = counts
  }

  func deadDigests(_ receive: (Digest, Int64) -> Bool) throws(StoreError) {
    let deadBefore = deadBefore
    try scan(.deadDigests) { (row, isIntact) in
      guard isIntact, row.integer(2) > deadBefore else { return }
      let digest = row.withSpan(1) { $0.count == 32 ? Digest($0) : nil }
      guard let digest else { return quarantine(.deadDigests, row.integer(0), .text) }
      guard receive(digest, row.integer(2)) else {
        return quarantine(.deadDigests, row.integer(0), .reference)
      }
    }
  }

  /// Reads a whole table, verifies each row and adds it up.
  private func scan(
    _ table: CheckedTable, _ receive: (borrowing RawRow, _ isIntact: Bool) -> Void
  ) throws(StoreError) {
    var scanned = Found()
    let fields = table.fields.count
    var row = RawRow()
    try connection.each(table.select, []) { statement in
      statement.read(fields + 2, into: &row)
      let isIntact = scanned.add(row, of: table, fields: fields)
      if !isIntact { quarantine(table, row.integer(0), .checksum) }
      receive(row, isIntact)
      return true
    }
    found[table.rawValue - 1] = scanned
  }

  func quarantine(
    _ table: CheckedTable, _ number: Int64, _ fault: QuarantinedRow.Fault
  ) {
    report.quarantinedCount += 1
    guard report.quarantined.count < 1000 else { return }
    report.quarantined.append(
      QuarantinedRow(table: table.name, number: number, fault: fault))
  }
}
