internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeySystem
internal import Synchronization

/// What one reactor counts. The lock is the reactor's own: others take it only to collect or to
/// look, so that counting shares no memory between reactors.
final class UsageRecorder: Sendable {
  /// How long Authorize calls took to be answered.
  let answerTimes = Durations.ofAnswers()
  private let counts = Mutex(ReactorCounts())

  func record<R>(_ body: (inout ReactorCounts) -> R) -> R {
    counts.withLock { body(&$0) }
  }

  /// Moves all that was counted into `other`.
  func move(into other: inout UsageTally) {
    counts.withLock { counts in
      other.add(counts.tally)
      counts.tally.removeAll()
    }
  }

  /// Lends each entry of some secrets, with the position of its secret among them.
  func forEach(of secrets: [Int64], _ body: (Int, UsageTally.Entry) -> Void) {
    counts.withLock { counts in
      if counts.tally.count == 0 { return }
      for (index, secret) in secrets.enumerated() {
        counts.tally.forEach(secret: secret) { body(index, $0) }
      }
    }
  }

  func addOutcomes(to totals: inout InlineArray<14, UInt64>) {
    counts.withLock { counts in
      for reason in totals.indices { totals[reason] += counts.outcomes[reason] }
    }
  }

  var oldestAt: Int64? { counts.withLock { $0.tally.oldestAt } }
}

/// Usage counts on their way from the reactors to the disk. What is shown is what is on disk and
/// what is here, and neither misses a count nor has it twice: whoever adds them up holds the
/// lock under which counts leave here when they are committed there.
final class UsageLedger: Sendable {
  private struct State {
    var recorders: [UsageRecorder] = []
    /// By secret; the first `flushed` of them are on disk.
    var entries: [UsageTally.Entry] = []
    var flushed = 0
    var oldestAt: Int64?

    var isFlushed: Bool { flushed == entries.count }

    /// Lends each entry of some secrets that is not on disk, with the position of its secret.
    func forEachPending(of secrets: [Int64], _ body: (Int, UsageTally.Entry) -> Void) {
      for recorder in recorders { recorder.forEach(of: secrets, body) }
      let waiting = entries[flushed...]
      for (index, secret) in secrets.enumerated() {
        for entry in waiting.ofSecret(secret) { body(index, entry) }
      }
    }
  }

  private let state = Mutex(State())

  func add(_ recorder: UsageRecorder) { state.withLock { $0.recorders.append(recorder) } }

  /// Takes over what the reactors have counted, unless the last time's is not all on disk yet.
  ///
  /// - Returns: what was taken over, by secret.
  func collect() -> [UsageTally.Entry] {
    state.withLock { state in
      guard state.isFlushed else { return [] }
      var tally = UsageTally()
      for recorder in state.recorders { recorder.move(into: &tally) }
      state.entries = (0..<tally.count).map { tally[$0] }.sorted { $0.secret < $1.secret }
      state.flushed = 0
      state.oldestAt = tally.oldestAt
      return state.entries
    }
  }

  /// Has `write` put the next entries on disk; false when there are none. What `write` throws
  /// leaves them here.
  func flushChunk<E: Error>(
    _ write: (ArraySlice<UsageTally.Entry>) throws(E) -> Void
  ) throws(E) -> Bool {
    try state.withLock { (state) throws(E) in
      guard !state.isFlushed else { return false }
      let end = min(state.flushed + Store.usageChunk, state.entries.count)
      try write(state.entries[state.flushed..<end])
      state.flushed = end
      if state.isFlushed {
        state.entries = []
        state.flushed = 0
        state.oldestAt = nil
      }
      return true
    }
  }

  /// Reads counts on disk and lends, beside, a look at those that are not there yet.
  func consistently<R, E: Error>(
    _ body: (_ pending: ([Int64]) -> [UsageCounts]) throws(E) -> R
  ) throws(E) -> R {
    try state.withLock { (state) throws(E) in
      try body { secrets in
        var counts = [UsageCounts](repeating: UsageCounts(), count: secrets.count)
        state.forEachPending(of: secrets) { counts[$0].add($1) }
        return counts
      }
    }
  }

  /// As `consistently`, with what is not on disk entry by entry.
  func consistentlyByDay<R, E: Error>(
    _ body: (_ pending: ([Int64]) -> [UsageTally.Entry]) throws(E) -> R
  ) throws(E) -> R {
    try state.withLock { (state) throws(E) in
      try body { secrets in
        var entries: [UsageTally.Entry] = []
        state.forEachPending(of: secrets) { entries.append($1) }
        return entries
      }
    }
  }

  /// How often each reason was given since the start.
  func addOutcomes(to totals: inout InlineArray<14, UInt64>) {
    state.withLock { state in
      for recorder in state.recorders { recorder.addOutcomes(to: &totals) }
    }
  }

  /// How long Authorize calls took, on all reactors; nil: there are none.
  var answerTimes: Durations.Totals? {
    let times = state.withLock { $0.recorders.map(\.answerTimes.totals) }
    guard var sum = times.first else { return nil }
    for others in times.dropFirst() { sum.add(others) }
    return sum
  }

  /// How old the oldest count not yet on disk is, in milliseconds.
  func age(at now: Int64) -> Int64 {
    state.withLock { state in
      let oldest = (state.recorders.map(\.oldestAt) + [state.oldestAt]).compactMap { $0 }.min()
      return oldest.map { max(0, now - $0) } ?? 0
    }
  }
}

extension ArraySlice<UsageTally.Entry> {
  /// The entries of one secret; they are sorted by it.
  fileprivate func ofSecret(_ secret: Int64) -> Self {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = low + (high - low) / 2
      if Int64(self[middle].secret) < secret { low = middle + 1 } else { high = middle }
    }
    return self[low...].prefix { Int64($0.secret) == secret }
  }
}
