internal import Synchronization

/// Carries the async calls of a client over one connection. The thread that makes a call sends it
/// if the socket takes it; a thread of this class's own does all that may wait: it connects, reads
/// replies and watches deadlines.
final class Multiplexer: Sendable {
  private static let batchesAtOnce = 4

  let endpoint: Endpoint
  let state: Mutex<State>
  let handout = Handout()
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
    defer { if handout.arrive() { flush() } }
    return await withTaskCancellationHandler {
      await unsafe withUnsafeContinuation { continuation in
        unsafe start(
          WaitingCall(call: call, deadline: deadline, continuation: continuation), id: id)
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
        waiting.start = state.outbox.append(waiting, callID: id)
        if waiting.start == nil { return Finished(waiting, .unsendable) }
      }
      state.calls.add(waiting, id: id)
      if state.socket == nil || state.sleep.isPast(waiting.deadline) { state.wakeThread() }
      return nil
    }
    if let finished { return finish([finished]) }
    if !handout.isGoingOn { flush() }
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

  /// Sends what waits in the outbox. What others add meanwhile is sent along, but not without end:
  /// the rest is the thread's.
  func flush() {
    for _ in 0..<Multiplexer.batchesAtOnce {
      guard var batch = state.withLock({ $0.takeBatch() }) else { return }
      let socket = batch.socket
      let isIntact = batch.send()
      var returned: Batch? = consume batch
      state.withLock { state in
        if let batch = returned.take() { state.giveBack(batch) }
      }
      // Only now, so that what was not sent is known to be so. The thread sees it and reconnects.
      if !isIntact { Platform.shutDown(socket) }
    }
    state.withLock { state in
      if state.outbox.isEmpty { return }
      state.isBehind = true
      state.wakeThread()
    }
  }

  func finish(_ finished: [Finished]) { for one in finished { one.resume() } }
}
