import OrgKeyWire

// What is taken over from elsewhere: all rows, or none.

extension Model {
  /// What is wrong with an answer to the last request of an import.
  ///
  /// - Parameter faults: the numbers of the rows that are wrong, from 1.
  /// - Returns: whether the import was carried out.
  private func compare(
    rows: Int, faults: [Int], count: Int, isDryRun: Bool,
    _ told: (staged: UInt64, imported: UInt64, faults: [ImportFault])
  ) throws(Difference) -> Bool {
    try Difference.check("staged_count", model: UInt64(rows), daemon: told.staged)
    let toldRows = Set(told.faults.map { Int($0.row) })
    // Rows that hang on a wrong one may be told, too; and a circle at any of its rows.
    let isRight =
      faults.isEmpty == toldRows.isEmpty && (faults.count != 1 || toldRows.isSuperset(of: faults))
    if !isRight { throw Difference("the faults", "\(faults)", "\(told.faults)") }
    let imported = faults.isEmpty ? UInt64(count) : 0
    // Whether a dry run tells what would be made is left open.
    if !isDryRun || told.imported != 0 {
      try Difference.check("imported_count", model: imported, daemon: told.imported)
    }
    return faults.isEmpty && !isDryRun
  }

  mutating func apply(
    _ request: ImportOrganizationsRequest, _ answer: ImportOrganizationsResponse,
    _ exchange: Exchange
  ) throws(Difference) {
    let made = request.rows.filter { organizations[$0.organizationID] == nil }
    let isDone = try compare(
      rows: request.rows.count, faults: faults(request.rows), count: made.count,
      isDryRun: request.dryRun, (answer.stagedCount, answer.importedCount, answer.faults))
    if !isDone { return }
    note(exchange, made.map { (.importOrganizations, "", $0.organizationID, 0) })
    for row in made {
      organizations[row.organizationID] = Organization(parent: row.parentID, name: row.name)
      displaced.insert(row.organizationID)
    }
  }

  private func faults(_ rows: [ImportOrganizationsRequestRow]) -> [Int] {
    var later = self
    for row in rows where organizations[row.organizationID] == nil {
      later.organizations[row.organizationID] = Organization(parent: row.parentID, name: row.name)
    }
    return rows.indices.filter { place in
      let row = rows[place]
      let existing = organizations[row.organizationID]
      let isWrong =
        !Self.isIdentifier(row.organizationID)
        || existing.map { $0.parent != row.parentID } ?? false
        || !row.parentID.isEmpty && later.organizations[row.parentID] == nil
      return isWrong || existing == nil && later.isTooDeep(row.organizationID)
    }.map { $0 + 1 }
  }

  /// Or in a circle.
  private func isTooDeep(_ organization: String) -> Bool {
    var above = organizations[organization]?.parent ?? ""
    for _ in 0..<Self.deepest where !above.isEmpty { above = organizations[above]?.parent ?? "" }
    return !above.isEmpty
  }

  func compare(
    _ request: ImportKeysRequest, _ texts: [String], _ answer: ImportKeysResponse
  ) throws(Difference) -> Bool {
    let faults = request.rows.indices.filter { place in
      let row = request.rows[place]
      let isKnown = owners[texts[place]] != nil || texts[..<place].contains(texts[place])
      return row.sha256.count != 32 || row.name.isEmpty || isKnown
        || organizations[row.organizationID] == nil
    }.map { $0 + 1 }
    return try compare(
      rows: request.rows.count, faults: faults, count: request.rows.count,
      isDryRun: request.dryRun, (answer.stagedCount, answer.importedCount, answer.faults))
  }

  /// Takes over the keys that an import made.
  ///
  /// - Parameter told: their records, newest first. In which order they were made is left open.
  mutating func adopt(
    _ rows: [ImportKeysRequestRow], _ texts: [String], toldAs told: [OrgKeyWire.Key],
    _ exchange: Exchange
  ) throws(Difference) {
    try Difference.check("imported keys", model: rows.count, daemon: told.count)
    var made: [(MethodName, String, String, UInt32)] = []
    for record in told.reversed() {
      guard let place = rows.firstIndex(where: { $0.hint == record.secrets.first?.hint }) else {
        throw Difference("an imported key", "one of \(rows)", "\(record)")
      }
      add(key(rows[place], texts[place], toldAs: record, exchange))
      made.append((.importKeys, record.keyID, record.organizationID, 1))
      try compare(record, record.keyID, exchange.reading)
    }
    note(exchange, made)
  }

  private func key(
    _ row: ImportKeysRequestRow, _ text: String, toldAs told: OrgKeyWire.Key, _ exchange: Exchange
  ) -> Key {
    var at = Moment(exchange.reading.wall)
    let createdAt = row.createdAtUnixMs == 0 ? at.take(told.createdAtUnixMs) : row.createdAtUnixMs
    return Key(
      id: told.keyID, organization: row.organizationID, environment: row.environment,
      createdAt: createdAt, createdBy: told.createdBy, name: row.name,
      permissions: row.permissions, expiresAt: row.expiresAtUnixMs, limit: row.rateLimit,
      labels: row.labels,
      secrets: [Secret(version: 1, text: text, hint: row.hint, createdAt: createdAt)])
  }
}
