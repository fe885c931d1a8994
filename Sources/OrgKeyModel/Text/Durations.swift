extension Duration {
  private static let units: [(suffix: String, milliseconds: Int64)] = [
    ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
  ]

  /// "500ms", "1s", "15m", "24h", "90d" in milliseconds; nil for anything else.
  package static func milliseconds(parsing text: String) -> Int64? {
    for unit in units where text.hasSuffix(unit.suffix) {
      guard let count = Int64(text.dropLast(unit.suffix.count)), count >= 0 else { continue }
      let (product, overflow) = count.multipliedReportingOverflow(by: unit.milliseconds)
      return overflow ? nil : product
    }
    return nil
  }

  /// In the largest unit that tells enough, to the nearest: "47h", "14d".
  package static func nearest(seconds: Int64) -> String {
    func rounded(_ unit: Int64) -> Int64 { (seconds + unit / 2) / unit }
    return switch seconds {
    case ..<120: "\(seconds)s"
    case ..<7_200: "\(rounded(60))m"
    case ..<172_800: "\(rounded(3_600))h"
    case ..<63_072_000: "\(rounded(86_400))d"
    default: "\(rounded(31_536_000))y"
    }
  }

  /// Exact, as it is parsed: "90s", "1h", "30d".
  package static func exact(seconds: Int64) -> String {
    for unit in units.reversed() where unit.milliseconds > 1_000 && seconds > 0 {
      let length = unit.milliseconds / 1_000
      if seconds % length == 0 { return "\(seconds / length)\(unit.suffix)" }
    }
    return "\(seconds)s"
  }
}

extension RateLimit {
  /// "100/1h": 100 requests in a window of one hour.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let limit = UInt32(parts[0]),
      let window = Duration.milliseconds(parsing: String(parts[1])), window % 1000 == 0,
      let seconds = UInt32(exactly: window / 1000)
    else { return nil }
    self.init(limit: limit, window: seconds)
    guard isValid else { return nil }
  }
}
