internal import Glibc

/// How far something is that takes its time: a line on a terminal's standard error that is drawn
/// over. Off a terminal nothing is drawn.
struct ProgressBar {
  private static let widest = 40

  /// nil: there is no terminal.
  private let width: Int?
  private(set) var isShown = false

  init() { width = Descriptor.terminalWidth(STDERR_FILENO) }

  /// - Parameters:
  ///   - share: from 0 to 1; nil: nobody knows.
  ///   - text: what is known besides.
  mutating func show(_ share: Double?, _ text: String) {
    guard let width else { return }
    draw(Self.line(share, text, width: width - 1), width)
    isShown = true
  }

  mutating func clear() {
    guard let width, isShown else { return }
    draw("", width)
    draw("", 1)
    isShown = false
  }

  private func draw(_ line: String, _ width: Int) {
    let space = String(repeating: " ", count: max(0, width - 1 - Printable.width(line)))
    _ = Descriptor.write(Array("\r\(line)\(space)".utf8).span, to: STDERR_FILENO)
  }

  /// "[#####---------]  33%  5000 rows", in no more columns than there are.
  static func line(_ share: Double?, _ text: String, width: Int) -> String {
    guard let share else { return Printable.cut(text, to: width) }
    let percent = String(Int(share * 100))
    let said = String(repeating: " ", count: max(0, 5 - percent.count)) + percent + "%  " + text
    let room = min(widest, width - Printable.width(said) - 2)
    guard room >= 5 else { return Printable.cut(text, to: width) }
    let done = Int(share * Double(room))
    return "[" + String(repeating: "#", count: done) + String(repeating: "-", count: room - done)
      + "]" + said
  }
}
