/// The little JSON that is written: labels, and the detail of audit events.
package enum JSON {
  case integer(Int64)
  case flag(Bool)
  case text(String)
  case list([String])
  case object([(String, String)])

  var encoded: String {
    switch self {
    case .integer(let integer): "\(integer)"
    case .flag(let flag): flag ? "true" : "false"
    case .text(let text): Self.quoted(text)
    case .list(let list): "[" + list.map(Self.quoted).joined(separator: ",") + "]"
    case .object(let members): Self.object(members.map { ($0, .text($1)) })
    }
  }

  static func object(_ members: [(String, JSON)]) -> String {
    "{" + members.map { "\(quoted($0)):\($1.encoded)" }.joined(separator: ",") + "}"
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
