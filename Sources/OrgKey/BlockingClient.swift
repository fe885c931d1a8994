/// The calls of `OrgKeyClient` for threads that may be blocked: each holds its thread until the
/// answer or the deadline, on a connection of its own from a small pool.
public struct BlockingClient: Sendable {
  let client: OrgKeyClient

  func send<S, F>(_ call: Call<S, F>, timeout: Duration?) throws(F) -> S {
    try call.result(
      client.pool.exchange(call.message, deadline: client.deadline(call, timeout)))
  }

  /// The same over a connection that was lent.
  func send<S, F>(
    _ call: Call<S, F>, over loan: inout BlockingLoan, timeout: Duration?
  ) throws(F) -> S {
    try call.result(
      loan.exchange(call.message, deadline: client.deadline(call, timeout)))
  }

  /// As `OrgKeyClient.authorize`.
  public func authorize(
    _ key: PresentedKey, permission: String, in scope: OrganizationScope,
    environment: String? = nil, timeout: Duration? = nil
  ) throws(AuthorizationError) -> Grant {
    try send(
      .authorize(key, permission: permission, in: scope, environment: environment),
      timeout: timeout)
  }

  /// As `OrgKeyClient.identify`.
  public func identify(
    _ key: PresentedKey, environment: String? = nil, timeout: Duration? = nil
  ) throws(AuthorizationError) -> Key {
    try send(.identify(key, environment: environment), timeout: timeout)
  }

  /// As `OrgKeyClient.accessibleOrganizationsPage`.
  public func accessibleOrganizationsPage(
    _ key: PresentedKey, environment: String? = nil, pageSize: Int? = nil,
    after pageToken: String? = nil, timeout: Duration? = nil
  ) throws(AuthorizationError) -> Page<String> {
    try send(
      .accessibleOrganizations(
        key, environment: environment, pageSize: pageSize, pageToken: pageToken),
      timeout: timeout)
  }

  /// As `OrgKeyClient.health`.
  public func health(timeout: Duration? = nil) throws(QueryError) -> Health {
    try send(.health(), timeout: timeout)
  }

  /// As `OrgKeyClient.waitUntilServing`.
  @discardableResult
  public func waitUntilServing(timeout: Duration) throws(Unavailable) -> Health {
    var wait = ServingWait(timeout: timeout)
    while true {
      let attempt: Result<Health, QueryError>
      do { attempt = .success(try health(timeout: wait.attemptTimeout)) } catch {
        attempt = .failure(error)
      }
      if let health = try wait.health(from: attempt) { return health }
      Platform.sleep(until: wait.nextAttempt)
    }
  }
}
