internal import FoundationEssentials

/// The rows of a file with one JSON object a line.
struct JSONRecords<Column: ImportColumn>: RecordReader {
  private var line: UInt64 = 1
  private var bytes: [UInt8] = []

  mutating func take(_ byte: UInt8) throws(ReadError) -> ImportRecord<Column>? {
    if byte == UInt8(ascii: "\n") { return try endLine() }
    bytes.append(byte)
    if bytes.count > ImportLimits.recordBytes {
      throw ImportLimits.tooLong(line, "each object stands on a line of its own")
    }
    return nil
  }

  mutating func end() throws(ReadError) -> ImportRecord<Column>? { try endLine() }

  private mutating func endLine() throws(ReadError) -> ImportRecord<Column>? {
    defer {
      bytes.removeAll(keepingCapacity: true)
      line += 1
    }
    let isBlank = bytes.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }
    if isBlank { return nil }
    do throws(ImportFault) { return try record() } catch { throw .row(error) }
  }

  private func record() throws(ImportFault) -> ImportRecord<Column> {
    let fields: [String: JSONField]
    do {
      fields = try JSONDecoder().decode([String: JSONField].self, from: Data(bytes))
    } catch {
      throw fault("this is not a JSON object, whole and on one line")
    }
    var values: [Column: ImportValue] = [:]
    for name in fields.keys.sorted() {
      guard let column = Column(named: name) else {
        let what = ColumnName.quoted(name).map { "there is no field \($0)" }
        throw fault("\(what ?? "a field is unknown"): the fields are \(Column.list)")
      }
      if values[column] != nil { throw fault("\(column.rawValue) is given under two names") }
      switch fields[name] {
      case .value(let value): values[column] = value
      case .other: throw fault("\(column.rawValue) is neither a text nor made of texts")
      case .null, nil: continue
      }
    }
    return try ImportRecord(line: line, values: values)
  }

  private func fault(_ message: String) -> ImportFault { ImportFault(line: line, message: message) }
}

/// What stands in a field of a JSON object.
private enum JSONField: Decodable {
  case value(ImportValue)
  case null
  case other

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let text = try? container.decode(String.self) {
      self = .value(.text(text))
    } else if let texts = try? container.decode([String].self) {
      self = .value(.texts(texts))
    } else if let pairs = try? container.decode([String: String].self) {
      self = .value(.named(pairs))
    } else {
      self = .other
    }
  }
}
