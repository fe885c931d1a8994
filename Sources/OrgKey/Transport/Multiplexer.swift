internal import Synchronization

/// Carries the async calls of a client over one connection. The thread that makes a call sends it
/// if the socket takes it; a thread of this class's own does all that may wait: it connects, reads
/// replies and watches deadlines.
final class Multiplexer: Sendable {
  let endpoint: Endpoint
  let state: Mutex<State>
  private let nextCallID = Atomic<UInt64>(1)

  /// - Parameter reconnects: whether another connection follows when one has ended; if not, the
  ///   calls end with it, for the daemon then forgets what they have in common.
  init(_ endpoint: Endpoint, reconnects: Bool = true) {
    self.endpoint = endpoint
    state = Mutex(State(reconnects: reconnects))
  }

  /// Makes a call and suspends the task until its outcome. Never blocks the thread.
  func exchange(_ call: OutgoingCall, deadline: ContinuousClock.Instant) async -> Outcome {
    let id = nextCallID.wrappingAdd(1, ordering: .relaxed).oldValue
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        start(WaitingCall(call: call, deadline: deadline, continuation: continuation), id: id)
      }
    } onCancel: {
      let finished = state.withLock { $0.calls.abandon(id, .cancelled) }
      if let finished { finish([finished]) }
    }
  }

  /// Ends all calls and the thread.
  func close() {
    let finished = state.withLock { state in
      state.end = state.end ?? .closed
      state.wakeThread()
      return state.calls.endAll(.closed)
    }
    finish(finished)
  }

  private func start(_ waiting: WaitingCall, id: UInt64) {
    let finished = state.withLock { state -> Finished? in
      do throws(Unavailable.Cause) {
        try admit(&state)
      } catch {
        return Finished(waiting, error)
      }
      var waiting = waiting
      if state.socket != nil {
        waiting.start = state.outbox.append(waiting.request(callID: id))
        if waiting.start == nil { return Finished(waiting, .unsendable) }
      }
      state.calls.add(waiting, id: id)
      if state.socket == nil || state.sleep.isPast(waiting.deadline) { state.wakeThread() }
      return nil
    }
    if let finished { finish([finished]) } else { flush() }
  }

  /// Whether one more call can be taken. Starts the thread for the first one.
  private func admit(_ state: inout State) throws(Unavailable.Cause) {
    if let end = state.end { throw end }
    // A cancellation after this finds the call in the table.
    if Task.isCancelled { throw .cancelled }
    if state.calls.isFull || state.outbox.isFull { throw .tooManyCalls }
    if state.wake != nil { return }
    let pipe = try Platform.pipe()
    try Platform.startThread { self.run(wake: pipe.read) }
    state.wake = pipe.write
  }

  /// Sends what waits in the outbox, until it is empty or the socket takes no more.
  func flush() {
    while var batch = state.withLock({ $0.takeBatch() }) {
      let socket = batch.socket
      let isIntact = batch.send()
      var returned: Batch? = consume batch
      state.withLock { state in
        if let batch = returned.take() { state.giveBack(batch) }
      }
      // Only now, so that what was not sent is known to be so. The thread sees it and reconnects.
      if !isIntact { Platform.shutDown(socket) }
    }
  }

  func finish(_ finished: [Finished]) {
    for one in finished { one.continuation.resume(returning: one.outcome) }
  }
}
