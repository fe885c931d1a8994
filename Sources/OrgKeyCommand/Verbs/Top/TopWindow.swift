internal import OrgKey

/// The window in which it is watched.
struct TopWindow {
  private var watch: Watch
  private let style: Style
  /// What is shown; nil: nothing yet.
  var pace: Pace?

  init(_ watch: Watch, _ style: Style) {
    self.watch = watch
    self.style = style
  }

  /// Until somebody leaves.
  mutating func run() throws {
    try watch.begin(isSilent: true)
    let screen = LiveScreen()
    while true {
      screen.draw(lines(width: screen.size.columns))
      switch screen.event(before: watch.due) {
      case .leave: return
      case .redraw: break
      case .none: pace = try watch.look()
      }
    }
  }

  /// None is wider than the window, however narrow that is.
  func lines(width: Int) -> [String] {
    zip(lines(width, Style(hasColor: false)), lines(width, style)).map { plain, painted in
      Printable.width(plain) <= width ? painted : Printable.cut(plain, to: width)
    }
  }

  private func lines(_ width: Int, _ style: Style) -> [String] {
    var lines = [heading(width, style), ""]
    guard let pace else { return lines }
    lines += summary(pace).lines(width: width, style: style)
    if !pace.denials.isEmpty {
      lines += [""] + denials(pace).lines(width: width, style: style)
    }
    if !pace.busiestKeys.isEmpty {
      lines += [""] + Table(busiest: pace.busiestKeys).lines(width: width, style: style)
    }
    return lines
  }

  private func heading(_ width: Int, _ style: Style) -> String {
    if let reason = watch.absence.reason {
      return style.paint(Printable.cut("waiting for the daemon: \(reason)", to: width), .bad)
    }
    let text = pace == nil ? "orgkey top: looking" : "orgkey top"
    return style.paint(Printable.cut("\(text) (q leaves)", to: width), .faint)
  }

  private func summary(_ pace: Pace) -> Details {
    var details = Details()
    func latency(_ share: Double) -> String { Amount.short(pace.latency.quantile(share)) }
    details.add("Calls", Cell("\(Amount.tenths(pace.callsPerSecond))/s"))
    details.add("Allowed", Cell("\(Amount.tenths(pace.allowedPerSecond))/s", .good))
    details.add(
      "Denied",
      Cell("\(Amount.tenths(pace.deniedPerSecond))/s", pace.denials.isEmpty ? .plain : .bad))
    details.add("Latency", Cell("p50 \(latency(0.5)), p99 \(latency(0.99))"))
    details.add("Connections", Cell("\(pace.connections)"))
    details.add("Changes", Cell("\(Amount.tenths(pace.changesPerSecond))/s"))
    let age = pace.usageAge == .zero ? "none" : "for \(Amount.short(pace.usageAge))"
    details.add("Usage not on disk", Cell(age))
    return details
  }

  private func denials(_ pace: Pace) -> Table {
    Table(
      columns: [
        .init(title: "DENIED"), .init(title: "REASON", rank: 1),
        .init(title: "PER SECOND", isNumber: true),
      ],
      rows: pace.denials.map {
        [Cell($0.decision, .bad), Cell($0.reason), Cell(Amount.tenths($0.perSecond))]
      })
  }
}
