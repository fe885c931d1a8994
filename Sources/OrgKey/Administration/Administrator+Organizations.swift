/// The calls about organizations.
extension Administrator {
  /// Makes an organization, or renames it. For one that exists, what is nil stays as it is, and
  /// another parent is refused with `.failedPrecondition`.
  ///
  /// - Parameters:
  ///   - id: the application's own identifier, 1 to 128 bytes of printable ASCII without space.
  ///   - parentID: must exist; nil, for a new one: the root of a tree.
  ///   - name: for people, at most 200 characters.
  ///   - timeout: nil: the client's for administration.
  @discardableResult
  public func putOrganization(
    id: String, parentID: String? = nil, name: String? = nil, timeout: Duration? = nil
  ) async throws(ChangeError) -> PutOrganization {
    try await client.send(
      .putOrganization(id: id, parentID: parentID, name: name, caller), timeout: timeout)
  }

  /// Moves an organization with everything below it. Refused with `.failedPrecondition` if that
  /// makes a circle or a tree too deep.
  @discardableResult
  public func moveOrganization(
    id: String, to place: OrganizationPlace, timeout: Duration? = nil
  ) async throws(ChangeError) -> Organization {
    try await client.send(.moveOrganization(id: id, to: place, caller), timeout: timeout)
  }

  /// Stops all keys of an organization and of those below, and all access to them, at once.
  /// Idempotent.
  @discardableResult
  public func suspendOrganization(
    id: String, timeout: Duration? = nil
  ) async throws(ChangeError) -> Organization {
    try await client.send(.suspendOrganization(id: id, caller), timeout: timeout)
  }

  /// Undoes `suspendOrganization`. One above that is suspended itself stays so.
  @discardableResult
  public func resumeOrganization(
    id: String, timeout: Duration? = nil
  ) async throws(ChangeError) -> Organization {
    try await client.send(.resumeOrganization(id: id, caller), timeout: timeout)
  }

  /// Deletes an organization and its keys.
  ///
  /// - Parameters:
  ///   - id: the organization's.
  ///   - revokingKeys: revokes the keys first; false: refused with `.failedPrecondition` while a key
  ///     not yet revoked would be lost.
  ///   - includingDescendants: those below too; false: refused while there are any.
  ///   - timeout: nil: the client's for administration.
  @discardableResult
  public func deleteOrganization(
    id: String, revokingKeys: Bool = false, includingDescendants: Bool = false,
    timeout: Duration? = nil
  ) async throws(ChangeError) -> DeletedOrganizations {
    try await client.send(
      .deleteOrganization(
        id: id, revokingKeys: revokingKeys, includingDescendants: includingDescendants, caller),
      timeout: timeout)
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
  ///   - timeout: for each page; nil: the client's for administration.
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
  ///   - organizationID: nil: the roots, or the organization acted for.
  ///   - includingDescendants: all below, not only children.
  ///   - pageSize: at most 1000; nil: 100.
  ///   - pageToken: of the page before; nil: the first page.
  ///   - timeout: nil: the client's for administration.
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
}
