import OrgKeyModel
import OrgKeySystem

/// Reads the checked tables, verifying every row.
final class Loader {
  let connection: Connection
  var report = LoadReport()
  var found = InlineArray<5, Found>(repeating: Found())
  private var deadKeys = NumberSet()
  private let deadBefore: Int64
  // The tables that have a million rows.
  private let keyScan: TableScan<KeyRecord>
  private let secretScan: TableScan<SecretRecord>

  init(connection: Connection, now: Int64) {
    self.connection = connection
    let deadBefore = now - Limits.deadSecretLifetimeMilliseconds
    self.deadBefore = deadBefore
    keyScan = TableScan(.keys) { ScannedRow(key: $0, deadBefore: deadBefore) }
    secretScan = TableScan(.secrets) { ScannedRow(secret: $0, deadBefore: deadBefore) }
  }

  /// Runs `body`, while another thread reads keys and secrets ahead of it on a connection of its
  /// own. Nothing may write meanwhile.
  func readingAhead(
    of database: String, _ body: () throws(StoreError) -> Void
  ) throws(StoreError) {
    let ahead = try Connection(database, .read)
    defer { ahead.close() }
    try ahead.applySettings()
    try ahead.run("BEGIN")
    let (lent, keyScan, secretScan) = (Lent(ahead), keyScan, secretScan)
    let thread = try system { () throws(SystemError) in
      try Thread("orgkey-load") {
        keyScan.help(on: lent.connection)
        secretScan.help(on: lent.connection)
      }
    }
    defer {
      keyScan.stop()
      secretScan.stop()
      thread.join()
    }
    try body()
  }

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

  func keys(_ receive: (KeyRecord) -> Bool) throws(StoreError) {
    var dead = NumberSet()
    var counts = (live: 0, dead: 0)
    try deliver(keyScan) { rows in
      for row in rows {
        switch row {
        case .live(let record):
          if receive(record) {
            counts.live += 1
          } else {
            quarantine(.keys, record.number, .reference)
          }
        case .dead(let number):
          dead.insert(number)
          counts.dead += 1
        case .faulty(let number, let fault): quarantine(.keys, number, fault)
        }
      }
    }
    deadKeys = dead
    (report.keys, report.deadKeys) = counts
  }

  /// - Parameter expecting: told the digests of some secrets before they are handed on.
  func secrets(
    expecting: (Span<Digest>) -> Void = { _ in }, _ receive: (SecretRecord) -> Bool
  ) throws(StoreError) {
    let deadKeys = deadKeys
    var counts = (live: 0, dead: 0)
    try deliver(secretScan) { rows in
      expecting(Self.digests(rows).span)
      for row in rows {
        switch row {
        case .live(let record) where deadKeys.contains(record.key): counts.dead += 1
        case .live(let record):
          if receive(record) {
            counts.live += 1
          } else {
            quarantine(.secrets, record.number, .reference)
          }
        case .dead: counts.dead += 1
        case .faulty(let number, let fault): quarantine(.secrets, number, fault)
        }
      }
    }
    (report.secrets, report.deadSecrets) = counts
  }

  private static func digests(_ rows: ArraySlice<ScannedRow<SecretRecord>>) -> [Digest] {
    var digests: [Digest] = []
    digests.reserveCapacity(rows.count)
    for case .live(let record) in rows { digests.append(record.digest) }
    return digests
  }

  /// Hands on a few rows at a time: what one looks up for all of them stays in the processor's
  /// cache until it comes to each.
  private func deliver<Record>(
    _ scan: TableScan<Record>, _ receive: (ArraySlice<ScannedRow<Record>>) -> Void
  ) throws(StoreError) {
    var scanned = Found()
    try scan.deliver(on: connection) { stretch in
      scanned.add(stretch.found)
      for start in stride(from: 0, to: stretch.rows.count, by: 64) {
        receive(stretch.rows[start..<min(start + 64, stretch.rows.count)])
      }
    }
    found[scan.table.rawValue - 1] = scanned
  }

  func deadDigests(_ receive: (Digest, Int64) -> Bool) throws(StoreError) {
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
    try connection.eachRow(of: table) { row in
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

/// A connection that another thread uses; the one that lent it waits for that one's end.
private struct Lent: @unchecked Sendable {
  let connection: Connection

  init(_ connection: Connection) { self.connection = connection }
}
