/// RFC 4180, a byte at a time: rows end with a line feed, with or without a carriage return before
/// it; values are separated by commas; one that holds a comma, a line end or a quotation mark stands
/// in quotation marks, those inside it doubled. A line with nothing on it is no row.
struct CSVParser {
  struct Row: Equatable {
    /// Where it began, from 1.
    let line: UInt64
    let values: [String]
  }

  private enum State {
    case valueStart, plain, quoted
    /// After a quotation mark within quoted: its end, or the first of two.
    case quoteEnd
    case carriageReturn
  }

  private var state = State.valueStart
  private var line: UInt64 = 1
  private var rowLine: UInt64 = 1
  private var rowBytes = 0
  private var quoteLine: UInt64 = 1
  private var value: [UInt8] = []
  private var values: [String] = []

  mutating func take(_ byte: UInt8) throws(ReadError) -> Row? {
    let (comma, quote) = (UInt8(ascii: ","), UInt8(ascii: "\""))
    let (lineFeed, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    switch (state, byte) {
    case (.quoted, quote): state = .quoteEnd
    case (.quoted, _): value.append(byte)
    case (.quoteEnd, quote):
      value.append(byte)
      state = .quoted
    case (_, lineFeed):
      line += 1
      return try endRow()
    case (.carriageReturn, _):
      throw fault("a carriage return without a line feed: save the file with the line ends of Unix")
    case (_, carriageReturn):
      state = .carriageReturn
      return nil
    case (_, comma):
      try endValue()
      state = .valueStart
    case (.valueStart, quote):
      quoteLine = line
      state = .quoted
    case (.plain, quote):
      throw fault("a quotation mark within a value: put the value in quotation marks, double this")
    case (.quoteEnd, _): throw fault("something follows the quotation mark that ends a value")
    default:
      value.append(byte)
      state = .plain
    }
    try count(byte)
    return nil
  }

  /// The row that the end of the file completes.
  mutating func end() throws(ReadError) -> Row? {
    if state == .quoted {
      line = quoteLine
      throw fault("the quotation mark that opens here is never closed")
    }
    return try endRow()
  }

  private mutating func count(_ byte: UInt8) throws(ReadError) {
    rowBytes += 1
    if byte == UInt8(ascii: "\n") { line += 1 }
    guard rowBytes > ImportLimits.recordBytes else { return }
    throw ImportLimits.tooLong(rowLine, "is a quotation mark missing?")
  }

  private mutating func endValue() throws(ReadError) {
    guard !value.contains(0), let text = String(validating: value, as: UTF8.self) else {
      throw .file(
        ImportFault(line: rowLine, message: "this is not UTF-8 text: save the file as UTF-8"))
    }
    values.append(text)
    value.removeAll(keepingCapacity: true)
  }

  private mutating func endRow() throws(ReadError) -> Row? {
    defer {
      values = []
      state = .valueStart
      rowLine = line
      rowBytes = 0
    }
    if rowBytes == 0 { return nil }
    try endValue()
    return Row(line: rowLine, values: values)
  }

  private func fault(_ message: String) -> ReadError {
    .file(ImportFault(line: line, message: message))
  }
}
