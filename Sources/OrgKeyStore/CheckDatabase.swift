import OrgKeyModel
import OrgKeySystem

extension CheckReport {
  /// Verifies the database at `path` whole, changing nothing.
  ///
  /// - Throws: it is none of ours, of a newer schema, or in use. What is wrong in one of ours is
  ///   reported.
  package init(checking path: String) throws(StoreError) {
    self.init()
    try noting { (report) throws(StoreError) in
      try report.check(OfflineDatabase(path))
    }
  }

  init(checking database: OfflineDatabase) throws(StoreError) {
    self.init()
    try check(database)
  }

  private mutating func check(_ database: OfflineDatabase) throws(StoreError) {
    if let damage = database.logDamage { note(.table, damage) }
    try check(database.connection)
  }

  private mutating func check(_ connection: Connection) throws(StoreError) {
    try noting { (report) throws(StoreError) in try report.identify(connection) }
    let tables = CheckedTable.all(in: schema)
    try noting { (report) throws(StoreError) in try report.checkStructure(connection) }
    let loader = Loader(connection: connection, now: 0)
    try noting { (report) throws(StoreError) in try report.checkRows(loader, tables) }
    note(loader.report)
    try noting { (report) throws(StoreError) in
      try report.checkReferences(connection, besides: loader.report.quarantined)
    }
    try noting { (report) throws(StoreError) in try report.checkNumbers(connection, tables) }
  }

  /// Runs a part of the check. What the file is at fault for is noted.
  private mutating func noting(
    _ part: (inout CheckReport) throws(StoreError) -> Void
  ) throws(StoreError) {
    do throws(StoreError) { try part(&self) } catch {
      guard error.isDamage else { throw error }
      note(.file, error.code == 0 ? error.message : "\(error.message) (SQLite \(error.code))")
    }
  }

  private mutating func identify(_ connection: Connection) throws(StoreError) {
    schema = try connection.integer("PRAGMA user_version") ?? 0
    let newest = Schema.migrations.last?.version ?? 0
    guard schema <= newest else {
      throw StoreError(
        .configuration,
        "it has schema \(schema), but this orgkeyd knows \(newest) at most: it was written by a "
          + "newer one, so upgrade")
    }
    if schema < 1 { note(.file, "it has no schema") }
    databaseID = try connection.text("SELECT database_id FROM meta") ?? ""
    if databaseID.isEmpty { note(.file, "its database_id is missing") }
    let last = try connection.lastAuditSequence()
    guard last > 0 else { return }
    let at = try connection.integer("SELECT at FROM audit WHERE sequence = ?", .integer(last))
    lastEvent = AuditMark(sequence: last, at: at ?? 0)
  }

  /// SQLite's own look at its pages, indexes and constraints.
  private mutating func checkStructure(_ connection: Connection) throws(StoreError) {
    var lines: [String] = []
    try connection.each("PRAGMA integrity_check(100)", []) { row in
      lines += row.text(0).split(separator: "\n").map(String.init)
      return true
    }
    for line in lines where line != "ok" && !line.hasPrefix("***") { note(.file, line) }
  }

  /// Everything that the daemon verifies when it loads, and what it leaves on disk.
  private mutating func checkRows(
    _ loader: Loader, _ tables: [CheckedTable]
  ) throws(StoreError) {
    let bytes = try system { () throws(SystemError) in try Random.bytes(32) }
    let seed = (0..<4).map { word in
      bytes[8 * word..<8 * word + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }
    var directory = Directory(seed: HashSeed((seed[0], seed[1], seed[2], seed[3])))
    let records = try loader.organizations()
    _ = directory.loadOrganizations(records)
    for record in records where !record.quarantined {
      let handle = directory.organization(number: record.number)
      if (try? Validation.organizationID(record.id)) == nil || handle == nil {
        loader.quarantine(.organizations, record.number, .text)
      } else if let handle, directory[handle].quarantined {
        loader.quarantine(.organizations, record.number, .reference)
      }
    }
    try loader.permissionSets { number, patterns in
      (try? Validation.permissions(patterns)) != nil
        && directory.insert(PermissionSet(patterns: patterns), number: number)
    }
    try loader.keys { directory.insert($0) }
    try loader.secrets { directory.insert($0) }
    if tables.contains(.deadDigests) {
      try loader.deadDigests { directory.insert(deadDigest: $0, diedAt: $1) }
    }
    (organizations, keys) = (loader.report.organizations, loader.report.keys)
    secrets = loader.report.secrets
    try checkTotals(loader, tables)
  }

  private mutating func checkTotals(
    _ loader: Loader, _ tables: [CheckedTable]
  ) throws(StoreError) {
    let totals = try Totals(reading: loader.connection, of: tables)
    for table in tables {
      let found = loader.found[table.rawValue - 1]
      self.found[table] = found.total
      if found.matches(totals[table]) { continue }
      let (has, should) = (found.total.rows, totals[table].rows)
      note(
        .table,
        has == should
          ? "table \(table.name): a row is out of date, though it is readable"
          : "table \(table.name): it has \(has) rows and should have \(should)")
    }
  }

  /// - Parameter quarantined: rows that were noted already.
  private mutating func checkReferences(
    _ connection: Connection, besides quarantined: [QuarantinedRow]
  ) throws(StoreError) {
    let known = Set(quarantined.map { "\($0.table) \($0.number)" })
    var missing: Set<String> = []
    try connection.each("PRAGMA foreign_key_check", []) { row in
      let (table, number) = (row.text(0), row.integer(1))
      if !known.contains("\(table) \(number)") {
        missing.insert(
          "row \(number) of table \(table): its row of table \(row.text(2)) is missing")
      }
      return missing.count < 1000
    }
    for fault in missing.sorted() { note(.row, fault) }
  }

  /// No number may be given out again.
  private mutating func checkNumbers(
    _ connection: Connection, _ tables: [CheckedTable]
  ) throws(StoreError) {
    for (table, column) in tables.map({ ($0.name, "number") }) + [("audit", "sequence")] {
      let highest = try connection.integer("SELECT max(\(column)) FROM \(table)") ?? 0
      let given = try connection.lastNumber(of: table) ?? 0
      if highest > given {
        note(.table, "table \(table): the numbers after \(given) would be given out again")
      }
    }
  }
}
