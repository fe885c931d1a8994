internal import OrgKeyWire

/// A call whose task waits for its outcome.
@safe struct WaitingCall {
  let call: OutgoingCall
  let deadline: ContinuousClock.Instant
  /// Resumed once: by whoever takes the call out of the table, or never put it there.
  let continuation: UnsafeContinuation<Outcome, Never>
  /// At which byte of the present connection its request begins; nil: not yet given to it.
  var start: UInt64?
  var wasRepeated = false
}

/// An outcome on its way to its task, which must not be resumed under a lock.
@safe struct Finished {
  private let continuation: UnsafeContinuation<Outcome, Never>
  private let outcome: Outcome

  init(_ waiting: WaitingCall, _ outcome: Outcome) {
    unsafe continuation = waiting.continuation
    self.outcome = outcome
  }

  func resume() { unsafe continuation.resume(returning: outcome) }

  /// A call without an answer. What a connection was given may be acted on, now or later.
  init(_ waiting: WaitingCall, _ cause: Unavailable.Cause) {
    self.init(waiting, .unanswered(cause, mayHaveActed: waiting.start != nil))
  }
}

/// The calls that wait for an answer, by call_id.
struct WaitingCalls {
  /// Calls beyond this fail at once: the daemon is not keeping up.
  private static let maximum = 4096

  private var calls: [UInt64: WaitingCall] = [:]
  /// Calls given to the present connection that nobody waits for any more: their answers still come.
  private var abandoned: Set<UInt64> = []
  /// No call's deadline is before this; nil: none waits.
  private(set) var earliestDeadline: ContinuousClock.Instant?

  var isEmpty: Bool { calls.isEmpty }
  var isFull: Bool { calls.count + abandoned.count >= WaitingCalls.maximum }
  /// Whether so many calls went unanswered that the connection is not worth keeping.
  var isStalled: Bool { abandoned.count >= WaitingCalls.maximum / 2 }

  mutating func add(_ call: WaitingCall, id: UInt64) {
    calls[id] = call
    earliestDeadline = min(earliestDeadline ?? call.deadline, call.deadline)
  }

  /// Gives the calls to a new connection, in the order they were made.
  mutating func giveAll(to outbox: inout Outbox) -> [Finished] {
    var finished: [Finished] = []
    for id in calls.keys.sorted() {
      guard var waiting = calls.removeValue(forKey: id) else { continue }
      waiting.start = outbox.append(waiting, callID: id)
      if waiting.start == nil {
        finished.append(Finished(waiting, .unsendable))
      } else {
        calls[id] = waiting
      }
    }
    return finished
  }

  /// The outcome for an answer that has come; nil: nobody waits for it any more.
  mutating func answer(
    _ id: UInt64, _ outcome: Outcome
  ) throws(Unavailable.Cause) -> Finished? {
    if let index = calls.index(forKey: id), calls.values[index].start != nil {
      return Finished(calls.remove(at: index).value, outcome)
    }
    if abandoned.remove(id) == nil { throw .protocolFault("an answer to a call never made") }
    return nil
  }

  /// Ends the wait for a call.
  mutating func abandon(_ id: UInt64, _ cause: Unavailable.Cause) -> Finished? {
    guard let waiting = calls.removeValue(forKey: id) else { return nil }
    if waiting.start != nil { abandoned.insert(id) }
    return Finished(waiting, cause)
  }

  /// Ends the wait for all calls whose deadline has come.
  ///
  /// - Parameter unreachable: what keeps a connection from being made, if that is so.
  mutating func expire(
    _ now: ContinuousClock.Instant, unreachable: Unavailable.Cause?
  ) -> [Finished] {
    guard let earliest = earliestDeadline, earliest <= now else { return [] }
    let expired = calls.filter { $0.value.deadline <= now }
    let finished = expired.compactMap { id, waiting in
      abandon(id, waiting.start == nil ? unreachable ?? .timedOut : .timedOut)
    }
    earliestDeadline = calls.values.lazy.map(\.deadline).min()
    return finished
  }

  /// Sorts the calls after the end of a connection: those that can't have been acted on, or may be
  /// acted on twice, wait for the next one; the others end.
  ///
  /// - Parameters:
  ///   - handedOver: how many bytes of the connection can have reached the daemon.
  ///   - mayRepeat: whether what can have been acted on is worth sending again.
  mutating func connectionEnded(
    _ cause: Unavailable.Cause, handedOver: UInt64, mayRepeat: Bool
  ) -> [Finished] {
    abandoned.removeAll()
    var finished: [Finished] = []
    for (id, waiting) in calls {
      guard let start = waiting.start else { continue }
      var waiting = waiting
      let wasHandedOver = start < handedOver
      if wasHandedOver && !(mayRepeat && waiting.call.mayRepeat && !waiting.wasRepeated) {
        calls[id] = nil
        finished.append(Finished(waiting, cause))
      } else {
        waiting.start = nil
        waiting.wasRepeated = waiting.wasRepeated || wasHandedOver
        calls[id] = waiting
      }
    }
    return finished
  }

  /// Ends the wait for all calls.
  mutating func endAll(_ cause: Unavailable.Cause) -> [Finished] {
    defer { self = WaitingCalls() }
    return calls.values.map { Finished($0, cause) }
  }
}
