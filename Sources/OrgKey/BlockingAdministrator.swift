/// The calls of `Administrator` for threads that may be blocked.
public struct BlockingAdministrator: Sendable {
  let client: BlockingClient
  let caller: ActingCaller

  /// As `Administrator.issueKey`.
  public func issueKey(_ key: NewKey, timeout: Duration? = nil) throws(ChangeError) -> IssuedKey {
    try client.send(.issueKey(key, caller), timeout: timeout)
  }

  /// As `Administrator.revokeKey`.
  @discardableResult
  public func revokeKey(
    _ target: RevocationTarget, reason: String = "", timeout: Duration? = nil
  ) throws(ChangeError) -> Key {
    try client.send(.revokeKey(target, reason: reason, caller), timeout: timeout)
  }

  /// As `Administrator.key`.
  public func key(id: String, timeout: Duration? = nil) throws(QueryError) -> Key {
    try client.send(.key(id: id, caller), timeout: timeout)
  }

  /// As `Administrator.keysPage`.
  public func keysPage(
    _ filter: KeyFilter = KeyFilter(), pageSize: Int? = nil, after pageToken: String? = nil,
    timeout: Duration? = nil
  ) throws(QueryError) -> Page<Key> {
    try client.send(
      .keys(filter, pageSize: pageSize, pageToken: pageToken, caller), timeout: timeout)
  }

  /// As `Administrator.putOrganization`.
  @discardableResult
  public func putOrganization(
    id: String, parentID: String? = nil, name: String? = nil, timeout: Duration? = nil
  ) throws(ChangeError) -> PutOrganization {
    try client.send(
      .putOrganization(id: id, parentID: parentID, name: name, caller), timeout: timeout)
  }

  /// As `Administrator.organization`.
  public func organization(
    id: String, timeout: Duration? = nil
  ) throws(QueryError) -> Organization {
    try client.send(.organization(id: id, caller), timeout: timeout)
  }

  /// As `Administrator.organizationsPage`.
  public func organizationsPage(
    under organizationID: String? = nil, includingDescendants: Bool = false, pageSize: Int? = nil,
    after pageToken: String? = nil, timeout: Duration? = nil
  ) throws(QueryError) -> Page<Organization> {
    try client.send(
      .organizations(
        under: organizationID, includingDescendants: includingDescendants, pageSize: pageSize,
        pageToken: pageToken, caller),
      timeout: timeout)
  }

  /// As `Administrator.statistics`.
  public func statistics(timeout: Duration? = nil) throws(QueryError) -> Statistics {
    try client.send(.statistics(caller), timeout: timeout)
  }
}
