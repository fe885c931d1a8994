/// Text as a terminal may show it.
enum Printable {
  /// Without control characters: what another program wrote must not steer the terminal.
  static func line(_ text: String) -> String {
    var line = ""
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control where scalar != "\n": line.unicodeScalars.append("\u{FFFD}")
      default: line.unicodeScalars.append(scalar)
      }
    }
    return line
  }

  /// Columns that a text takes: two for what East Asian scripts and emoji draw wide.
  static func width(_ text: String) -> Int {
    text.reduce(0) { $0 + width($1) }
  }

  /// As much of the text as fits, with … where something is missing.
  static func cut(_ text: String, to limit: Int) -> String {
    if width(text) <= limit { return text }
    var kept = ""
    var used = 1
    for character in text {
      used += width(character)
      if used > limit { break }
      kept.append(character)
    }
    return kept + "…"
  }

  /// The text over as many lines as it takes, broken at spaces where there are any.
  static func wrapped(_ text: String, to limit: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      let longer = line.isEmpty ? String(word) : line + " " + word
      if line.isEmpty || width(longer) <= limit {
        line = longer
      } else {
        lines.append(line)
        line = String(word)
      }
    }
    return lines + [line]
  }

  private static func width(_ character: Character) -> Int {
    guard let first = character.unicodeScalars.first else { return 0 }
    return switch first.value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      2
    default: 1
    }
  }
}
