/// The columns of one row of a checked table as SQLite holds them, good until the next step:
/// column 0 its number, then its fields in the order of the table, then its checksum.
///
/// `@safe`: what it points to is lent to the caller's closure with the row, and not kept.
@safe struct RawRow: ~Copyable {

  // 20: the widest checked table has 16.
  private enum Kind { case null, integer, bytes }

  private var kinds = InlineArray<20, Kind>(repeating: .null)
  private var integers = InlineArray<20, Int64>(repeating: 0)
  private var bytes = unsafe InlineArray<20, UnsafeRawBufferPointer>(
    repeating: UnsafeRawBufferPointer(start: nil, count: 0))

  mutating func setNull(_ column: Int) {
    kinds[column] = .null
    integers[column] = 0
  }

  mutating func set(_ column: Int, _ integer: Int64) {
    kinds[column] = .integer
    integers[column] = integer
  }

  mutating func set(_ column: Int, _ bytes: UnsafeRawBufferPointer) {
    kinds[column] = .bytes
    unsafe self.bytes[column] = bytes
  }

  /// 0 for what is no integer.
  func integer(_ column: Int) -> Int64 { kinds[column] == .integer ? integers[column] : 0 }

  func flag(_ column: Int) -> Bool { integer(column) != 0 }

  /// Empty for what is neither text nor blob.
  func withSpan<Result>(_ column: Int, _ body: (Span<UInt8>) -> Result) -> Result {
    guard kinds[column] == .bytes else { return body(Span()) }
    return unsafe body(bytes[column].bindMemory(to: UInt8.self).span)
  }

  func text(_ column: Int) -> String {
    guard kinds[column] == .bytes else { return "" }
    return unsafe String(decoding: bytes[column], as: UTF8.self)
  }

  /// What the checksum of the row should be.
  func checksum(of table: CheckedTable, fields: Int) -> Int64 {
    var checksum = Checksum(table: table, number: integer(0))
    for column in 1...fields {
      switch kinds[column] {
      case .null: checksum.mixNull()
      case .integer: checksum.mix(integers[column])
      case .bytes: unsafe checksum.mix(bytes[column])
      }
    }
    return checksum.value
  }
}

extension Statement {
  /// Whether the current row of a checked table is as it was written.
  func isIntact(_ table: CheckedTable) -> Bool {
    let fields = table.fields.count
    var row = RawRow()
    read(fields + 2, into: &row)
    return row.checksum(of: table, fields: fields) == row.integer(fields + 1)
  }
}
