internal import Synchronization

/// Connections for blocking calls: each carries one call at a time, by the thread that makes it.
final class ConnectionPool: Sendable {
  /// More idle ones than this are closed.
  private static let keptConnections = 16

  private struct State {
    var idle: [BlockingConnection] = []
    var isClosed = false
  }

  private let endpoint: Endpoint
  private let state = Mutex(State())

  init(_ endpoint: Endpoint) { self.endpoint = endpoint }

  /// Closes idle connections now, the others when their calls end.
  func close() {
    state.withLock { state in
      state.isClosed = true
      state.idle.removeAll()
    }
  }

  /// Makes a call and holds the thread until its outcome.
  func exchange(_ call: OutgoingCall, deadline: ContinuousClock.Instant) -> Outcome {
    var backoff = Backoff()
    var wasRepeated = false
    while true {
      let connection: BlockingConnection
      do { connection = try take(until: deadline, &backoff) } catch {
        return .unanswered(error, mayHaveActed: wasRepeated)
      }
      let outcome = connection.exchange(call, deadline: deadline)
      guard case .unanswered(let cause, let mayHaveActed) = outcome else {
        putBack(connection)
        return outcome
      }
      // The daemon restarted: so it did for the idle ones.
      state.withLock { $0.idle.removeAll() }
      let isRepeatable = !mayHaveActed || (call.mayRepeat && !wasRepeated)
      guard cause == .connectionLost && isRepeatable else {
        return .unanswered(cause, mayHaveActed: mayHaveActed || wasRepeated)
      }
      wasRepeated = wasRepeated || mayHaveActed
      if connection.isNew { Platform.sleep(until: min(.now + backoff.next(), deadline)) }
    }
  }

  /// Whether calls are still taken.
  func checkOpen() throws(Unavailable.Cause) {
    if state.withLock({ $0.isClosed }) { throw .closed }
  }

  private func take(
    until deadline: ContinuousClock.Instant, _ backoff: inout Backoff
  ) throws(Unavailable.Cause) -> BlockingConnection {
    let (idle, isClosed) = state.withLock { ($0.idle.popLast(), $0.isClosed) }
    if isClosed { throw .closed }
    if let idle { return idle }
    return try connect(until: deadline, &backoff)
  }

  /// A connection that the pool does not know.
  func connect(
    until deadline: ContinuousClock.Instant, _ backoff: inout Backoff
  ) throws(Unavailable.Cause) -> BlockingConnection {
    while true {
      switch endpoint.connect() {
      case .connected(let socket): return BlockingConnection(socket)
      case .failed(let cause): throw cause
      case .later(let cause):
        let next = ContinuousClock.now + backoff.next()
        if next >= deadline { throw cause }
        Platform.sleep(until: next)
      }
    }
  }

  private func putBack(_ connection: BlockingConnection) {
    state.withLock { state in
      if !state.isClosed && state.idle.count < ConnectionPool.keptConnections {
        state.idle.append(connection)
      }
    }
  }
}
