/// One entry of a table.
struct Cell: ExpressibleByStringInterpolation {
  let text: String
  let tone: Tone

  init(_ text: String, _ tone: Tone = .plain) {
    self.text = Printable.line(text)
    self.tone = tone
  }

  init(stringLiteral text: String) { self.init(text) }
}

/// Lines of cells under headings, made to fit the terminal.
struct Table {
  struct Column {
    let title: String
    /// Where there is no room for all columns, those with the highest rank are left out first.
    var rank = 0
    /// How narrow it may become.
    var minimum = 8
    var isNumber = false
  }

  let columns: [Column]
  var rows: [[Cell]]
  private static let gap = 2

  /// - Parameter width: of the terminal; nil: nothing is cut or left out.
  func lines(width: Int?, style: Style) -> [String] {
    let natural = columns.indices.map { column in
      rows.reduce(Printable.width(columns[column].title)) {
        max($0, Printable.width($1[column].text))
      }
    }
    let fitted = width.map { fit(natural, $0) } ?? columns.indices.map { ($0, natural[$0]) }
    let heading = line(fitted, style) { Cell(columns[$0].title, .heading) }
    return [heading] + rows.map { row in line(fitted, style) { row[$0] } }
  }

  private func line(
    _ fitted: [(column: Int, width: Int)], _ style: Style, _ cell: (Int) -> Cell
  ) -> String {
    var line = ""
    for (position, (column, width)) in fitted.enumerated() {
      let cell = cell(column)
      let text = Printable.cut(cell.text, to: width)
      let space = String(repeating: " ", count: max(0, width - Printable.width(text)))
      let painted = style.paint(text, cell.tone)
      let isLast = position == fitted.count - 1
      line += columns[column].isNumber ? space + painted : painted + (isLast ? "" : space)
      if !isLast { line += String(repeating: " ", count: Self.gap) }
    }
    return line
  }

  /// The columns that are shown and their widths.
  private func fit(_ natural: [Int], _ width: Int) -> [(column: Int, width: Int)] {
    var shown = Array(columns.indices)
    func total(_ widths: (Int) -> Int) -> Int {
      shown.reduce(Self.gap * (shown.count - 1)) { $0 + widths($1) }
    }
    func narrowest(_ column: Int) -> Int { min(natural[column], columns[column].minimum) }
    while shown.count > 1, total(narrowest) > width,
      let least = shown.max(by: { columns[$0].rank <= columns[$1].rank })
    {
      shown.removeAll { $0 == least }
    }
    var widths = natural
    while total({ widths[$0] }) > width,
      let widest = shown.filter({ widths[$0] > narrowest($0) }).max(by: { widths[$0] < widths[$1] })
    {
      widths[widest] -= 1
    }
    return shown.map { ($0, widths[$0]) }
  }
}
