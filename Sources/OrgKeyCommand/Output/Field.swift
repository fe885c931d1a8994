/// One field of a record, bare, for a shell that has no other means to take JSON apart.
enum Field {
  /// Text, numbers and truth as they are, all else as JSON on one line; empty if it is not set.
  ///
  /// - Throws: a record of this kind has no such field.
  static func text(_ name: String, of record: some Encodable) throws(Failure) -> String {
    let names = Mirror(reflecting: record).children.compactMap { $0.label.map(jsonName) }
    guard names.contains(name) else {
      throw Failure(.usage, "--field: there is no \(name) here; there are \(list(names))")
    }
    guard case .object(let members) = JSONValue(try JSON.text(record, pretty: false)),
      let value = members[name]
    else { return "" }
    return switch value {
    case .text(let text): text
    case .integer(let integer): "\(integer)"
    case .flag(let flag): "\(flag)"
    case .null: ""
    case .number, .list, .object: try JSON.text(value, pretty: false)
    }
  }

  /// As the encoder makes it of a property's name.
  private static func jsonName(_ property: String) -> String {
    property.reduce(into: "") { name, character in
      name += character.isUppercase ? "_" + character.lowercased() : String(character)
    }
  }

  private static func list(_ names: [String]) -> String { names.joined(separator: ", ") }
}
