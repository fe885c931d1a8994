/// Cuts a table into parts, one after the other.
struct StretchPlan {
  /// Numbers of a part; those that are in use may be fewer.
  static let length = 4096

  struct Part {
    /// How many come before it.
    let position: Int
    /// It begins where this number is looked for and its first row found.
    let start: Int64
    /// The number of the row behind its last; nil: it ends with the table.
    let end: Int64?
  }

  /// Parts given out.
  private(set) var given = 0
  var isAtEnd = false
  private var start = Int64.min
  /// The number of the first row from `start` on; nil: it was not looked for yet.
  private var first: Int64?

  /// - Returns: nil when all was given out.
  mutating func next(
    of table: CheckedTable, _ connection: Connection
  ) throws(StoreError) -> Part? {
    if isAtEnd { return nil }
    if first == nil { first = try connection.firstNumber(of: table, from: start) }
    guard let first else {
      isAtEnd = true
      return nil
    }
    let (next, overflows) = first.addingReportingOverflow(Int64(Self.length))
    var end = overflows ? nil : try connection.firstNumber(of: table, from: next)
    // What is looked for in a damaged tree may lie anywhere: each part begins beyond the last.
    if let found = end, found <= first { end = nil }
    let part = Part(position: given, start: start, end: end)
    given += 1
    (start, self.first, isAtEnd) = (next, end, end == nil)
    return part
  }
}

extension Connection {
  /// The number of the first row that is not below `number`.
  fileprivate func firstNumber(
    of table: CheckedTable, from number: Int64
  ) throws(StoreError) -> Int64? {
    try integer(table.selectNumberFrom, .integer(number))
  }
}
