/// A moment of the daemon's wall clock, in Unix milliseconds.
public struct Timestamp: Sendable, Hashable, Comparable {
  /// Milliseconds since 1970-01-01T00:00:00Z.
  public var unixMilliseconds: Int64

  /// - Parameter unixMilliseconds: since 1970-01-01T00:00:00Z.
  public init(unixMilliseconds: Int64) { self.unixMilliseconds = unixMilliseconds }

  /// The present moment of this host's wall clock.
  public static var now: Timestamp { Timestamp(unixMilliseconds: Platform.unixMilliseconds()) }

  /// The moment `duration` later, or earlier if negative; held at the ends of the range.
  public func advanced(by duration: Duration) -> Timestamp {
    let (sum, overflow) = unixMilliseconds.addingReportingOverflow(duration.milliseconds)
    let end: Int64 = duration < .zero ? .min : .max
    return Timestamp(unixMilliseconds: overflow ? end : sum)
  }

  /// From `earlier` to this moment; negative if that is later.
  public func duration(since earlier: Timestamp) -> Duration {
    .milliseconds(unixMilliseconds) - .milliseconds(earlier.unixMilliseconds)
  }

  /// Whether `a` is before `b`.
  public static func < (a: Timestamp, b: Timestamp) -> Bool {
    a.unixMilliseconds < b.unixMilliseconds
  }

  /// In the contract 0 is "never" or "not".
  init?(wire: Int64) {
    if wire == 0 { return nil }
    unixMilliseconds = wire
  }
}

extension Timestamp? {
  var wire: Int64 { self?.unixMilliseconds ?? 0 }

  /// As the bound of a search, where 0 is none: nothing here is older than the epoch, so that any
  /// bound before it does as well.
  var wireBound: Int64 { self.map { Swift.max($0.unixMilliseconds, 1) } ?? 0 }
}

extension Duration {
  /// Whole milliseconds, rounded up, held at the ends of the range.
  var milliseconds: Int64 {
    let (seconds, attoseconds) = components
    let unit: Int64 = 1_000_000_000_000_000
    let rest = attoseconds > 0 ? (attoseconds + unit - 1) / unit : attoseconds / unit
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    let (sum, carry) = product.addingReportingOverflow(rest)
    return overflow || carry ? (seconds < 0 ? .min : .max) : sum
  }
}
