package import OrgKeyModel

extension Transaction {
  /// Takes over keys issued elsewhere, by the digests of their texts: all, or none if any row has a
  /// fault. Each gets an id and one secret. A digest that is known, of a dead key too, is a fault:
  /// nothing comes to life again, and an import that is repeated changes nothing.
  ///
  /// - Parameters:
  ///   - isDryRun: all is checked and nothing made.
  ///   - id: makes a new id.
  package mutating func importKeys(
    _ staged: StagedKeys, isDryRun: Bool, by author: Author, id: () throws -> KeyID
  ) throws -> ImportOutcome {
    try requireReachOfAll(author)
    let organizations = try staged.organizations.texts.map { (id) throws(StoreError) in
      try organization(id: id)
    }
    let faults = try faults(of: staged, in: organizations)
    guard faults.isEmpty else { return ImportOutcome(faults: faults.list) }
    try requireSpace(for: staged)
    if !isDryRun {
      try connection.growCache()
      try makeKeys(staged, in: organizations.compactMap { $0 }, by: author, id)
    }
    return ImportOutcome(importedCount: staged.rows.count)
  }

  /// Imports concern the whole database.
  func requireReachOfAll(_ author: Author) throws {
    guard try !scope(of: author).isActing else {
      throw Refusal(.permissionDenied, "nothing is imported on behalf of an organization")
    }
  }

  /// Those of form, and what only the database and the other rows tell.
  private func faults(
    of staged: StagedKeys, in organizations: [OrganizationRow?]
  ) throws(StoreError) -> RowFaults {
    var faults = staged.faults
    var firstRows: [Digest: UInt64] = [:]
    firstRows.reserveCapacity(staged.rows.count)
    try staged.each { (number, row, _) throws(StoreError) in
      if organizations[Int(row.organization)] == nil {
        faults.add(
          number, "organization_id: there is no such organization: put or import it first")
      }
      if let first = firstRows[row.digest] {
        faults.add(number, "sha256: row \(first) has it too: each key is imported once")
      } else if try isKnown(row.digest) {
        faults.add(number, try knownAs(row.digest))
      } else {
        firstRows[row.digest] = number
      }
      return !faults.isFull
    }
    return faults
  }

  private func knownAs(_ digest: Digest) throws(StoreError) -> String {
    let key = try connection.first(
      """
      SELECT key_id, revoked_at FROM keys
      WHERE number = (SELECT key FROM secrets WHERE digest = ?)
      """, [.blob(digest.bytes)]
    ) { (id: $0.text(0), isRevoked: $0.integer(1) != 0) }
    guard let key else {
      return "sha256: this key was revoked and deleted here: it never comes back"
    }
    return key.isRevoked
      ? "sha256: this key is known as \(key.id), which is revoked: it never comes back"
      : "sha256: this key is known already, as \(key.id): leave the row out"
  }

  private mutating func makeKeys(
    _ staged: StagedKeys, in organizations: [OrganizationRow], by author: Author,
    _ id: () throws -> KeyID
  ) throws {
    let sets = try staged.permissionSets.texts.map { (text) throws(StoreError) in
      let patterns = PermissionSetRow.patterns(text)
      return (number: try permissionSet(patterns), json: JSON.list(patterns).encoded)
    }
    let createdBy = author.text
    var expired: [Int64] = []
    mutations.reserveCapacity(mutations.count + 2 * staged.rows.count + 1)
    try staged.each { (_, row, texts) throws in
      let set = sets[Int(row.permissionSet)]
      let number = try makeKey(
        row, &texts, in: organizations[Int(row.organization)], set, by: author, createdBy,
        try id())
      if row.expiresAt != 0 && row.expiresAt <= now { expired.append(number) }
      return true
    }
    noteInPieces(expired) { .markExpired(numbers: $0) }
  }

  private mutating func makeKey(
    _ row: StagedKeys.Row, _ texts: inout RowTexts, in organization: OrganizationRow,
    _ permissions: (number: Int64, json: String), by author: Author, _ createdBy: String,
    _ id: KeyID
  ) throws(StoreError) -> Int64 {
    let hint = texts.next(row.hintBytes)
    let createdAt = row.createdAt == 0 ? now : row.createdAt
    var key = KeyRow(
      keyID: id, organization: organization.number, name: texts.next(row.nameBytes),
      environment: row.environment, permissionSet: permissions.number, createdAt: createdAt,
      createdBy: createdBy)
    key.expiresAt = row.expiresAt
    key.rateLimit = row.rateLimit
    key.labels = texts.next(row.labelBytes)
    try insert(&key)
    mutations.append(.addKey(key.record(id: id, environment: row.environment)))
    try addSecret(to: key.number, version: 1, row.digest, hint, createdAt: createdAt)
    var detail = key.audited(permissions: .encoded(permissions.json), hint: hint)
    if createdAt != now { detail.append(("created_at_unix_ms", .integer(createdAt))) }
    try audit(
      "ImportKeys", by: author, organization: organization, keyID: key.keyID, secretVersion: 1,
      detail)
    return key.number
  }
}
