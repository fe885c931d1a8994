internal import Synchronization

/// Tasks that were given their answers together, as long as some of them have not run since.
///
/// Most of them go on to make their next call: calls made meanwhile wait for each other and share
/// a write. The last of the tasks to run sends them, and the multiplexer's thread whenever it wakes:
/// after `longest` at the latest.
struct Handout: ~Copyable, Sendable {
  static let longest = Duration.milliseconds(1)

  private let outstanding = Atomic(0)
  private let lastSeen = Atomic(0)

  var isGoingOn: Bool { outstanding.load(ordering: .sequentiallyConsistent) > 0 }

  /// Begins before the first of `count` tasks is resumed. A single one is not waited for.
  func begin(_ count: Int) {
    if count > 1 { outstanding.add(count, ordering: .sequentiallyConsistent) }
  }

  /// Notes that one of the tasks runs.
  ///
  /// - Returns: whether it was the last.
  func arrive() -> Bool {
    var count = outstanding.load(ordering: .sequentiallyConsistent)
    // Tasks of a handout that was ended find nothing to count, or end the next one early.
    while count > 0 {
      let (exchanged, original) = outstanding.compareExchange(
        expected: count, desired: count - 1, ordering: .sequentiallyConsistent)
      if exchanged { return count == 1 }
      count = original
    }
    return false
  }

  /// Ends it if none of the tasks has run since this was asked last: they may be kept waiting for
  /// long. Asked by one thread.
  func endIfStuck() {
    let count = outstanding.load(ordering: .sequentiallyConsistent)
    let isStuck = lastSeen.exchange(count, ordering: .relaxed) == count
    if isStuck { outstanding.store(0, ordering: .sequentiallyConsistent) }
  }
}
