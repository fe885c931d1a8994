/// A table whose rows carry a checksum each. Its number seeds them: never change one.
enum CheckedTable: Int, CaseIterable {
  case organizations = 1
  case permissionSets = 2
  case keys = 3
  case secrets = 4
  case deadDigests = 5

  var name: String {
    switch self {
    case .organizations: "organizations"
    case .permissionSets: "permission_sets"
    case .keys: "keys"
    case .secrets: "secrets"
    case .deadDigests: "dead_digests"
    }
  }

  /// The schema that brought it.
  var since: Int64 { self == .deadDigests ? 2 : 1 }

  /// Those that a database of this schema has.
  static func all(in schema: Int64) -> [CheckedTable] { allCases.filter { $0.since <= schema } }

  /// All columns but `number` and `checksum`, in the order in which they are checked.
  var fields: [String] {
    switch self {
    case .organizations: Self.organizationFields
    case .permissionSets: Self.permissionSetFields
    case .keys: Self.keyFields
    case .secrets: Self.secretFields
    case .deadDigests: Self.deadDigestFields
    }
  }

  private static let organizationFields = ["id", "parent", "name", "suspended", "created_at"]
  private static let permissionSetFields = ["patterns"]
  private static let keyFields = [
    "key_id", "organization", "name", "environment", "permission_set", "created_at", "expires_at",
    "disabled", "revoked_at", "revoked_reason", "rate_limit", "rate_window", "created_by", "labels",
  ]
  private static let secretFields = [
    "key", "version", "digest", "hint", "created_at", "retires_at", "revoked",
  ]
  private static let deadDigestFields = ["digest", "died_at"]

  /// Column 0 is the number, then the fields, then the checksum.
  var select: String { Self.selects[rawValue - 1] }

  /// Hands the same columns to `RowFunction`, from a number on.
  var lending: String { Self.lendings[rawValue - 1] }

  /// The first number from a number on.
  var selectNumberFrom: String { Self.selectsNumberFrom[rawValue - 1] }

  /// With a place for each column.
  var insertion: String { Self.insertions[rawValue - 1] }

  private static let selects = allCases.map {
    "SELECT number, \($0.fields.joined(separator: ", ")), checksum FROM \($0.name)"
  }
  private static let lendings = allCases.map {
    "SELECT orgkey_lend(number, \($0.fields.joined(separator: ", ")), checksum) FROM \($0.name) "
      + "WHERE number >= ? ORDER BY number"
  }
  private static let selectsNumberFrom = allCases.map {
    "SELECT number FROM \($0.name) WHERE number >= ? ORDER BY number LIMIT 1"
  }
  private static let insertions = allCases.map {
    let places = repeatElement("?", count: $0.fields.count + 2).joined(separator: ", ")
    return "INSERT INTO \($0.name) VALUES (\(places))"
  }
}

/// A row of a checked table. `fields` and `init(reading:)` follow the order of the table's.
protocol CheckedRow {
  static var table: CheckedTable { get }
  var number: Int64 { get set }
  var fields: [Value] { get }
  init(reading row: Statement)
}

extension CheckedRow {
  var checksum: Int64 { Checksum.of(Self.table, number: number, fields) }
}

extension Connection {
  /// Reads one row and verifies it.
  ///
  /// - Parameter condition: what follows WHERE.
  /// - Throws: `.damaged` if the row fails its checksum.
  func row<Row: CheckedRow>(
    _: Row.Type, where condition: String, _ values: Value...
  ) throws(StoreError) -> Row? {
    try first("\(Row.table.select) WHERE \(condition)", values) {
      (row) throws(StoreError) in try row.intact(Row.self)
    }
  }

  /// - Parameter damaged: takes the number of a row that fails its checksum; nil: that is
  ///   thrown.
  func rows<Row: CheckedRow>(
    _: Row.Type, where condition: String, _ values: Value..., damaged: ((Int64) -> Void)? = nil
  ) throws(StoreError) -> [Row] {
    var rows: [Row] = []
    try each("\(Row.table.select) WHERE \(condition)", values) { (row) throws(StoreError) in
      if let damaged, !row.isIntact(Row.table) {
        damaged(row.integer(0))
      } else {
        rows.append(try row.intact(Row.self))
      }
      return true
    }
    return rows
  }
}

extension Statement {
  fileprivate func intact<Row: CheckedRow>(_: Row.Type) throws(StoreError) -> Row {
    guard isIntact(Row.table) else {
      throw StoreError(
        .damaged, "row \(integer(0)) of table \(Row.table.name) is damaged: its checksum is wrong")
    }
    return Row(reading: self)
  }
}
