/// How findings look to people.
extension Screen {
  func show(_ findings: [Finding]) throws(Failure) {
    let margin = 4 + findings.reduce(0) { max($0, Printable.width($1.check.title)) }
    let room = max(20, (width ?? .max) - margin)
    var lines: [String] = []
    for (position, finding) in findings.enumerated() {
      let title = finding.check.title
      let space = String(repeating: " ", count: margin - 2 - Printable.width(title))
      let heading = "\(style.paint(finding.state.mark, finding.state.tone)) \(title)\(space)"
      lines += indented(finding.found, first: heading, margin, room, finding.state.textTone)
      // What several in a row have in common is said once, behind the last.
      guard let advice = finding.advice,
        position == findings.count - 1 || findings[position + 1].advice != advice
      else { continue }
      let arrow = String(repeating: " ", count: margin) + "→ "
      lines += indented(advice, first: arrow, margin + 2, room - 2, .plain)
    }
    try show(lines)
  }

  private func indented(
    _ text: String, first: String, _ margin: Int, _ room: Int, _ tone: Tone
  ) -> [String] {
    Printable.wrapped(Printable.line(text), to: room).enumerated().map { position, line in
      (position == 0 ? first : String(repeating: " ", count: margin)) + style.paint(line, tone)
    }
  }
}

extension Finding.Check {
  /// "rate limits".
  var title: String { rawValue.replacing("_", with: " ") }
}

extension Finding.State {
  var mark: String {
    switch self {
    case .ok: "✓"
    case .warning: "!"
    case .fault: "✗"
    case .skipped: "–"
    }
  }

  var tone: Tone {
    switch self {
    case .ok: .good
    case .warning: .warning
    case .fault: .bad
    case .skipped: .faint
    }
  }

  var textTone: Tone { self == .ok ? .plain : tone }
}
