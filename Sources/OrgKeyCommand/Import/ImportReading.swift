internal import OrgKey

/// A file on its way to the daemon, row by row.
final class ImportReading<Row: FileRow> {
  private var input: InputFile
  private var records: any RecordReader<Row.Column>
  private var lines = LineNumbers()
  private var progress = ProgressBar()
  private var faults: [ImportFault] = []
  private var isAtEnd = false

  init(_ path: String, _ format: ImportFormat) throws(Failure) {
    input = try InputFile(path)
    // The byte order mark that some programs put before UTF-8.
    try input.skip([0xEF, 0xBB, 0xBF])
    records =
      switch format {
      case .csv: CSVRecords<Row.Column>()
      case .jsonl: JSONRecords<Row.Column>()
      }
  }

  /// The next row; nil: there is none. After a wrong row there are no more: what follows is only
  /// looked through for others.
  ///
  /// - Throws: `ImportFaults` at the end, if there are any.
  func next() throws -> Row? {
    while !isAtEnd && faults.count < ImportFaults.most {
      do {
        if let row = try nextRow(), faults.isEmpty { return row }
      } catch let error as ReadError {
        note(error)
      }
    }
    if !faults.isEmpty { throw ImportFaults(faults: faults) }
    if progress.isShown { progress.show(1, "the daemon is at work") }
    return nil
  }

  private func nextRow() throws -> Row? {
    while let byte = try input.next() {
      if let record = try records.take(byte) { return try row(record) }
    }
    isAtEnd = true
    return try records.end().map { try row($0) }
  }

  private func row(_ record: ImportRecord<Row.Column>) throws(ReadError) -> Row {
    do throws(ImportFault) {
      let row = try Row(record)
      lines.add(line: record.line)
      return row
    } catch {
      throw .row(error)
    }
  }

  private func note(_ error: ReadError) {
    switch error {
    case .row(let fault): faults.append(fault)
    case .file(let fault):
      faults.append(fault)
      isAtEnd = true
    }
  }

  /// Takes what was shown off the terminal.
  func finish() { progress.clear() }

  /// Shows how far it is.
  func staged(_ count: UInt64) {
    if !isAtEnd { progress.show(input.share, Amount.counted(count, "row")) }
  }

  /// The daemon's faults, by the lines of the file.
  func faults(_ faults: [ImportResult.Fault]) -> [ImportFault] {
    faults.map { ImportFault(line: lines[$0.row], message: told($0.message)) }
  }

  /// What the library refuses of a row, by the line of the file; nil: it is about something else.
  func faults(_ misuse: Misuse) -> ImportFaults? {
    guard let match = misuse.field.prefixMatch(of: /rows\[(\d+)\]/), let row = UInt64(match.1)
    else {
      return nil
    }
    return ImportFaults(faults: [ImportFault(line: lines[row], message: told(misuse.message))])
  }

  /// What the daemon says of rows and fields, in the file's own terms: lines and columns.
  private func told(_ message: String) -> String {
    var told = message.replacing(/\brow (\d+(?:, \d+)*)/) { match in
      let others = match.1.split(separator: ", ").compactMap { UInt64($0) }
      return "line " + others.map { "\(lines[$0])" }.joined(separator: ", ")
    }
    for column in Row.Column.allCases {
      for name in column.otherNames { told = told.replacing(name, with: column.rawValue) }
    }
    return told.replacing("_unix_ms", with: "")
  }
}
