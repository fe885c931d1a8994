/// The calls about keys.
extension BlockingAdministrator {
  /// As `Administrator.issueKey`.
  public func issueKey(_ key: NewKey, timeout: Duration? = nil) throws(ChangeError) -> IssuedKey {
    try client.send(.issueKey(key, caller), timeout: timeout)
  }

  /// As `Administrator.rotateKey`.
  public func rotateKey(
    id: String, overlap: RotationOverlap, requestID: String? = nil, timeout: Duration? = nil
  ) throws(ChangeError) -> IssuedKey {
    try client.send(
      .rotateKey(
        id: id, overlap: overlap, requestID: requestID ?? RequestID.random(), caller),
      timeout: timeout)
  }

  /// As `Administrator.updateKey`.
  @discardableResult
  public func updateKey(
    id: String, _ changes: KeyChanges, timeout: Duration? = nil
  ) throws(ChangeError) -> Key {
    try client.send(.updateKey(id: id, changes, caller), timeout: timeout)
  }

  /// As `Administrator.revokeKey`.
  @discardableResult
  public func revokeKey(
    _ target: RevocationTarget, reason: String = "", timeout: Duration? = nil
  ) throws(ChangeError) -> Key {
    try client.send(.revokeKey(target, reason: reason, caller), timeout: timeout)
  }

  /// As `Administrator.revokeKeys`.
  @discardableResult
  public func revokeKeys(
    of organizationID: String, includingDescendants: Bool = false, reason: String = "",
    timeout: Duration? = nil
  ) throws(ChangeError) -> UInt64 {
    try client.send(
      .revokeKeys(
        of: organizationID, includingDescendants: includingDescendants, reason: reason, caller),
      timeout: timeout)
  }

  /// As `Administrator.deleteKey`.
  public func deleteKey(id: String, timeout: Duration? = nil) throws(ChangeError) {
    try client.send(.deleteKey(id: id, caller), timeout: timeout)
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

  /// As `Administrator.usage`.
  public func usage(
    keyID: String, from: Timestamp? = nil, to: Timestamp? = nil, timeout: Duration? = nil
  ) throws(QueryError) -> [UsageDay] {
    try client.send(.usage(keyID: keyID, from: from, to: to, caller), timeout: timeout)
  }

  /// As `Administrator.explain`.
  public func explain(
    _ key: ExplainedKey, permission: String, in scope: OrganizationScope,
    environment: String? = nil, timeout: Duration? = nil
  ) throws(QueryError) -> Explanation {
    try client.send(
      .explain(key, permission: permission, in: scope, environment: environment, caller),
      timeout: timeout)
  }
}
