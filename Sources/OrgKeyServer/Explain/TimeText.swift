internal import OrgKeySystem

/// Moments and lengths of time as people say them.
enum TimeText {
  private static let units: [(suffix: String, seconds: Int64)] = [
    ("d", 86_400), ("h", 3_600), ("m", 60),
  ]

  /// "2h ago", "in 35m". Times are Unix milliseconds.
  static func relative(_ time: Int64, now: Int64) -> String {
    let distance = now - time
    if distance < 0 { return "in " + length(-distance) }
    return distance < 1_000 ? "just now" : length(distance) + " ago"
  }

  /// "2026-11-01T00:00:00.000Z (23d ago)".
  static func exact(_ time: Int64, now: Int64) -> String {
    "\(Clock.rfc3339(time)) (\(relative(time, now: now)))"
  }

  /// In the largest unit that tells enough, to the nearest: "47h", "14d".
  static func length(_ milliseconds: Int64) -> String {
    let seconds = (milliseconds + 999) / 1_000
    func rounded(_ unit: Int64) -> Int64 { (seconds + unit / 2) / unit }
    return switch seconds {
    case ..<120: "\(seconds)s"
    case ..<7_200: "\(rounded(60))m"
    case ..<172_800: "\(rounded(3_600))h"
    case ..<63_072_000: "\(rounded(86_400))d"
    default: "\(rounded(31_536_000))y"
    }
  }

  /// Exact: "90s", "1h", "30d".
  static func window(_ seconds: Int64) -> String {
    for unit in units where seconds > 0 && seconds % unit.seconds == 0 {
      return "\(seconds / unit.seconds)\(unit.suffix)"
    }
    return "\(seconds)s"
  }
}
