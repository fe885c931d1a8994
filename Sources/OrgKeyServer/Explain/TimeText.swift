internal import OrgKeyModel
internal import OrgKeySystem

/// Moments and lengths of time as people say them.
enum TimeText {
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

  /// "47h", "14d"; what has begun of a second counts whole.
  static func length(_ milliseconds: Int64) -> String {
    Duration.nearest(seconds: (milliseconds + 999) / 1_000)
  }
}
