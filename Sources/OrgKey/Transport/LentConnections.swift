internal import Synchronization

/// Connections lent to one task each, for calls of which the daemon knows by their connection that
/// they belong together: an import, a backup. They end with the loan, or with the client.
final class LentConnections: Sendable {
  private struct State {
    var lent: [ObjectIdentifier: Multiplexer] = [:]
    var isClosed = false
  }

  private let endpoint: Endpoint
  private let state = Mutex(State())

  init(_ endpoint: Endpoint) { self.endpoint = endpoint }

  /// Ends the connections, and with them the calls that wait.
  func close() {
    let lent = state.withLock { state in
      state.isClosed = true
      return Array(state.lent.values)
    }
    for connection in lent { connection.close() }
  }

  /// Lends a connection, made with the first call over it.
  nonisolated(nonsending) func lend<Result, Failure: Error>(
    _ body: nonisolated(nonsending) (Multiplexer) async throws(Failure) -> Result
  ) async throws(Failure) -> Result {
    let connection = Multiplexer(endpoint, reconnects: false)
    let isClosed = state.withLock { state in
      state.lent[ObjectIdentifier(connection)] = connection
      return state.isClosed
    }
    defer {
      connection.close()
      state.withLock { $0.lent[ObjectIdentifier(connection)] = nil }
    }
    if isClosed { connection.close() }
    return try await body(connection)
  }
}

/// The same for a thread that may be blocked. After a call without an answer it is not used again.
struct BlockingLoan: ~Copyable {
  private let pool: ConnectionPool
  /// nil: none was needed yet.
  private var connection: BlockingConnection?

  init(_ pool: ConnectionPool) { self.pool = pool }

  /// Makes a call and holds the thread until its outcome.
  mutating func exchange(_ call: OutgoingCall, deadline: ContinuousClock.Instant) -> Outcome {
    let connection: BlockingConnection
    do { connection = try connected(until: deadline) } catch {
      return .unanswered(error, mayHaveActed: false)
    }
    return connection.exchange(call, deadline: deadline)
  }

  private mutating func connected(
    until deadline: ContinuousClock.Instant
  ) throws(Unavailable.Cause) -> BlockingConnection {
    try pool.checkOpen()
    if let connection { return connection }
    var backoff = Backoff()
    let connection = try pool.connect(until: deadline, &backoff)
    self.connection = connection
    return connection
  }
}
