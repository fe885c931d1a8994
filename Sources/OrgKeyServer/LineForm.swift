internal import Logging
internal import OrgKeyStore
internal import OrgKeySystem

/// What a line of the log is made of. A line is one event: what a client may have put into a text
/// can't begin another, nor command a terminal.
struct LineForm: Sendable {
  let format: LogFormat
  /// Whether the journal reads it: there, text begins with its priority.
  let isForJournal: Bool

  func line(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata = [:]) -> String {
    let time = Clock.rfc3339(Clock.wallMilliseconds())
    let all = metadata.sorted { $0.key < $1.key }
    switch format {
    case .text:
      let pairs = all.map { " \($0.key)=\(LineForm.quoted("\($0.value)"))" }.joined()
      let priority = isForJournal ? "<\(level.priority)>" : ""
      return "\(priority)\(time) \(level) \(LineForm.printable(message))\(pairs)\n"
    case .json:
      let fields =
        [("time", time), ("level", level.rawValue), ("message", message)]
        + all.map { ($0.key, "\($0.value)") }
      let pairs = fields.map { "\(JSON.quoted($0.0)):\(JSON.quoted($0.1))" }
      return "{\(LineForm.escaped(pairs.joined(separator: ",")))}\n"
    }
  }

  private static func printable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    var printable = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { printable.append(isControl(scalar) ? " " : scalar) }
    return String(printable)
  }

  /// JSON in which what may stay as it is, and commands some terminals, is escaped as well.
  private static func escaped(_ json: String) -> String {
    guard json.unicodeScalars.contains(where: isControl) else { return json }
    return json.unicodeScalars.map { scalar in
      let digits = String(scalar.value, radix: 16)
      return isControl(scalar)
        ? "\\u" + String(repeating: "0", count: 4 - digits.count) + digits : String(scalar)
    }.joined()
  }

  private static func quoted(_ value: String) -> String {
    let value = printable(value)
    // Spaces that are not ASCII look like the end of a field, too.
    let isPlain = value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
    return isPlain && !value.isEmpty ? value : JSON.quoted(value)
  }

  /// Control characters, and the separators of lines that Unicode has beside them.
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029: true
    default: false
    }
  }
}

extension Logger.Level {
  /// As syslog(3) numbers it.
  fileprivate var priority: Int {
    switch self {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }
}
