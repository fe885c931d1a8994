internal import ArgumentParser
internal import OrgKey
internal import OrgKeyModel

struct KeyUsage: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "usage",
    abstract: "Draw how much a key was used, day by day.",
    discussion: """
      Days are UTC's, the last 30 unless told; 400 are kept. Counts include what the daemon has not \
      yet written to disk. In JSON, days without a request are left out.

        orgkey key usage key_3k5m9x0c2v7b1n4q
        orgkey key usage key_3k5m9x0c2v7b1n4q --from 2026-01-01 --to 2026-01-31
        orgkey key usage key_3k5m9x0c2v7b1n4q --output json | jq 'map(.allowed_count) | add'
      """)

  /// As long as counts are kept.
  private static let mostDays = 400

  @Argument(help: "The key's id.", completion: .keys)
  var key: String

  @Option(help: ArgumentHelp("The last so many days, today among them.", valueName: "n"))
  var days: Int?

  @Option(help: ArgumentHelp("The first day: 2026-01-01.", valueName: "day"))
  var from: DayArgument?

  @Option(help: ArgumentHelp("The last day (default: today).", valueName: "day"))
  var to: DayArgument?

  @OptionGroup var acting: ActingOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    try validateKeyID(key)
    if days != nil && from != nil {
      throw ValidationError("--days and --from both say where to begin: give one.")
    }
    guard let first = firstDay(last: lastDay), first <= lastDay,
      first.distance(to: lastDay) < Self.mostDays
    else { throw ValidationError("A period has 1 to \(Self.mostDays) days.") }
  }

  func run() throws {
    let last = lastDay
    let period = (firstDay(last: last) ?? last)...last
    let administrator = acting.administrator(connection)
    let used = try administrator.usage(
      keyID: key, from: period.lowerBound.start, to: period.upperBound.advanced(by: 1).start)
    try output.all(used, as: UsageDayJSON.init) { try show($1, period, $0) }
  }

  private var lastDay: DayNumber { to?.day ?? DayNumber(.now) }

  /// nil: there is no such day.
  private func firstDay(last: DayNumber) -> DayNumber? {
    if let from { return from.day }
    let count = days ?? 30
    return count > 0 && count <= Self.mostDays ? last.advanced(by: 1 - count) : nil
  }

  private func show(
    _ used: [UsageDay], _ period: ClosedRange<DayNumber>, _ screen: Screen
  ) throws {
    let chart = UsageChart(used, in: period)
    try screen.show(chart.lines(width: screen.width, style: screen.style))
    let allowed = chart.days.reduce(0) { $0 + $1.allowedCount }
    let denied = chart.days.reduce(0) { $0 + $1.deniedCount }
    try screen.show([
      "",
      "\(Amount.counted(chart.days.count, "day")): \(Amount.grouped(allowed)) allowed, "
        + "\(Amount.grouped(denied)) denied",
    ])
    if denied > 0 {
      try screen.show([""])
      try screen.show(denials(chart.days))
    }
  }

  /// Most frequent first.
  private func denials(_ days: [UsageDay]) -> Details {
    var counts: [Reason: UInt64] = [:]
    for denials in days.flatMap(\.denials) { counts[denials.reason, default: 0] += denials.count }
    let sorted = counts.sorted {
      ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue)
    }
    var details = Details()
    for (reason, count) in sorted {
      details.add(
        reason.description, Cell("\(Amount.counted(count, "request")). \(reason.advice)"))
    }
    return details
  }
}

/// A day of UTC: 2026-01-01, or a moment in it as RFC 3339.
struct DayArgument: ExpressibleByArgument, Decodable {
  let number: Int64

  init?(argument: String) {
    if let time = TimeText.parse(argument) {
      number = DayNumber(time).number
    } else if let time = TimeText.parse(argument + "T00:00:00Z"),
      // A day that is not in the calendar was taken for a later one.
      DayNumber(time).text == argument
    {
      number = DayNumber(time).number
    } else {
      return nil
    }
  }

  var day: DayNumber { DayNumber(number: number) }
}
