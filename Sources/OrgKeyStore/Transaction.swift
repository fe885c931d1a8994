package import OrgKeyModel

/// A group of changes while it is open. Each operation checks what only the database can
/// tell, makes its change, notes it for the Directory and writes its audit event. What the
/// text of a field may be, the caller has checked with the model.
///
/// An operation throws `Refusal` if the change may not be made, or `StoreError`.
package struct Transaction {
  let connection: Connection
  let files: DatabaseFiles
  /// Unix milliseconds: when this happens.
  package let now: Int64
  var totals: Totals
  /// False when the disk is full.
  let hasReserve: Bool
  /// What was changed so far, for the Directory.
  package var mutations: [Mutation] = []
  var numbers = RowNumbers()

  init(
    connection: Connection, files: DatabaseFiles, now: Int64, totals: Totals, hasReserve: Bool
  ) {
    self.connection = connection
    self.files = files
    self.now = now
    self.totals = totals
    self.hasReserve = hasReserve
  }

  /// Refuses what would use up the space that is kept for revoking.
  func requireSpace() throws(Refusal) {
    guard hasReserve else {
      throw Refusal(
        .resourceExhausted,
        "the disk is full: until there is space, keys can only be revoked and organizations "
          + "suspended")
    }
  }
}

/// The numbers that rows are given inside one transaction, which SQLite would have to be asked for
/// each time: one more than the last, never one again that was kept.
struct RowNumbers {
  // 0: not asked for yet.
  private var last = InlineArray<5, Int64>(repeating: 0)

  mutating func next(
    of table: CheckedTable, on connection: Connection
  ) throws(StoreError) -> Int64 {
    let place = table.rawValue - 1
    if last[place] == 0 {
      last[place] =
        try connection.integer(
          "SELECT seq FROM sqlite_sequence WHERE name = ?", .text(table.name)) ?? 0
    }
    last[place] += 1
    return last[place]
  }
}

// Rows of checked tables are written here and nowhere else: row, checksum and totals together.
extension Transaction {
  /// Gives the row its number and writes it.
  mutating func insert<Row: CheckedRow>(_ row: inout Row) throws(StoreError) {
    let table = Row.table
    row.number = try numbers.next(of: table, on: connection)
    let fields = row.fields
    let checksum = Checksum.of(table, number: row.number, fields)
    try connection.run(
      table.insertion, [.integer(row.number)] + fields + [.integer(checksum)])
    totals.add(checksum, to: table)
  }

  /// Writes the fields in which `row` differs from `old`, which was read in this transaction.
  mutating func update<Row: CheckedRow>(_ old: Row, to row: Row) throws(StoreError) {
    let table = Row.table
    var columns: [String] = []
    var values: [Value] = []
    for (index, (before, after)) in zip(old.fields, row.fields).enumerated() where before != after {
      columns.append("\(table.fields[index]) = ?")
      values.append(after)
    }
    guard !columns.isEmpty else { return }
    try connection.run(
      "UPDATE \(table.name) SET \(columns.joined(separator: ", ")), checksum = ? WHERE number = ?",
      values + [.integer(row.checksum), .integer(row.number)])
    guard connection.changes == 1 else {
      throw StoreError(.damaged, "row \(row.number) of table \(table.name) was not there to change")
    }
    totals.replace(old.checksum, by: row.checksum, in: table)
  }

  /// Deletes what meets a condition.
  ///
  /// - Parameter rows: all that do, read in this transaction.
  mutating func delete<Row: CheckedRow>(
    _ rows: [Row], where condition: String, _ values: Value...
  ) throws(StoreError) {
    let table = Row.table
    try connection.run("DELETE FROM \(table.name) WHERE \(condition)", values)
    guard connection.changes == rows.count else {
      throw StoreError(.damaged, "table \(table.name) has not the rows that were to be deleted")
    }
    for row in rows { totals.remove(row.checksum, from: table) }
  }
}
