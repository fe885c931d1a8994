/// How a key was used on one day.
public struct UsageDay: Sendable, Hashable {
  /// How often the key was denied for one reason.
  public struct Denials: Sendable, Hashable {
    public var reason: Reason
    public var count: UInt64

    public init(reason: Reason, count: UInt64) {
      self.reason = reason
      self.count = count
    }
  }

  /// The day's beginning: midnight UTC.
  public var day: Timestamp
  public var allowedCount: UInt64
  /// Each reason at most once.
  public var denials: [Denials]

  public init(day: Timestamp, allowedCount: UInt64 = 0, denials: [Denials] = []) {
    self.day = day
    self.allowedCount = allowedCount
    self.denials = denials
  }

  /// Denied for any reason.
  public var deniedCount: UInt64 { denials.reduce(0) { $0 &+ $1.count } }
}
