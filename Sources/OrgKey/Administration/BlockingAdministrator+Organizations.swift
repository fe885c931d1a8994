/// The calls about organizations.
extension BlockingAdministrator {
  /// As `Administrator.putOrganization`.
  @discardableResult
  public func putOrganization(
    id: String, parentID: String? = nil, name: String? = nil, timeout: Duration? = nil
  ) throws(ChangeError) -> PutOrganization {
    try client.send(
      .putOrganization(id: id, parentID: parentID, name: name, caller), timeout: timeout)
  }

  /// As `Administrator.moveOrganization`.
  @discardableResult
  public func moveOrganization(
    id: String, to place: OrganizationPlace, timeout: Duration? = nil
  ) throws(ChangeError) -> Organization {
    try client.send(.moveOrganization(id: id, to: place, caller), timeout: timeout)
  }

  /// As `Administrator.suspendOrganization`.
  @discardableResult
  public func suspendOrganization(
    id: String, timeout: Duration? = nil
  ) throws(ChangeError) -> Organization {
    try client.send(.suspendOrganization(id: id, caller), timeout: timeout)
  }

  /// As `Administrator.resumeOrganization`.
  @discardableResult
  public func resumeOrganization(
    id: String, timeout: Duration? = nil
  ) throws(ChangeError) -> Organization {
    try client.send(.resumeOrganization(id: id, caller), timeout: timeout)
  }

  /// As `Administrator.deleteOrganization`.
  @discardableResult
  public func deleteOrganization(
    id: String, revokingKeys: Bool = false, includingDescendants: Bool = false,
    timeout: Duration? = nil
  ) throws(ChangeError) -> DeletedOrganizations {
    try client.send(
      .deleteOrganization(
        id: id, revokingKeys: revokingKeys, includingDescendants: includingDescendants, caller),
      timeout: timeout)
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
}
