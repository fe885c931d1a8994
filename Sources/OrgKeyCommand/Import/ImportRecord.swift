internal import OrgKey

/// The columns of a kind of file. The raw value is the name that help and errors use.
protocol ImportColumn: CaseIterable, Hashable, Sendable, RawRepresentable<String> {
  /// Other names that are taken for it.
  var otherNames: [String] { get }
  var isRequired: Bool { get }
}

extension ImportColumn {
  init?(named name: String) {
    guard
      let column = Self.allCases.first(where: {
        $0.rawValue == name || $0.otherNames.contains(name)
      })
    else { return nil }
    self = column
  }

  static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// What a file has in one place.
enum ImportValue: Equatable {
  /// CSV has nothing else: a list is written in it with `;`.
  case cell(String)
  case text(String)
  case texts([String])
  case named([String: String])
}

/// One row of a file, whatever its format.
struct ImportRecord<Column: ImportColumn> {
  let line: UInt64
  private let values: [Column: ImportValue]

  /// - Throws: if a key's text stands in it, anywhere.
  init(line: UInt64, values: [Column: ImportValue]) throws(ImportFault) {
    self.line = line
    self.values = values
    for column in Column.allCases where values[column]?.holdsKey ?? false {
      throw fault(
        "\(column.rawValue) holds the text of a key, which has no place in a file: put its digest "
          + "there (printf %s \"$KEY\" | sha256sum), and replace the key if others could read this")
    }
  }

  func fault(_ message: String) -> ImportFault { ImportFault(line: line, message: message) }

  /// nil: there is none, or an empty one.
  func text(_ column: Column) throws(ImportFault) -> String? {
    switch values[column] {
    case nil: return nil
    case .cell(let text), .text(let text): return text.isEmpty ? nil : text
    default: throw fault("\(column.rawValue) is not a text")
    }
  }

  func required(_ column: Column) throws(ImportFault) -> String {
    guard let text = try text(column) else { throw fault("\(column.rawValue) is missing") }
    return text
  }

  func texts(_ column: Column) throws(ImportFault) -> [String] {
    switch values[column] {
    case nil: return []
    case .cell(let text): return Self.parts(text)
    case .texts(let texts): return texts
    default: throw fault("\(column.rawValue) is not an array of texts")
    }
  }

  func labels(_ column: Column) throws(ImportFault) -> [Label] {
    switch values[column] {
    case nil: return []
    case .cell(let text):
      return try Self.parts(text).map { (part) throws(ImportFault) in
        guard let label = LabelArgument(argument: part)?.label else {
          throw fault("\(column.rawValue) are not NAME=VALUE, with ; between them")
        }
        return label
      }
    case .named(let pairs):
      return pairs.sorted { $0.key < $1.key }.map { Label(name: $0.key, value: $0.value) }
    default: throw fault("\(column.rawValue) is not an object of texts")
    }
  }

  private static func parts(_ cell: String) -> [String] {
    cell.split(separator: ";").map { part in
      var part = part
      while part.first == " " { part.removeFirst() }
      while part.last == " " { part.removeLast() }
      return String(part)
    }.filter { !$0.isEmpty }
  }
}

extension ImportValue {
  fileprivate var holdsKey: Bool {
    switch self {
    case .cell(let text):
      text.split { " ;=".contains($0) }.contains { SecretGuard.isKey($0) }
    case .text(let text): SecretGuard.isKey(text)
    case .texts(let texts): texts.contains { SecretGuard.isKey($0) }
    case .named(let pairs):
      pairs.contains { SecretGuard.isKey($0.key) || SecretGuard.isKey($0.value) }
    }
  }
}
