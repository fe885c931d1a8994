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
  /// What is wrong with the log and was accepted; nil: nothing.
  package var acceptedLogDamage: String?
}

/// A row that can't be trusted.
package struct QuarantinedRow: Equatable, Sendable, CustomStringConvertible {
  package enum Fault: String, BitwiseCopyable, Sendable {
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
  /// - Parameter expecting: told the digests of some secrets before they are handed on.
  /// - Parameter acceptDamage: take the rows as they are for all there are to be, when a
  ///   table has other rows than it should.
  /// - Throws: `.damaged` if a table lost rows or has old ones, or can't be read.
  package func load(
    now: Int64, acceptDamage: Bool = false,
    organizations: ([OrganizationRecord]) -> Void,
    permissionSet: (Int64, [String]) -> Bool, key: (KeyRecord) -> Bool,
    expecting: (Span<Digest>) -> Void = { _ in },
    secret: (SecretRecord) -> Bool, deadDigest: (Digest, Int64) -> Bool
  ) throws(StoreError) -> LoadReport {
    let loader = Loader(connection: connection, now: now)
    try connection.run("BEGIN")
    do throws(StoreError) {
      try loader.readingAhead(of: files.database) { () throws(StoreError) in
        organizations(try loader.organizations())
        try loader.permissionSets(permissionSet)
        try loader.keys(key)
        try loader.secrets(expecting: expecting, secret)
        try loader.deadDigests(deadDigest)
      }
      try connection.run("COMMIT")
    } catch {
      if connection.isInTransaction { try? connection.run("ROLLBACK") }
      throw error
    }
    try settle(loader, acceptDamage)
    try connection.script("PRAGMA shrink_memory")
    loader.report.acceptedLogDamage = acceptedLogDamage
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
          + "revocation may be among them. Restore a backup (--restore), or accept the damage "
          + "(--accept-damage)")
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
