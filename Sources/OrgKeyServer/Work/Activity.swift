internal import OrgKeyModel
internal import Synchronization

/// Which keys were busiest in the last ten seconds, from what is flushed.
final class Activity: Sendable {
  struct Entry {
    let key: Int64
    let allowedPerSecond: Double
    let deniedPerSecond: Double
  }

  private static let window: Int64 = 10_000
  /// Kept of each flush; the busiest over ten seconds are among the busiest of some second.
  private static let keptPerFlush = 200
  private static let reported = 50

  private struct Sample {
    let at: Int64
    let counts: [(key: UInt32, allowed: UInt64, denied: UInt64)]
  }

  private let samples = Mutex<[Sample]>([])

  /// - Parameter now: on the monotonic clock, milliseconds.
  func add(_ entries: [UsageTally.Entry], at now: Int64) {
    var byKey: [UInt32: (allowed: UInt64, denied: UInt64)] = [:]
    let busiest =
      entries.count <= Activity.keptPerFlush
      ? entries : Array(entries.sorted { $0.count > $1.count }.prefix(Activity.keptPerFlush))
    for entry in busiest {
      if entry.reason == .allowed {
        byKey[entry.key, default: (0, 0)].allowed += entry.count
      } else {
        byKey[entry.key, default: (0, 0)].denied += entry.count
      }
    }
    let sample = Sample(at: now, counts: byKey.map { ($0.key, $0.value.allowed, $0.value.denied) })
    samples.withLock { samples in
      samples.removeAll { now - $0.at > Activity.window }
      if !sample.counts.isEmpty { samples.append(sample) }
    }
  }

  /// At most 50, the busiest first.
  func busiest(at now: Int64) -> [Entry] {
    let recent = samples.withLock { $0.filter { now - $0.at <= Activity.window } }
    var sums: [UInt32: (allowed: UInt64, denied: UInt64)] = [:]
    for count in recent.flatMap(\.counts) {
      sums[count.key, default: (0, 0)].allowed += count.allowed
      sums[count.key, default: (0, 0)].denied += count.denied
    }
    let seconds = Double(Activity.window) / 1_000
    return sums.sorted { $0.value.allowed + $0.value.denied > $1.value.allowed + $1.value.denied }
      .prefix(Activity.reported)
      .map {
        Entry(
          key: Int64($0.key), allowedPerSecond: Double($0.value.allowed) / seconds,
          deniedPerSecond: Double($0.value.denied) / seconds)
      }
  }
}
