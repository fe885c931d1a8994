/// The calls that manage keys and organizations, for a process whose uid or group the daemon knows
/// as an administrator's, a delegate's or (for those that change nothing) a reader's.
///
/// From `OrgKeyClient.administrator(actor:)`, or from `OrgKeyClient.onBehalf(of:…)` confined to one
/// organization. Everywhere, a `timeout` of nil is the client's for administration.
public struct Administrator: Sendable {
  let client: OrgKeyClient
  let caller: ActingCaller

  /// The same calls for threads that may be blocked.
  public var blocking: BlockingAdministrator {
    BlockingAdministrator(client: client.blocking, caller: caller)
  }

  /// Issues a key. Its text is in the answer and nowhere else.
  ///
  /// With a `requestID`, as by default, a broken connection is no reason to give up: the request is
  /// repeated. If the first one had been carried out, this throws `.refused` with `.alreadyExists`
  /// and the key's id.
  public func issueKey(
    _ key: NewKey, timeout: Duration? = nil
  ) async throws(ChangeError) -> IssuedKey {
    try await client.send(.issueKey(key, caller), timeout: timeout)
  }

  /// Revokes a key or one of its secrets, at once and for good. Idempotent: the first time and
  /// reason stay.
  ///
  /// - Parameter reason: for the records, at most 500 bytes.
  /// - Returns: the key as it is now.
  @discardableResult
  public func revokeKey(
    _ target: RevocationTarget, reason: String = "", timeout: Duration? = nil
  ) async throws(ChangeError) -> Key {
    try await client.send(.revokeKey(target, reason: reason, caller), timeout: timeout)
  }

  /// The key with this id.
  public func key(id: String, timeout: Duration? = nil) async throws(QueryError) -> Key {
    try await client.send(.key(id: id, caller), timeout: timeout)
  }

  /// All keys that pass the filter, newest first.
  ///
  /// - Parameter timeout: for each page.
  public func keys(
    _ filter: KeyFilter = KeyFilter(), timeout: Duration? = nil
  ) -> PagedSequence<Key, QueryError> {
    PagedSequence { (token) async throws(QueryError) in
      try await self.keysPage(filter, after: token, timeout: timeout)
    }
  }

  /// One page of `keys`.
  ///
  /// - Parameters:
  ///   - pageSize: at most 1000; nil: 100.
  ///   - pageToken: of the page before; nil: the first page.
  public func keysPage(
    _ filter: KeyFilter = KeyFilter(), pageSize: Int? = nil, after pageToken: String? = nil,
    timeout: Duration? = nil
  ) async throws(QueryError) -> Page<Key> {
    try await client.send(
      .keys(filter, pageSize: pageSize, pageToken: pageToken, caller), timeout: timeout)
  }

  /// Makes an organization, or renames it. For one that exists, what is nil stays as it is, and
  /// another parent is refused with `.failedPrecondition`.
  ///
  /// - Parameter parentID: must exist; nil, for a new one: the root of a tree.
  @discardableResult
  public func putOrganization(
    id: String, parentID: String? = nil, name: String? = nil, timeout: Duration? = nil
  ) async throws(ChangeError) -> PutOrganization {
    try await client.send(
      .putOrganization(id: id, parentID: parentID, name: name, caller), timeout: timeout)
  }

  /// The organization with this id.
  public func organization(
    id: String, timeout: Duration? = nil
  ) async throws(QueryError) -> Organization {
    try await client.send(.organization(id: id, caller), timeout: timeout)
  }

  /// The children of an organization, parents before children.
  ///
  /// - Parameters:
  ///   - organizationID: nil: the roots, or the organization acted for.
  ///   - includingDescendants: all below, not only children.
  ///   - timeout: for each page.
  public func organizations(
    under organizationID: String? = nil, includingDescendants: Bool = false,
    timeout: Duration? = nil
  ) -> PagedSequence<Organization, QueryError> {
    PagedSequence { (token) async throws(QueryError) in
      try await self.organizationsPage(
        under: organizationID, includingDescendants: includingDescendants, after: token,
        timeout: timeout)
    }
  }

  /// One page of `organizations`.
  ///
  /// - Parameters:
  ///   - pageSize: at most 1000; nil: 100.
  ///   - pageToken: of the page before; nil: the first page.
  public func organizationsPage(
    under organizationID: String? = nil, includingDescendants: Bool = false, pageSize: Int? = nil,
    after pageToken: String? = nil, timeout: Duration? = nil
  ) async throws(QueryError) -> Page<Organization> {
    try await client.send(
      .organizations(
        under: organizationID, includingDescendants: includingDescendants, pageSize: pageSize,
        pageToken: pageToken, caller),
      timeout: timeout)
  }

  /// What the daemon counts about itself. Refused when acting for an organization.
  public func statistics(timeout: Duration? = nil) async throws(QueryError) -> Statistics {
    try await client.send(.statistics(caller), timeout: timeout)
  }
}
