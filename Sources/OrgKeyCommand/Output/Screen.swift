internal import FoundationEssentials
internal import Glibc
internal import OrgKey

/// Standard output as somebody sees it: its width, its colours, and the present moment.
struct Screen {
  let style: Style
  /// nil: not a terminal.
  let width: Int?
  /// Whether it can be drawn over.
  let isDrawable: Bool
  let now: Timestamp

  init() {
    let environment = ProcessInfo.processInfo.environment
    width = Descriptor.terminalWidth(STDOUT_FILENO)
    isDrawable = width != nil && environment["TERM"] != "dumb"
    style = Style(isTerminal: width != nil) { environment[$0] }
    now = .now
  }

  func show(_ table: Table) throws(Failure) { try show(table.lines(width: width, style: style)) }

  func show(_ details: Details) throws(Failure) {
    try show(details.lines(width: width, style: style))
  }

  func show(_ lines: [String]) throws(Failure) {
    if !lines.isEmpty { try StandardStream.print(lines.joined(separator: "\n")) }
  }

  func ago(_ time: Timestamp) -> String { TimeText.relative(time, now: now) }

  func ago(_ time: Timestamp?, else absent: String) -> String { time.map(ago) ?? absent }
}
