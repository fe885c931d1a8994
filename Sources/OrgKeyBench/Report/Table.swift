/// The figures for people: one line for each figure and whom it is held against.
enum Table {
  private static let widths = [18, 22, 10, 19, 14, 10, 6, 14, 6]

  static let heading = line([
    "", "of", "median", "lowest–highest", "against", "its median", "ratio", "lowest–highest",
    "goal",
  ])

  static func lines(_ figures: [Figure]) -> [String] { figures.flatMap(lines) }

  private static func lines(_ figure: Figure) -> [String] {
    let own = [
      figure.metric.title, figure.of, figure.metric.text(figure.value.median),
      spread(figure.value, figure.metric.text),
    ]
    if figure.comparisons.isEmpty { return [line(own)] }
    return figure.comparisons.enumerated().map { place, other in
      let verdict = other.reached.map { $0 ? "  reached" : "  NOT REACHED" } ?? ""
      return line(
        (place == 0 ? own : ["", "", "", ""]) + [
          other.against, figure.metric.text(other.value.median),
          figure.metric.isComparable ? Text.fixed(other.ratio.median, 2) : "",
          figure.metric.isComparable ? spread(other.ratio) { Text.fixed($0, 2) } : "",
          other.goal?.text ?? "",
        ]) + verdict
    }
  }

  private static func spread(_ summary: Summary, _ text: (Double) -> String) -> String {
    summary.rounds.count == 1 ? "" : text(summary.lowest) + "–" + text(summary.highest)
  }

  private static func line(_ cells: [String]) -> String {
    var line = ""
    for (place, cell) in cells.enumerated() {
      let isNumber = ![0, 1, 4].contains(place)
      line += isNumber ? Text.right(cell, widths[place]) : Text.left(cell, widths[place])
      line += "  "
    }
    while line.last == " " { line.removeLast() }
    return line
  }
}
