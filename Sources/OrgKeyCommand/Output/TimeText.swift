internal import FoundationEssentials
internal import OrgKey
internal import OrgKeyModel

/// Moments and lengths of time, for people and for programs.
enum TimeText {
  /// RFC 3339 in UTC with milliseconds: "2026-03-01T09:30:00.000Z".
  static func rfc3339(_ time: Timestamp) -> String {
    let (seconds, milliseconds) = split(time)
    let whole = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
    let digits = String(milliseconds)
    return whole.dropLast() + "." + String(repeating: "0", count: 3 - digits.count) + digits + "Z"
  }

  /// - Parameter text: RFC 3339, with or without a fraction of a second.
  static func parse(_ text: String) -> Timestamp? {
    let whole = Date.ISO8601FormatStyle()
    let fraction = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    guard let date = (try? whole.parse(text)) ?? (try? fraction.parse(text)) else { return nil }
    let milliseconds = (date.timeIntervalSince1970 * 1000).rounded()
    return Int64(exactly: milliseconds).map { Timestamp(unixMilliseconds: $0) }
  }

  /// "2h ago", "in 14d".
  static func relative(_ time: Timestamp, now: Timestamp) -> String {
    let distance = now.duration(since: time)
    if distance < .zero { return "in " + length(.zero - distance) }
    return distance < .seconds(1) ? "just now" : length(distance) + " ago"
  }

  /// In the largest unit that tells enough, to the nearest: "47h", "14d".
  static func length(_ duration: Duration) -> String {
    Duration.nearest(seconds: duration.components.seconds)
  }

  /// As it is given on the command line, exact: "90s", "1h", "30d".
  static func window(_ duration: Duration) -> String {
    Duration.exact(seconds: duration.components.seconds)
  }

  private static func split(_ time: Timestamp) -> (seconds: Int64, milliseconds: Int64) {
    let rest = time.unixMilliseconds % 1000
    let milliseconds = rest < 0 ? rest + 1000 : rest
    return ((time.unixMilliseconds - milliseconds) / 1000, milliseconds)
  }
}
