/// The rows of a CSV file whose first one names the columns, in any order.
struct CSVRecords<Column: ImportColumn>: RecordReader {
  private var parser = CSVParser()
  /// nil: the header is yet to come.
  private var header: [Column]?

  mutating func take(_ byte: UInt8) throws(ReadError) -> ImportRecord<Column>? {
    guard let row = try parser.take(byte) else { return nil }
    return try record(row)
  }

  mutating func end() throws(ReadError) -> ImportRecord<Column>? {
    let last = try parser.end()
    let record = try last.map { (row) throws(ReadError) in try self.record(row) } ?? nil
    if header == nil {
      throw .file(ImportFault(line: 1, message: "the file is empty: its first line names columns"))
    }
    return record
  }

  private mutating func record(_ row: CSVParser.Row) throws(ReadError) -> ImportRecord<Column>? {
    guard let header else {
      do throws(ImportFault) { header = try Self.header(row) } catch { throw .file(error) }
      return nil
    }
    guard row.values.count == header.count else {
      throw .row(
        ImportFault(
          line: row.line,
          message: "\(Amount.counted(row.values.count, "value")) where the header names "
            + Amount.counted(header.count, "column")))
    }
    let values = zip(header, row.values).map { ($0, ImportValue.cell($1)) }
    do throws(ImportFault) {
      return try ImportRecord(line: row.line, values: Dictionary(uniqueKeysWithValues: values))
    } catch {
      throw .row(error)
    }
  }

  private static func header(_ row: CSVParser.Row) throws(ImportFault) -> [Column] {
    var columns: [Column] = []
    for (index, name) in row.values.enumerated() {
      guard let column = Column(named: name) else {
        throw ImportFault(line: row.line, message: unknown(name, index + 1, of: row.values.count))
      }
      if columns.contains(column) {
        throw ImportFault(line: row.line, message: "two columns are named \(column.rawValue)")
      }
      columns.append(column)
    }
    for column in Column.allCases where column.isRequired && !columns.contains(column) {
      throw ImportFault(line: row.line, message: "there is no column \(column.rawValue)")
    }
    return columns
  }

  private static func unknown(_ name: String, _ number: Int, of count: Int) -> String {
    if count == 1, name.contains(where: { $0 == ";" || $0 == "\t" }) {
      return "the columns are not separated by commas"
    }
    let what = ColumnName.quoted(name).map { "there is no column \($0)" }
    return "\(what ?? "the name of column \(number) is none"): the first line names the columns, "
      + "of \(Column.list)"
  }
}

/// A name that a file has for a column: where it is none, it may be data, even a secret.
enum ColumnName {
  /// nil: it does not look like a name.
  static func quoted(_ name: String) -> String? {
    let isName =
      !name.isEmpty && name.utf8.count <= 32
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "_"), UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."):
          true
        default: false
        }
      }
    return isName ? "\"\(name)\"" : nil
  }
}
