package import OrgKeyModel

/// A key issued elsewhere, as it is given: of good form.
package struct ImportedKey: Sendable {
  package var digest: Digest
  /// What people may see of its text; empty if nothing is known.
  package var hint: String
  package var organizationID: String
  package var name: String
  package var environment: Environment
  package var permissions: [String] = []
  /// 0: it is not known, so that it counts as made now.
  package var createdAt: Int64 = 0
  /// 0: never. May have passed.
  package var expiresAt: Int64 = 0
  package var rateLimit: RateLimit?
  package var labels: [Label] = []

  package init(
    digest: Digest, hint: String, organizationID: String, name: String, environment: Environment
  ) {
    self.digest = digest
    self.hint = hint
    self.organizationID = organizationID
    self.name = name
    self.environment = environment
  }
}

/// Keys that wait for the last row of their import.
package struct StagedKeys: StagedRows {
  struct Row: BitwiseCopyable, Sendable {
    let digest: Digest
    let environment: Environment
    let createdAt: Int64
    let expiresAt: Int64
    let rateLimit: RateLimit?
    /// Places in `organizations` and `permissionSets`.
    let organization: UInt32
    let permissionSet: UInt32
    // Of its texts, in this order.
    let hintBytes: UInt16
    let nameBytes: UInt16
    let labelBytes: UInt16
  }

  package private(set) var rowCount: UInt64 = 0
  package private(set) var faults = RowFaults()
  private(set) var rows = PackedRows<Row>()
  private(set) var organizations = DistinctTexts()
  private(set) var permissionSets = DistinctTexts()

  package init() {}

  package var byteCount: Int {
    rows.byteCount + organizations.byteCount + permissionSets.byteCount
  }

  package mutating func append(_ key: ImportedKey) {
    rowCount += 1
    let labels = Label.json(key.labels)
    let row = Row(
      digest: key.digest, environment: key.environment, createdAt: key.createdAt,
      expiresAt: key.expiresAt, rateLimit: key.rateLimit,
      organization: organizations.place(of: key.organizationID),
      permissionSet: permissionSets.place(of: PermissionSetRow(patterns: key.permissions).text),
      hintBytes: UInt16(key.hint.utf8.count), nameBytes: UInt16(key.name.utf8.count),
      labelBytes: UInt16(labels.utf8.count))
    rows.append(row, number: rowCount, texts: [key.hint, key.name, labels])
  }

  /// Takes a row that is not of good form.
  package mutating func reject(_ message: String) {
    rowCount += 1
    faults.add(rowCount, message)
  }

  /// Lends each row of good form with its number until `body` returns false.
  func each<Failure: Error>(
    _ body: (UInt64, Row, inout RowTexts) throws(Failure) -> Bool
  ) throws(Failure) {
    for piece in rows.pieces {
      for (index, row) in piece.rows.enumerated() {
        var texts = piece.texts(of: index)
        guard try body(piece.firstRow + UInt64(index), row, &texts) else { return }
      }
    }
  }
}
