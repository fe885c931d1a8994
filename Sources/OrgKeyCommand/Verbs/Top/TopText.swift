internal import OrgKey

/// What was done between two looks, on one line.
struct TopLine {
  private static let widths = [24, 11, 11, 11, 9, 9, 12, 10, 10]
  static let heading = line([
    "TIME", "CALLS/S", "ALLOWED/S", "DENIED/S", "P50", "P99", "CONNECTIONS", "CHANGES/S",
    "USAGE AGE",
  ])

  let text: String

  init(_ pace: Pace) {
    text = Self.line([
      TimeText.rfc3339(.now), Amount.tenths(pace.callsPerSecond),
      Amount.tenths(pace.allowedPerSecond), Amount.tenths(pace.deniedPerSecond),
      Amount.short(pace.latency.quantile(0.5)), Amount.short(pace.latency.quantile(0.99)),
      "\(pace.connections)", Amount.tenths(pace.changesPerSecond), Amount.short(pace.usageAge),
    ])
  }

  private static func line(_ cells: [String]) -> String {
    zip(cells, widths).map { cell, width in
      String(repeating: " ", count: max(0, width - Printable.width(cell))) + cell
    }.joined(separator: " ")
  }
}

/// The same for programs. Times of calls are in microseconds.
struct PaceJSON: Encodable {
  struct Denials: Encodable {
    let decision: String
    let reason: String
    let perS: Double
  }

  let at = TimeText.rfc3339(.now)
  let allowedPerS: Double
  let deniedPerS: Double
  let denials: [Denials]
  let latencyP50Us: Double?
  let latencyP99Us: Double?
  let changesPerS: Double
  let connectionCount: Int
  let usageAgeMs: Int64
  let busiestKeys: [StatisticsJSON.Activity]

  init(_ pace: Pace) {
    allowedPerS = pace.allowedPerSecond
    deniedPerS = pace.deniedPerSecond
    denials = pace.denials.map {
      Denials(decision: $0.decision, reason: $0.reason, perS: $0.perSecond)
    }
    latencyP50Us = pace.latency.quantile(0.5).map { $0 / .microseconds(1) }
    latencyP99Us = pace.latency.quantile(0.99).map { $0 / .microseconds(1) }
    changesPerS = pace.changesPerSecond
    connectionCount = pace.connections
    usageAgeMs = Int64(pace.usageAge / .milliseconds(1))
    busiestKeys = pace.busiestKeys.map {
      StatisticsJSON.Activity(
        keyId: $0.keyID, allowedPerS: $0.allowedPerSecond, deniedPerS: $0.deniedPerSecond)
    }
  }
}

extension Amount {
  /// In the unit that suits it: "12 µs", "1.4 ms", "2.0 s"; - for none.
  static func short(_ duration: Duration?) -> String {
    guard let duration else { return "-" }
    if duration < .microseconds(1) { return "0" }
    if duration < .milliseconds(1) { return "\(Int((duration / .microseconds(1)).rounded())) µs" }
    if duration < .seconds(1) { return "\(tenths(duration / .milliseconds(1))) ms" }
    return "\(tenths(duration / .seconds(1))) s"
  }
}
