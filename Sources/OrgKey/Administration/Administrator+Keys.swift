/// The calls about keys.
extension Administrator {
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

  /// Gives a key a second secret; it keeps its id, name, permissions, limits and history. Refused
  /// with `.failedPrecondition` while it has two. The new text is in the answer and nowhere else.
  ///
  /// Use `key(id:)` to see by each secret's last use whether the old one has fallen silent, and
  /// `revokeKey` with `.secret` to end it.
  ///
  /// - Parameters:
  ///   - id: the key's.
  ///   - overlap: how long the present secret goes on working.
  ///   - requestID: as `NewKey.requestID`; nil chooses a random one. A repetition adds no third
  ///     secret but is refused as `.alreadyExists` with the key's id and the secret's version.
  ///   - timeout: nil: the client's for administration.
  public func rotateKey(
    id: String, overlap: RotationOverlap, requestID: String? = nil, timeout: Duration? = nil
  ) async throws(ChangeError) -> IssuedKey {
    try await client.send(
      .rotateKey(
        id: id, overlap: overlap, requestID: requestID ?? RequestID.random(), caller),
      timeout: timeout)
  }

  /// Changes some properties of a key. A revoked one is refused with `.failedPrecondition`; to
  /// change nothing is misuse.
  ///
  /// - Returns: the key as it is now.
  @discardableResult
  public func updateKey(
    id: String, _ changes: KeyChanges, timeout: Duration? = nil
  ) async throws(ChangeError) -> Key {
    try await client.send(.updateKey(id: id, changes, caller), timeout: timeout)
  }

  /// Revokes a key or one of its secrets, at once and for good. Idempotent: the first time and
  /// reason stay.
  ///
  /// - Parameters:
  ///   - target: the key, or which of its secrets.
  ///   - reason: for the records, at most 500 bytes.
  ///   - timeout: nil: the client's for administration.
  /// - Returns: the key as it is now.
  @discardableResult
  public func revokeKey(
    _ target: RevocationTarget, reason: String = "", timeout: Duration? = nil
  ) async throws(ChangeError) -> Key {
    try await client.send(.revokeKey(target, reason: reason, caller), timeout: timeout)
  }

  /// Revokes all keys of an organization, at once and for good. Idempotent.
  ///
  /// - Parameters:
  ///   - organizationID: whose keys.
  ///   - includingDescendants: those of all organizations below too.
  ///   - reason: for the records, at most 500 bytes.
  ///   - timeout: nil: the client's for administration.
  /// - Returns: how many were not revoked before; fewer if the connection broke and the call was
  ///   made again.
  @discardableResult
  public func revokeKeys(
    of organizationID: String, includingDescendants: Bool = false, reason: String = "",
    timeout: Duration? = nil
  ) async throws(ChangeError) -> UInt64 {
    try await client.send(
      .revokeKeys(
        of: organizationID, includingDescendants: includingDescendants, reason: reason, caller),
      timeout: timeout)
  }

  /// Removes a revoked key from the records; any other is refused with `.failedPrecondition`. Its
  /// digest stays known as revoked.
  public func deleteKey(id: String, timeout: Duration? = nil) async throws(ChangeError) {
    try await client.send(.deleteKey(id: id, caller), timeout: timeout)
  }

  /// The key with this id.
  public func key(id: String, timeout: Duration? = nil) async throws(QueryError) -> Key {
    try await client.send(.key(id: id, caller), timeout: timeout)
  }

  /// All keys that pass the filter, newest first.
  ///
  /// - Parameters:
  ///   - filter: which keys; by default all in reach.
  ///   - timeout: for each page; nil: the client's for administration.
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
  ///   - filter: the same for each page.
  ///   - pageSize: at most 1000; nil: 100.
  ///   - pageToken: of the page before; nil: the first page.
  ///   - timeout: nil: the client's for administration.
  public func keysPage(
    _ filter: KeyFilter = KeyFilter(), pageSize: Int? = nil, after pageToken: String? = nil,
    timeout: Duration? = nil
  ) async throws(QueryError) -> Page<Key> {
    try await client.send(
      .keys(filter, pageSize: pageSize, pageToken: pageToken, caller), timeout: timeout)
  }

  /// How a key was used, day by day.
  ///
  /// - Parameters:
  ///   - keyID: the key's id.
  ///   - from: nil: 30 days ago.
  ///   - to: nil: now.
  ///   - timeout: nil: the client's for administration.
  public func usage(
    keyID: String, from: Timestamp? = nil, to: Timestamp? = nil, timeout: Duration? = nil
  ) async throws(QueryError) -> [UsageDay] {
    try await client.send(.usage(keyID: keyID, from: from, to: to, caller), timeout: timeout)
  }

  /// What `OrgKeyClient.authorize` would do, and why. Counts nothing.
  ///
  /// - Parameters:
  ///   - key: by its text or its id.
  ///   - permission: the concrete one that is asked for, "contacts:read".
  ///   - scope: the organization whose data is asked for.
  ///   - environment: nil: the one the daemon requires, else any.
  ///   - timeout: nil: the client's for administration.
  public func explain(
    _ key: ExplainedKey, permission: String, in scope: OrganizationScope,
    environment: String? = nil, timeout: Duration? = nil
  ) async throws(QueryError) -> Explanation {
    try await client.send(
      .explain(key, permission: permission, in: scope, environment: environment, caller),
      timeout: timeout)
  }
}
