internal import OrgKey

/// A key's requests day by day, as bars that fit the terminal. What was allowed and what was denied
/// are drawn differently, so that they are told apart without colour too.
struct UsageChart {
  /// All days of the period, also those without a request.
  let days: [UsageDay]

  private static let allowed = "█"
  private static let denied = "░"
  private static let empty = "·"
  /// Columns of the longest bar off a terminal, and the most on one.
  private static let plainWidth = 40
  private static let greatestWidth = 100
  private static let gap = "  "

  /// - Parameter used: days with requests, in any order.
  init(_ used: [UsageDay], in period: ClosedRange<DayNumber>) {
    var byDay: [DayNumber: UsageDay] = [:]
    for day in used { byDay[DayNumber(day.day)] = day }
    days = period.map { byDay[$0] ?? UsageDay(day: $0.start) }
  }

  /// - Parameter width: of the terminal; nil: not one.
  func lines(width: Int?, style: Style) -> [String] {
    let columns = [
      numbers("ALLOWED \(Self.allowed)") { $0.allowedCount },
      numbers("DENIED \(Self.denied)") { $0.deniedCount },
    ]
    let taken = columns.reduce("2026-01-01".count) {
      $0 + Self.gap.count + Printable.width($1[0])
    }
    let room = width.map { $0 - taken - Self.gap.count } ?? Self.plainWidth
    let bars = [""] + days.map { bar($0, max(0, min(room, Self.greatestWidth)), style) }
    let names = ["DAY (UTC) "] + days.map { DayNumber($0.day).text }
    return names.indices.map { row in
      let line = [names[row], columns[0][row], columns[1][row]].joined(separator: Self.gap)
      if row == 0 { return style.paint(line, .heading) }
      return bars[row].isEmpty ? line : line + Self.gap + bars[row]
    }
  }

  /// A column of counts under its title.
  private func numbers(_ title: String, _ count: (UsageDay) -> UInt64) -> [String] {
    let texts = [title] + days.map { Amount.grouped(count($0)) }
    let width = texts.reduce(0) { max($0, Printable.width($1)) }
    return texts.map { String(repeating: " ", count: width - Printable.width($0)) + $0 }
  }

  /// What is not zero has at least one column of it.
  private func bar(_ day: UsageDay, _ width: Int, _ style: Style) -> String {
    guard width > 1, let greatest = days.map(\.total).max() else { return "" }
    guard day.total > 0 else { return style.paint(Self.empty, .faint) }
    func length(_ count: Double, _ least: Int, _ most: Int) -> Int {
      min(max(Int((count / greatest * Double(width)).rounded()), least), most)
    }
    let kinds = (day.allowedCount > 0 ? 1 : 0) + (day.deniedCount > 0 ? 1 : 0)
    let whole = length(day.total, kinds, width)
    let denied =
      day.deniedCount == 0
      ? 0 : length(Double(day.deniedCount), 1, day.allowedCount > 0 ? whole - 1 : whole)
    return style.paint(String(repeating: Self.allowed, count: whole - denied), .good)
      + style.paint(String(repeating: Self.denied, count: denied), .bad)
  }
}

/// A day of UTC, counted from 1970-01-01.
struct DayNumber: Hashable, Comparable, Strideable {
  private static let length: Int64 = 86_400_000
  let number: Int64

  init(number: Int64) { self.number = number }

  init(_ time: Timestamp) {
    let (quotient, rest) = time.unixMilliseconds.quotientAndRemainder(dividingBy: Self.length)
    number = rest < 0 ? quotient - 1 : quotient
  }

  /// Midnight, when it begins.
  var start: Timestamp { Timestamp(unixMilliseconds: number * Self.length) }
  /// "2026-03-01".
  var text: String { String(TimeText.rfc3339(start).prefix(10)) }

  func distance(to other: DayNumber) -> Int { Int(other.number - number) }
  func advanced(by days: Int) -> DayNumber { DayNumber(number: number + Int64(days)) }
}

extension UsageDay {
  fileprivate var total: Double { Double(allowedCount) + Double(deniedCount) }
}
