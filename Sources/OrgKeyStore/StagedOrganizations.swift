import OrgKeyModel

/// An organization to be made together with others, as it is given: of good form.
package struct ImportedOrganization: Sendable {
  package var id: String
  /// Empty: a root.
  package var parentID: String
  /// May be empty.
  package var name: String

  package init(id: String, parentID: String, name: String) {
    self.id = id
    self.parentID = parentID
    self.name = name
  }
}

/// Organizations that wait for the last row of their import.
package struct StagedOrganizations: StagedRows {
  // Bytes of its texts, in this order.
  struct Row: BitwiseCopyable, Sendable {
    let id: UInt16
    let parentID: UInt16
    let name: UInt16
  }

  package private(set) var rowCount: UInt64 = 0
  package private(set) var faults = RowFaults()
  /// Of rows with faults: whoever lies below them has none for that.
  private(set) var rejectedIDs: Set<String> = []
  private var rows = PackedRows<Row>()

  package init() {}

  package var byteCount: Int { rows.byteCount }

  package mutating func append(_ organization: ImportedOrganization) {
    rowCount += 1
    let texts = [organization.id, organization.parentID, organization.name]
    let row = Row(
      id: UInt16(texts[0].utf8.count), parentID: UInt16(texts[1].utf8.count),
      name: UInt16(texts[2].utf8.count))
    rows.append(row, number: rowCount, texts: texts)
  }

  /// Takes a row that is not of good form.
  package mutating func reject(_ id: String, _ message: String) {
    rowCount += 1
    if !faults.isFull { rejectedIDs.insert(id) }
    faults.add(rowCount, message)
  }

  /// Rows of good form.
  var count: Int { rows.count }

  /// Lends each of them with its number.
  func each(_ body: (UInt64, ImportedOrganization) -> Void) {
    for piece in rows.pieces {
      for (index, row) in piece.rows.enumerated() {
        var texts = piece.texts(of: index)
        body(
          piece.firstRow + UInt64(index),
          ImportedOrganization(
            id: texts.next(row.id), parentID: texts.next(row.parentID), name: texts.next(row.name)))
      }
    }
  }
}
