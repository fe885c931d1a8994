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

  /// Adds what was found of another part of the table.
  mutating func add(_ other: Found) {
    total.rows += other.total.rows
    total.checksum ^= other.total.checksum
    damaged += other.damaged
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
