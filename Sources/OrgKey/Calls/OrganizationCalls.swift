internal import OrgKeyWire

extension Call where Success == PutOrganization, Failure == ChangeError {
  static func putOrganization(
    id: String, parentID: String?, name: String?, _ caller: ActingCaller
  ) throws(ChangeError) -> Call {
    let request = PutOrganizationRequest(
      organizationID: id, parentID: try given(parentID, "parent_id"), name: name ?? "")
    // Not repeated: it could undo a renaming made by somebody else in between.
    return try .administration(.putOrganization(request), caller, mayRepeat: false) {
      (result) throws(ChangeError) in
      guard case .putOrganization(let answer) = result,
        let organization = answer.organization.flatMap(Organization.init)
      else { return nil }
      return PutOrganization(organization: organization, wasCreated: answer.created)
    }
  }
}

extension Call where Success == Organization, Failure == ChangeError {
  static func moveOrganization(
    id: String, to place: OrganizationPlace, _ caller: ActingCaller
  ) throws(ChangeError) -> Call {
    var request = MoveOrganizationRequest(organizationID: id)
    switch place {
    case .root: request.toRoot = true
    case .under(let parentID): request.parentID = try given(parentID, "parent_id")
    }
    // Not repeated: it could undo a move made by somebody else in between.
    return try .administration(.moveOrganization(request), caller, mayRepeat: false) {
      (result) throws(ChangeError) in
      guard case .moveOrganization(let answer) = result else { return nil }
      return answer.organization.flatMap(Organization.init)
    }
  }

  static func suspendOrganization(
    id: String, _ caller: ActingCaller
  ) throws(ChangeError) -> Call {
    let request = SuspendOrganizationRequest(organizationID: id)
    // Repeated: at worst it stops again what somebody resumed in between, which is the safe side.
    return try .administration(.suspendOrganization(request), caller, mayRepeat: true) {
      (result) throws(ChangeError) in
      guard case .suspendOrganization(let answer) = result else { return nil }
      return answer.organization.flatMap(Organization.init)
    }
  }

  static func resumeOrganization(
    id: String, _ caller: ActingCaller
  ) throws(ChangeError) -> Call {
    let request = ResumeOrganizationRequest(organizationID: id)
    // Not repeated: it could let in what somebody suspended in between.
    return try .administration(.resumeOrganization(request), caller, mayRepeat: false) {
      (result) throws(ChangeError) in
      guard case .resumeOrganization(let answer) = result else { return nil }
      return answer.organization.flatMap(Organization.init)
    }
  }
}

extension Call where Success == DeletedOrganizations, Failure == ChangeError {
  static func deleteOrganization(
    id: String, revokingKeys: Bool, includingDescendants: Bool, _ caller: ActingCaller
  ) throws(ChangeError) -> Call {
    let request = DeleteOrganizationRequest(
      organizationID: id, revokeKeys: revokingKeys, includeDescendants: includingDescendants)
    // Not repeated: it could delete one that was made with the same identifier in between.
    return try .administration(.deleteOrganization(request), caller, mayRepeat: false) {
      (result) throws(ChangeError) in
      guard case .deleteOrganization(let answer) = result else { return nil }
      return DeletedOrganizations(
        organizationCount: answer.deletedOrganizationCount,
        revokedKeyCount: answer.revokedKeyCount)
    }
  }
}

extension Call where Success == Organization, Failure == QueryError {
  static func organization(id: String, _ caller: ActingCaller) throws(QueryError) -> Call {
    let request = GetOrganizationRequest(organizationID: id)
    return try .administration(.getOrganization(request), caller, mayRepeat: true) {
      (result) throws(QueryError) in
      guard case .getOrganization(let answer) = result else { return nil }
      return answer.organization.flatMap(Organization.init)
    }
  }
}

extension Call where Success == Page<Organization>, Failure == QueryError {
  static func organizations(
    under organizationID: String?, includingDescendants: Bool, pageSize size: Int?,
    pageToken: String?, _ caller: ActingCaller
  ) throws(QueryError) -> Call {
    let request = ListOrganizationsRequest(
      organizationID: try given(organizationID, "organization_id"),
      includeDescendants: includingDescendants, pageSize: pageSize(size),
      pageToken: try given(pageToken, "page_token"))
    return try .administration(.listOrganizations(request), caller, mayRepeat: true) {
      (result) throws(QueryError) in
      guard case .listOrganizations(let answer) = result else { return nil }
      return Page(
        answer.organizations.compactMap(Organization.init), wireToken: answer.nextPageToken)
    }
  }
}
