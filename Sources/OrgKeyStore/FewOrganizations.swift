extension Connection {
  private static var mostOrganizations: Int { 1000 }

  /// Organizations as a JSON array, if they are few and few rows belong to them: then it is cheaper
  /// to read those by an index than to go through the table and leave out what is elsewhere.
  ///
  /// - Parameters:
  ///   - tops: numbers, of organizations that may be deleted.
  ///   - table: what stands behind FROM; it has a column `organization`.
  func few(
    _ tops: [Int64], includingDescendants: Bool, of table: String
  ) throws(StoreError) -> String? {
    let numbers = includingDescendants ? try organizationsBelow(tops) : tops
    guard numbers.count <= Self.mostOrganizations else { return nil }
    let list = Self.array(numbers)
    let count = try integer(
      """
      SELECT count(*) FROM (
        SELECT 1 FROM \(table) WHERE organization IN (SELECT value FROM json_each(?)) LIMIT ?)
      """, .text(list), .integer(Int64(ScanBudget.rows + 1)))
    return (count ?? 0) <= ScanBudget.rows ? list : nil
  }

  /// These and all below, deleted ones included; one more than the most, if there are more.
  private func organizationsBelow(_ tops: [Int64]) throws(StoreError) -> [Int64] {
    var numbers: [Int64] = []
    try each(
      """
      WITH RECURSIVE below (number) AS (
        SELECT value FROM json_each(?)
        UNION SELECT organizations.number FROM below
        JOIN organizations ON organizations.parent = below.number
        UNION SELECT deleted_organizations.number FROM below
        JOIN deleted_organizations ON deleted_organizations.parent = below.number)
      SELECT number FROM below LIMIT ?
      """, [.text(Self.array(tops)), .integer(Int64(Self.mostOrganizations + 1))]
    ) { row in
      numbers.append(row.integer(0))
      return true
    }
    return numbers
  }

  private static func array(_ numbers: [Int64]) -> String {
    "[" + numbers.map(String.init).joined(separator: ",") + "]"
  }
}
