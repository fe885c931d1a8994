/// A client of the orgkeyd daemon on this host.
///
/// Share one between all tasks and threads of a process: async calls travel together on one
/// connection, which is made at the first call and made again when the daemon restarts. No call
/// blocks the thread it is made from; `blocking` has the same calls for threads that may wait.
///
/// A call fails with `.unavailable` at its deadline at the latest. As long as the daemon was never
/// reached, it fails at once when nobody listens; later it waits for the daemon to come back.
public final class OrgKeyClient: Sendable {
  /// "/run/orgkey/orgkey.sock".
  public static let defaultSocketPath = "/run/orgkey/orgkey.sock"

  /// Waiting longer is waiting for ever; and clocks have an end.
  private static let longestTimeout = Duration.seconds(86_400)

  let endpoint: Endpoint
  let multiplexer: Multiplexer
  let pool: ConnectionPool
  let lentConnections: LentConnections
  private let checkTimeout: Duration
  private let administrationTimeout: Duration

  /// Makes a client; connects only when it is used.
  ///
  /// - Parameters:
  ///   - socketPath: at most 107 bytes (103 on macOS); a longer one makes every call fail with
  ///     `.invalidSocketPath`.
  ///   - checkTimeout: how long the calls of this class wait, unless told otherwise.
  ///   - administrationTimeout: how long those of `Administrator` do.
  public init(
    socketPath: String = OrgKeyClient.defaultSocketPath,
    checkTimeout: Duration = .milliseconds(200),
    administrationTimeout: Duration = .seconds(10)
  ) {
    endpoint = Endpoint(path: socketPath)
    multiplexer = Multiplexer(endpoint)
    pool = ConnectionPool(endpoint)
    lentConnections = LentConnections(endpoint)
    self.checkTimeout = checkTimeout
    self.administrationTimeout = administrationTimeout
  }

  deinit { close() }

  /// Closes the connections. Calls that wait, and later ones, fail with `.closed`.
  public func close() {
    multiplexer.close()
    pool.close()
    lentConnections.close()
  }

  /// The path of the daemon's socket.
  public var socketPath: String { endpoint.path }

  /// The same calls for threads that may be blocked. Never use it on Swift's cooperative threads,
  /// that is, in async functions.
  public var blocking: BlockingClient { BlockingClient(client: self) }

  /// The administrators' calls. The daemon decides by this process's uid and groups whether it may
  /// make them.
  ///
  /// - Parameter actor: on whose behalf, for the audit trail: "ana@acme.example", at most 200
  ///   bytes.
  public func administrator(actor: String? = nil) -> Administrator {
    Administrator(client: self, caller: ActingCaller(actor: actor))
  }

  /// The administrators' calls, confined to one organization and those below it: what a customer
  /// portal uses to let customers manage their own keys.
  ///
  /// - Parameters:
  ///   - organizationID: whose keys and organizations can be seen and changed. Empty is misuse.
  ///   - actor: who does it, for the audit trail.
  ///   - permissions: no key can be issued, rotated, enabled or changed that is granted more than
  ///     these patterns cover. None: no grants at all.
  ///   - maxRateLimit: the highest limit a key may be given, and the one it gets if none is asked
  ///     for. nil: limits can't be set or changed.
  public func onBehalf(
    of organizationID: String, actor: String, granting permissions: [String],
    maxRateLimit: RateLimit? = nil
  ) -> Administrator {
    Administrator(
      client: self,
      caller: ActingCaller(
        actor: actor, organizationID: organizationID, grantable: permissions,
        maxRateLimit: maxRateLimit))
  }

  func deadline<S, F>(_ call: Call<S, F>, _ timeout: Duration?) -> ContinuousClock.Instant {
    let timeout = timeout ?? (call.isCheck ? checkTimeout : administrationTimeout)
    return .now + OrgKeyClient.bounded(timeout)
  }

  static func bounded(_ timeout: Duration) -> Duration {
    max(.zero, min(timeout, longestTimeout))
  }

  func send<S, F>(_ call: Call<S, F>, timeout: Duration?) async throws(F) -> S {
    try call.result(
      await multiplexer.exchange(call.message, deadline: deadline(call, timeout)))
  }

  /// The same over a connection that was lent.
  func send<S, F>(
    _ call: Call<S, F>, over connection: Multiplexer, timeout: Duration?
  ) async throws(F) -> S {
    try call.result(
      await connection.exchange(call.message, deadline: deadline(call, timeout)))
  }
}

/// Lends a client to `body` and closes it afterwards. The parameters are those of
/// `OrgKeyClient.init`.
public func withOrgKeyClient<Result, Failure: Error>(
  socketPath: String = OrgKeyClient.defaultSocketPath,
  checkTimeout: Duration = .milliseconds(200),
  administrationTimeout: Duration = .seconds(10),
  isolation: isolated (any Actor)? = #isolation,
  _ body: (OrgKeyClient) async throws(Failure) -> Result
) async throws(Failure) -> Result {
  let client = OrgKeyClient(
    socketPath: socketPath, checkTimeout: checkTimeout,
    administrationTimeout: administrationTimeout)
  defer { client.close() }
  return try await body(client)
}
