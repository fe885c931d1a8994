internal import Glibc
internal import OrgKeySystem

/// Standard output for figures, standard error for talk.
enum Output {
  static func print(_ text: String) {
    Swift.print(text)
    fflush(nil)
  }

  static func complain(_ text: String) { StandardError.write(text + "\n") }

  /// Something that takes its time.
  static func say(_ text: String) {
    clearProgress()
    StandardError.write(text + "\n")
  }

  private static let isTerminal = isatty(STDERR_FILENO) == 1

  /// How far something is, drawn over; nothing off a terminal.
  static func progress(_ text: String) {
    if isTerminal { StandardError.write("\r\(text)\u{1B}[K") }
  }

  static func clearProgress() {
    if isTerminal { StandardError.write("\r\u{1B}[K") }
  }
}
