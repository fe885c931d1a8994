/// Makes rows of a file's bytes as they come.
protocol RecordReader<Column> {
  associatedtype Column: ImportColumn

  /// - Returns: the row that this byte completes.
  /// - Throws: once; after a fault that is not of a single row, nothing more can be made of the file.
  mutating func take(_ byte: UInt8) throws(ReadError) -> ImportRecord<Column>?

  /// - Returns: the row that the end of the file completes.
  mutating func end() throws(ReadError) -> ImportRecord<Column>?
}

enum ReadError: Error, Equatable {
  /// This row is wrong; what follows can be read.
  case row(ImportFault)
  /// What follows can't be made sense of.
  case file(ImportFault)
}

/// What formats have in common.
enum ImportLimits {
  /// A row is shorter than this by far; in CSV, a missing quotation mark makes one of all the rest.
  static let recordBytes = 1 << 16

  static func tooLong(_ line: UInt64, _ advice: String) -> ReadError {
    .file(
      ImportFault(
        line: line, message: "this row is longer than \(recordBytes) bytes: \(advice)"))
  }
}
