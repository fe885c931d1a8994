/// One thing, a line for each of its properties.
struct Details {
  private var items: [(name: String, value: Cell)] = []

  mutating func add(_ name: String, _ value: Cell) { items.append((name, value)) }

  /// - Parameter width: of the terminal, which longer values are broken to fit; nil: none is.
  func lines(width: Int? = nil, style: Style) -> [String] {
    let margin = 2 + items.reduce(0) { max($0, Printable.width($1.name)) }
    let room = max(20, (width ?? .max) - margin)
    return items.flatMap { item in
      Printable.wrapped(item.value.text, to: room).enumerated().map { position, text in
        let name = position == 0 ? item.name : ""
        let space = String(repeating: " ", count: margin - Printable.width(name))
        return style.paint(name, .heading) + space + style.paint(text, item.value.tone)
      }
    }
  }
}
