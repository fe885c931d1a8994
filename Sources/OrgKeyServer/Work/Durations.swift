internal import Synchronization

/// How long something took, each time it was done: how often no longer than each of some bounds.
/// One thread counts, with plain loads and stores, and shares no memory with others that do; any
/// thread may look.
final class Durations: Sendable {
  /// In nanoseconds: 1, 2, 5, 10, 20 and so on times the least, to 100,000 times.
  let bounds: InlineArray<16, UInt64>
  /// By the first bound that it was not longer than; the last: longer than all of them.
  private let counts = InlineArray<17, Atomic<UInt64>> { _ in Atomic(0) }
  /// Nanoseconds in all.
  private let sum = Atomic<UInt64>(0)

  /// - Parameter bound: the least, nanoseconds.
  init(from bound: UInt64) {
    bounds = InlineArray { place in
      (0..<place / 3).reduce(bound) { bound, _ in bound * 10 } * [1, 2, 5][place % 3]
    }
  }

  /// - Parameters:
  ///   - nanoseconds: how long it took.
  ///   - times: as often.
  func record(_ nanoseconds: Int64, times: UInt64 = 1) {
    let duration = UInt64(max(0, nanoseconds))
    var place = 0
    while place < bounds.count, duration > bounds[place] { place += 1 }
    Durations.add(times, to: counts[place])
    Durations.add(duration &* times, to: sum)
  }

  // Only the thread that counts stores: nothing comes between.
  private static func add(_ more: UInt64, to total: borrowing Atomic<UInt64>) {
    total.store(total.load(ordering: .relaxed) &+ more, ordering: .relaxed)
  }

  /// What was counted until now.
  var totals: Totals {
    Totals(
      bounds: bounds, counts: InlineArray { counts[$0].load(ordering: .relaxed) },
      sum: sum.load(ordering: .relaxed))
  }

  struct Totals {
    let bounds: InlineArray<16, UInt64>
    private(set) var counts: InlineArray<17, UInt64>
    /// Nanoseconds.
    private(set) var sum: UInt64

    /// - Parameter other: of the same bounds.
    mutating func add(_ other: Totals) {
      for place in counts.indices { counts[place] += other.counts[place] }
      sum += other.sum
    }
  }
}

extension Durations {
  /// Of what is decided in memory: 1 µs to 100 ms.
  static func ofAnswers() -> Durations { Durations(from: 1_000) }
  /// Of what waits for a disk: 100 µs to 10 s.
  static func ofWrites() -> Durations { Durations(from: 100_000) }
}
