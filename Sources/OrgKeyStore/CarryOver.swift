import OrgKeyModel

/// What was taken over from the database that a restored one replaces.
package struct CarriedOver: Equatable, Sendable {
  package internal(set) var revokedKeys = 0
  package internal(set) var disabledKeys = 0
  /// Those that end earlier than the backup says.
  package internal(set) var shortenedKeys = 0
  /// Revoked alone, or retired by a rotation.
  package internal(set) var endedSecrets = 0
  package internal(set) var suspendedOrganizations = 0
  /// Of secrets that the backup has not, and that died since: known as dead, so that none of them is imported again.
  package internal(set) var deadDigests = 0
  /// Keys of the backup that were deleted since: they are revoked. The first of them.
  package internal(set) var deletedKeys: [String] = []
  package internal(set) var deletedKeyCount = 0
  /// Organizations of the backup that were deleted since.
  package internal(set) var deletedOrganizations = 0
  /// Keys left without a secret that works: theirs were rotated out since. The first of them.
  package internal(set) var keysWithoutSecret: [String] = []
  package internal(set) var keyWithoutSecretCount = 0
  /// What could not be read of the present database: what was revoked there may revive. The
  /// first of them.
  package internal(set) var gaps: [String] = []
  package internal(set) var gapCount = 0

  static let listed = 100

  mutating func note(gap: String) {
    gapCount += 1
    if gaps.count < Self.listed { gaps.append(gap) }
  }
}

/// Takes over from the present database all that took access away since the backup was made, so
/// that restoring revives nothing. Keys are matched by their ids, secrets by their digests,
/// organizations by number and identifier: one whose identifier was used again is another.
///
/// What of it can't be read is noted, and the rest is taken over.
struct CarryOver {
  let present: Connection
  let tables: [CheckedTable]
  let author: Author
  var transaction: Transaction
  var result = CarriedOver()
  /// Those of which a secret was ended.
  private var touchedKeys: Set<Int64> = []
  /// When the present keys were revoked that are, by number.
  private var revocations: [Int64: Int64] = [:]

  /// - Parameter transaction: on the restored database.
  init(from present: Connection, into transaction: Transaction, by author: Author)
    throws(StoreError)
  {
    self.present = present
    self.transaction = transaction
    self.author = author
    tables = CheckedTable.all(in: try present.integer("PRAGMA user_version") ?? 0)
  }

  mutating func run() throws(StoreError) {
    try skipNumbers()
    try each(OrganizationRow.self, where: { $0.flag(4) }) { (this, row) throws(StoreError) in
      try this.suspend(row)
    }
    try each(KeyRow.self, where: { $0.integer(9) != 0 || $0.flag(8) || $0.integer(7) != 0 }) {
      (this, row) throws(StoreError) in try this.end(row)
    }
    let revoked = revocations
    try each(
      SecretRow.self,
      where: { $0.integer(6) != 0 || $0.flag(7) || revoked[$0.integer(1)] != nil }
    ) { (this, row) throws(StoreError) in try this.end(row) }
    if tables.contains(.deadDigests) {
      try each(DeadDigestRow.self, where: { _ in true }) { (this, row) throws(StoreError) in
        try this.bury(row)
      }
      try countDeletedOrganizations()
    }
    try listKeysWithoutSecret()
  }

  /// Lends the rows of the present database that matter and are intact.
  private mutating func each<Row: CheckedRow>(
    _: Row.Type, where matters: (Statement) -> Bool,
    _ take: (inout CarryOver, Row) throws(StoreError) -> Void
  ) throws(StoreError) {
    let fields = Row.table.fields.count
    var scanned = Found()
    var raw = RawRow()
    var failure: StoreError?
    do throws(StoreError) {
      try present.each(Row.table.select, []) { row in
        row.read(fields + 2, into: &raw)
        guard scanned.add(raw, of: Row.table, fields: fields) else {
          result.note(gap: "row \(row.integer(0)) of table \(Row.table.name) is damaged")
          return true
        }
        guard matters(row) else { return true }
        do throws(StoreError) { try take(&self, Row(reading: row)) } catch { failure = error }
        return failure == nil
      }
      if failure == nil { try check(scanned, Row.table) }
    } catch {
      result.note(gap: "table \(Row.table.name) can't be read to its end: \(error.message)")
    }
    if let failure { throw failure }
  }

  private mutating func check(_ scanned: Found, _ table: CheckedTable) throws(StoreError) {
    let totals = try Totals(reading: present, of: tables)
    guard !scanned.matches(totals[table]) else { return }
    result.note(gap: "rows of table \(table.name) were lost or are out of date")
  }

  /// A row of the restored database; nil as well for one that is damaged, which denies anyway.
  private func row<Row: CheckedRow>(
    _: Row.Type, where condition: String, _ value: Value
  ) throws(StoreError) -> Row? {
    do throws(StoreError) {
      return try transaction.connection.row(Row.self, where: condition, value)
    } catch {
      if error.category == .damaged && error.code == 0 { return nil }
      throw error
    }
  }
}

extension CarryOver {
  private mutating func suspend(_ present: OrganizationRow) throws(StoreError) {
    let old = try row(OrganizationRow.self, where: "number = ?", .integer(present.number))
    guard let old, old.id.utf8.elementsEqual(present.id.utf8), !old.suspended else { return }
    var new = old
    new.suspended = true
    try transaction.update(old, to: new)
    result.suspendedOrganizations += 1
    try transaction.audit(
      "Restore", by: author, organization: new, [("suspended", .flag(true))])
  }

  private mutating func end(_ present: KeyRow) throws(StoreError) {
    if present.revokedAt != 0 { revocations[present.number] = present.revokedAt }
    let old = try row(KeyRow.self, where: "key_id = ?", .text(present.keyID))
    guard let old, old.revokedAt == 0 else { return }
    var new = old
    new.disabled = old.disabled || present.disabled
    new.revokedAt = present.revokedAt
    new.revokedReason = present.revokedReason
    if new.revokedAt != 0 {
      result.revokedKeys += 1
      return try change(old, to: new, [("reason", .text(new.revokedReason))])
    }
    var detail: [(String, JSON)] = []
    if present.expiresAt != 0, old.expiresAt == 0 || present.expiresAt < old.expiresAt {
      new.expiresAt = present.expiresAt
      result.shortenedKeys += 1
      detail.append(("expires_at_unix_ms", .integer(new.expiresAt)))
    }
    if new.disabled && !old.disabled {
      result.disabledKeys += 1
      detail.append(("disabled", .flag(true)))
    }
    if !detail.isEmpty { try change(old, to: new, detail) }
  }

  private mutating func end(_ present: SecretRow) throws(StoreError) {
    let old = try row(SecretRow.self, where: "digest = ?", .blob(present.digest))
    guard let old else { return try keepDead(present) }
    var new = old
    new.revoked = old.revoked || present.revoked
    if present.retiresAt != 0, old.retiresAt == 0 || present.retiresAt < old.retiresAt {
      new.retiresAt = present.retiresAt
    }
    guard new.fields != old.fields else { return }
    try transaction.update(old, to: new)
    result.endedSecrets += 1
    touchedKeys.insert(new.key)
    guard let key = try row(KeyRow.self, where: "number = ?", .integer(new.key)) else { return }
    try audit(
      key, version: new.version,
      [("revoked", .flag(new.revoked)), ("retires_at_unix_ms", .integer(new.retiresAt))])
  }

  /// A secret made since: if it has died, no import may bring it back.
  private mutating func keepDead(_ present: SecretRow) throws(StoreError) {
    let ends = [revocations[present.key] ?? 0, present.retiresAt].filter { $0 != 0 }
    guard let diedAt = ends.min(), present.revoked || diedAt <= transaction.now,
      try owner(of: .blob(present.digest)) == nil
    else { return }
    try remember(present.digest, diedAt: diedAt)
  }

  /// The key's number; 0 for a digest known as dead; nil for one that is not known.
  private func owner(of digest: Value) throws(StoreError) -> Int64? {
    try transaction.connection.integer(
      "SELECT key FROM secrets WHERE digest = ?1 UNION ALL "
        + "SELECT 0 FROM dead_digests WHERE digest = ?1", digest)
  }

  private mutating func remember(_ digest: [UInt8], diedAt: Int64) throws(StoreError) {
    var row = DeadDigestRow(digest: digest, diedAt: diedAt)
    try transaction.insert(&row)
    result.deadDigests += 1
  }

  /// A secret of a key that was deleted. If the backup still has it, its key is revoked.
  private mutating func bury(_ present: DeadDigestRow) throws(StoreError) {
    guard let known = try owner(of: .blob(present.digest)) else {
      return try remember(present.digest, diedAt: present.diedAt)
    }
    let old = try row(KeyRow.self, where: "number = ?", .integer(known))
    guard let old, old.revokedAt == 0 else { return }
    var new = old
    new.revokedAt = max(present.diedAt, 1)
    new.revokedReason = "it was deleted after the backup that was restored"
    result.deletedKeyCount += 1
    if result.deletedKeys.count < CarriedOver.listed { result.deletedKeys.append(old.keyID) }
    try change(old, to: new, [("reason", .text(new.revokedReason))])
  }

  private mutating func change(
    _ old: KeyRow, to new: KeyRow, _ detail: [(String, JSON)]
  ) throws(StoreError) {
    try transaction.update(old, to: new)
    try audit(new, version: 0, detail)
  }

  private func audit(
    _ key: KeyRow, version: UInt32, _ detail: [(String, JSON)]
  ) throws(StoreError) {
    let organization = try row(
      OrganizationRow.self, where: "number = ?", .integer(key.organization))
    var nameless = OrganizationRow(id: "", parent: 0, name: "", createdAt: 0)
    nameless.number = key.organization
    try transaction.audit(
      "Restore", by: author, organization: organization ?? nameless, keyID: key.keyID,
      secretVersion: version, detail)
  }

  private mutating func listKeysWithoutSecret() throws(StoreError) {
    for number in touchedKeys.sorted() {
      let key = try row(KeyRow.self, where: "number = ?", .integer(number))
      guard let key, key.revokedAt == 0 else { continue }
      let live = try transaction.connection.integer(
        "SELECT count(*) FROM secrets WHERE key = ? AND revoked = 0 AND "
          + "(retires_at = 0 OR retires_at > ?)", .integer(number), .integer(transaction.now))
      if live ?? 0 > 0 { continue }
      result.keyWithoutSecretCount += 1
      if result.keysWithoutSecret.count < CarriedOver.listed {
        result.keysWithoutSecret.append(key.keyID)
      }
    }
  }

  /// Numbers that were given out since the backup are never used again, and neither are those of
  /// audit events.
  private mutating func skipNumbers() throws(StoreError) {
    for table in tables.map(\.name) + ["audit"] {
      var given: Int64?
      do throws(StoreError) { given = try present.lastNumber(of: table) } catch {
        result.note(gap: "the last number of table \(table) can't be read: \(error.message)")
      }
      if let given { try transaction.connection.skipNumbers(of: table, to: given) }
    }
  }

  /// Organizations that were deleted since are there again; their keys were among the dead.
  private mutating func countDeletedOrganizations() throws(StoreError) {
    var deleted: [Int64] = []
    do throws(StoreError) {
      try present.each("SELECT number FROM deleted_organizations", []) { row in
        deleted.append(row.integer(0))
        return true
      }
    } catch {
      result.note(gap: "table deleted_organizations can't be read: \(error.message)")
    }
    for number in deleted {
      let known = try transaction.connection.integer(
        "SELECT 1 FROM organizations WHERE number = ?", .integer(number))
      if known != nil { result.deletedOrganizations += 1 }
    }
  }
}

extension Connection {
  /// Has a table give out numbers behind `last` only.
  func skipNumbers(of table: String, to last: Int64) throws(StoreError) {
    guard let given = try lastNumber(of: table) else {
      return try run("INSERT INTO sqlite_sequence VALUES (?, ?)", .text(table), .integer(last))
    }
    guard given < last else { return }
    try run("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", .integer(last), .text(table))
  }

  /// The last number that a table has given out; nil: none yet.
  func lastNumber(of table: String) throws(StoreError) -> Int64? {
    try integer("SELECT seq FROM sqlite_sequence WHERE name = ?", .text(table))
  }
}
