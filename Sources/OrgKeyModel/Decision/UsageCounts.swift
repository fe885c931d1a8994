/// Days of UTC, numbered from 1970-01-01 on.
package enum UTCDay {
  private static let milliseconds: Int64 = 86_400_000

  /// - Parameter time: Unix milliseconds.
  package static func number(of time: Int64) -> Int64 { time / milliseconds }

  /// When a day begins, in Unix milliseconds.
  package static func start(of day: Int64) -> Int64 { day * milliseconds }
}

extension UsageTally {
  /// How often a secret met one outcome on one day.
  package struct Entry: BitwiseCopyable, Equatable, Sendable {
    package let secret: UInt32
    package let key: UInt32
    /// When it last did.
    package private(set) var last: UsageMoment
    // The outcome in the lowest byte, the count above it: three words in all.
    private var countAndReason: UInt64

    init(secret: UInt32, key: UInt32, reason: Reason, count: UInt64 = 1, at last: UsageMoment) {
      self.secret = secret
      self.key = key
      self.last = last
      countAndReason = count << 8 | UInt64(reason.rawValue)
    }

    /// - Parameter lastAt: Unix milliseconds.
    package init(secret: UInt32, key: UInt32, reason: Reason, count: UInt64, lastAt: Int64) {
      self.init(
        secret: secret, key: key, reason: reason, count: count,
        at: UsageMoment(milliseconds: lastAt))
    }

    package var count: UInt64 { countAndReason >> 8 }

    package var reason: Reason {
      Reason(rawValue: UInt8(truncatingIfNeeded: countAndReason)) ?? .keyUnknown
    }

    /// When it last did, in Unix milliseconds.
    package var lastAt: Int64 { last.milliseconds }

    /// The day of all that it counts, so that what was shown of a day stays there when counting
    /// goes on behind midnight.
    package var day: Int64 { UTCDay.number(of: lastAt) }

    mutating func add(_ other: Entry) {
      countAndReason &+= other.count << 8
      last = max(last, other.last)
    }

    func countsSame(as other: Entry) -> Bool {
      secret == other.secret && reason == other.reason && day == other.day
    }
  }
}

/// A time finer than its milliseconds, so that the later of two denials is known.
package struct UsageMoment: BitwiseCopyable, Comparable, Sendable {
  private static let fractionBits: Int64 = 16

  // Unix milliseconds above, the fraction of an `Instant` in the lowest 16 bits.
  private let ticks: Int64

  private init(ticks: Int64) { self.ticks = ticks }

  package init(milliseconds: Int64) { ticks = milliseconds << Self.fractionBits }

  package var milliseconds: Int64 { ticks >> Self.fractionBits }

  /// The moment of what happened at `now`, and after this one. A clock that was set back is
  /// followed.
  func next(at now: Instant) -> UsageMoment {
    let read = now.wall << Self.fractionBits | Int64(now.fraction)
    let ahead = ticks &- read
    let isSamePass = ahead >= 0 && ahead < 1 << Self.fractionBits
    return UsageMoment(ticks: isSamePass ? ticks &+ 1 : read)
  }

  package static func < (left: UsageMoment, right: UsageMoment) -> Bool {
    left.ticks < right.ticks
  }
}

/// Counts of one secret, or, added up, of a key.
package struct UsageCounts: Equatable, Sendable {
  package var allowed: UInt64 = 0
  package var denied: UInt64 = 0
  /// Unix milliseconds; 0: never.
  package var lastAllowedAt: Int64 = 0
  /// `.allowed` when nothing was denied.
  package var lastDeniedReason = Reason.allowed
  private var lastDenied = UsageMoment(milliseconds: 0)

  package init() {}

  /// Unix milliseconds; 0: never.
  package var lastDeniedAt: Int64 {
    get { lastDenied.milliseconds }
    set { lastDenied = UsageMoment(milliseconds: newValue) }
  }

  /// Adds what was counted elsewhere; of two denials the later one stays, of two at once the other's.
  package mutating func add(_ other: UsageCounts) {
    allowed += other.allowed
    denied += other.denied
    lastAllowedAt = max(lastAllowedAt, other.lastAllowedAt)
    if other.denied > 0 { noteDenial(other.lastDeniedReason, at: other.lastDenied) }
  }

  /// Adds one entry.
  package mutating func add(_ entry: UsageTally.Entry) {
    if entry.reason == .allowed {
      allowed += entry.count
      lastAllowedAt = max(lastAllowedAt, entry.lastAt)
    } else {
      denied += entry.count
      noteDenial(entry.reason, at: entry.last)
    }
  }

  private mutating func noteDenial(_ reason: Reason, at moment: UsageMoment) {
    guard moment >= lastDenied else { return }
    lastDenied = moment
    lastDeniedReason = reason
  }
}
