/// The little JSON that is written: labels, and the detail of audit events.
package indirect enum JSON {
  case integer(Int64)
  case flag(Bool)
  case text(String)
  case list([String])
  case object([(String, JSON)])
  /// JSON already.
  case encoded(String)

  /// What a property was, and what it became.
  static func change(from old: JSON, to new: JSON) -> JSON {
    .object([("from", old), ("to", new)])
  }

  var encoded: String {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A string literal.
  package static func quoted(_ text: String) -> String { JSON.text(text).encoded }

  private func append(to bytes: inout [UInt8]) {
    switch self {
    case .integer(let integer): bytes += "\(integer)".utf8
    case .flag(let flag): bytes += (flag ? "true" : "false").utf8
    case .text(let text): Self.append(quoting: text, to: &bytes)
    case .list(let list):
      bytes.append(UInt8(ascii: "["))
      for (index, text) in list.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        Self.append(quoting: text, to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      for (name, value) in members { Self.append(name, value, to: &bytes) }
      bytes.append(UInt8(ascii: "}"))
    case .encoded(let text): bytes += text.utf8
    }
  }

  /// A member of an object, whose `{` or last member is at the end of `bytes`.
  static func append(_ name: String, _ value: JSON, to bytes: inout [UInt8]) {
    if bytes.last != UInt8(ascii: "{") { bytes.append(UInt8(ascii: ",")) }
    append(quoting: name, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    value.append(to: &bytes)
  }

  private static func append(quoting text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case 0..<0x20, 0x7F:
        bytes += (byte < 0x10 ? "\\u000" : "\\u00").utf8
        bytes += String(byte, radix: 16).utf8
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
