/// The calls that everybody may make who can open the socket.
extension OrgKeyClient {
  /// Asks whether a request may pass. Returns only if it may; a denial is thrown, so that a handler
  /// that forgets to look lets nobody in.
  ///
  ///     do {
  ///       let grant = try await client.authorize(
  ///         .header(headers["X-API-Key"]), permission: "contacts:read", in: .organization(id))
  ///       return contacts(of: grant.organizationID)
  ///     } catch {
  ///       return Response(error.response.statusCode, body: error.response.json)
  ///     }
  ///
  /// - Parameters:
  ///   - key: what the request presented.
  ///   - permission: the concrete one that the endpoint requires, "contacts:read".
  ///   - scope: the organization whose data is asked for. Never `.own` because it is missing in the
  ///     request, unless that is what the endpoint means.
  ///   - environment: only keys of this one pass; nil: the one the daemon requires, else any.
  ///   - timeout: nil: the client's for checks.
  public func authorize(
    _ key: PresentedKey, permission: String, in scope: OrganizationScope,
    environment: String? = nil, timeout: Duration? = nil
  ) async throws(AuthorizationError) -> Grant {
    try await send(
      .authorize(key, permission: permission, in: scope, environment: environment),
      timeout: timeout)
  }

  /// Says whose key this is, without asking for a permission. Does not count as use.
  ///
  /// - Returns: the key's record, only if the key is good.
  public func identify(
    _ key: PresentedKey, environment: String? = nil, timeout: Duration? = nil
  ) async throws(AuthorizationError) -> Key {
    try await send(.identify(key, environment: environment), timeout: timeout)
  }

  /// The identifiers of all organizations that a key reaches: its own and all below, parents before
  /// children, suspended ones left out. Does not count as use.
  ///
  /// - Parameters:
  ///   - key: what the request presented.
  ///   - environment: only keys of this one pass; nil: the one the daemon requires, else any.
  ///   - timeout: for each page of up to 1000; nil: the client's for checks.
  public func accessibleOrganizations(
    _ key: PresentedKey, environment: String? = nil, timeout: Duration? = nil
  ) -> PagedSequence<String, AuthorizationError> {
    PagedSequence { (token) async throws(AuthorizationError) in
      try await self.accessibleOrganizationsPage(
        key, environment: environment, after: token, timeout: timeout)
    }
  }

  /// One page of `accessibleOrganizations`.
  ///
  /// - Parameters:
  ///   - key: what the request presented.
  ///   - environment: only keys of this one pass; nil: the one the daemon requires, else any.
  ///   - pageSize: at most 5000; nil: 1000.
  ///   - pageToken: of the page before; nil: the first page.
  ///   - timeout: nil: the client's for checks.
  public func accessibleOrganizationsPage(
    _ key: PresentedKey, environment: String? = nil, pageSize: Int? = nil,
    after pageToken: String? = nil, timeout: Duration? = nil
  ) async throws(AuthorizationError) -> Page<String> {
    try await send(
      .accessibleOrganizations(
        key, environment: environment, pageSize: pageSize, pageToken: pageToken),
      timeout: timeout)
  }

  /// How the daemon is.
  public func health(timeout: Duration? = nil) async throws(QueryError) -> Health {
    try await send(.health(), timeout: timeout)
  }

  /// Waits until the daemon serves, for a service that starts together with it.
  ///
  /// Asks again and again, also while the daemon was never reached.
  ///
  /// - Throws: the last thing that kept it from serving, when `timeout` has passed. At once if the
  ///   client is closed, the task cancelled or the socket's path impossible.
  @discardableResult
  public func waitUntilServing(timeout: Duration) async throws(Unavailable) -> Health {
    var wait = ServingWait(timeout: timeout)
    while true {
      let attempt: Result<Health, QueryError>
      do { attempt = .success(try await health(timeout: wait.attemptTimeout)) } catch {
        attempt = .failure(error)
      }
      if let health = try wait.health(from: attempt) { return health }
      do { try await Task.sleep(until: wait.nextAttempt) } catch { throw Unavailable(.cancelled) }
    }
  }
}
