/// One thing, a line for each of its properties.
struct Details {
  private var items: [(name: String, value: Cell)] = []

  mutating func add(_ name: String, _ value: Cell) { items.append((name, value)) }

  func lines(style: Style) -> [String] {
    let width = items.reduce(0) { max($0, Printable.width($1.name)) }
    return items.map { item in
      let space = String(repeating: " ", count: width - Printable.width(item.name) + 2)
      return style.paint(item.name, .heading) + space
        + style.paint(item.value.text, item.value.tone)
    }
  }
}
