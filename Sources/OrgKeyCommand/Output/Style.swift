/// What a piece of text means, which a terminal shows by its colour.
enum Tone: String {
  case plain = ""
  case heading = "1"
  case faint = "2"
  case bad = "31"
  case good = "32"
  case warning = "33"
}

/// Whether there is colour: on a terminal, unless NO_COLOR is set, and off it with CLICOLOR_FORCE.
struct Style {
  let hasColor: Bool

  init(hasColor: Bool) { self.hasColor = hasColor }

  init(isTerminal: Bool, variable: (String) -> String?) {
    let forced = variable("CLICOLOR_FORCE").map { !$0.isEmpty && $0 != "0" } ?? false
    let refused = variable("NO_COLOR").map { !$0.isEmpty } ?? false
    hasColor = !refused && (forced || isTerminal && variable("TERM") != "dumb")
  }

  func paint(_ text: String, _ tone: Tone) -> String {
    hasColor && tone != .plain ? "\u{1B}[\(tone.rawValue)m\(text)\u{1B}[0m" : text
  }
}
