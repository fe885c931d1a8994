/// The little JSON that is written: labels, and the detail of audit events.
package indirect enum JSON {
  case integer(Int64)
  case flag(Bool)
  case text(String)
  case list([String])
  case object([(String, JSON)])

  /// What a property was, and what it became.
  static func change(from old: JSON, to new: JSON) -> JSON {
    .object([("from", old), ("to", new)])
  }

  var encoded: String {
    switch self {
    case .integer(let integer): "\(integer)"
    case .flag(let flag): flag ? "true" : "false"
    case .text(let text): Self.quoted(text)
    case .list(let list): "[" + list.map(Self.quoted).joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.map { "\(Self.quoted($0)):\($1.encoded)" }.joined(separator: ",") + "}"
    }
  }

  /// A string literal.
  package static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\":
        quoted += "\\"
        quoted.unicodeScalars.append(scalar)
      case "\u{0}"..<"\u{20}", "\u{7F}":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
