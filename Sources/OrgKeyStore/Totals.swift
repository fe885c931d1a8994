/// How many rows each checked table has, and the XOR of their checksums: tells rows that
/// vanished and rows that are old but intact.
struct Totals {
  struct Total: Equatable {
    var rows: Int64 = 0
    var checksum: Int64 = 0
  }

  private var totals = InlineArray<5, Total>(repeating: Total())

  init() {}

  init(
    reading connection: Connection, of tables: [CheckedTable] = CheckedTable.allCases
  ) throws(StoreError) {
    for table in tables {
      let total = try connection.first(
        "SELECT rows, checksum FROM totals WHERE name = ?", [.text(table.name)]
      ) { Total(rows: $0.integer(0), checksum: $0.integer(1)) }
      guard let total else {
        throw StoreError(.damaged, "the totals of table \(table.name) are missing")
      }
      self[table] = total
    }
  }

  subscript(table: CheckedTable) -> Total {
    get { totals[table.rawValue - 1] }
    set { totals[table.rawValue - 1] = newValue }
  }

  mutating func add(_ checksum: Int64, to table: CheckedTable) {
    self[table].rows += 1
    self[table].checksum ^= checksum
  }

  mutating func remove(_ checksum: Int64, from table: CheckedTable) {
    self[table].rows -= 1
    self[table].checksum ^= checksum
  }

  mutating func replace(_ old: Int64, by new: Int64, in table: CheckedTable) {
    self[table].checksum ^= old ^ new
  }

  /// Writes those that differ from `old`, inside a transaction.
  func write(replacing old: Totals, on connection: Connection) throws(StoreError) {
    for table in CheckedTable.allCases where self[table] != old[table] {
      try connection.run(
        "UPDATE totals SET rows = ?, checksum = ? WHERE name = ?", .integer(self[table].rows),
        .integer(self[table].checksum), .text(table.name))
    }
  }
}
