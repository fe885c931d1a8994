internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeyWire

extension CallHandler {
  func putOrganization(_ request: PutOrganizationRequest, _ call: Call) throws(Refusal) -> Work {
    try Validation.organizationID(request.organizationID)
    if !request.parentID.isEmpty {
      try Validation.organizationID(request.parentID, field: "parent_id")
    }
    try Validation.organizationName(request.name)
    let (service, author) = (service, call.author)
    return .change { transaction in
      let (details, created) = try transaction.putOrganization(
        id: request.organizationID, parentID: request.parentID, name: request.name, by: author)
      return {
        service.logChange(call, organization: details.id)
        return .putOrganization(
          PutOrganizationResponse(
            organization: service.message(for: details, author), created: created))
      }
    }
  }

  func moveOrganization(_ request: MoveOrganizationRequest, _ call: Call) throws(Refusal) -> Work {
    try Validation.organizationID(request.organizationID)
    if request.toRoot, !request.parentID.isEmpty {
      throw .invalid("parent_id", "parent_id and to_root are both given: give one")
    }
    if !request.toRoot { try Validation.organizationID(request.parentID, field: "parent_id") }
    let parent = request.toRoot ? nil : request.parentID
    return organizationChange(call) { (transaction, author) in
      try transaction.moveOrganization(id: request.organizationID, under: parent, by: author)
    } answer: {
      .moveOrganization(MoveOrganizationResponse(organization: $0))
    }
  }

  func suspendOrganization(
    _ request: SuspendOrganizationRequest, _ call: Call
  ) throws(Refusal) -> Work {
    try Validation.organizationID(request.organizationID)
    return organizationChange(call) { (transaction, author) in
      try transaction.suspendOrganization(id: request.organizationID, true, by: author)
    } answer: {
      .suspendOrganization(SuspendOrganizationResponse(organization: $0))
    }
  }

  func resumeOrganization(
    _ request: ResumeOrganizationRequest, _ call: Call
  ) throws(Refusal) -> Work {
    try Validation.organizationID(request.organizationID)
    return organizationChange(call) { (transaction, author) in
      try transaction.suspendOrganization(id: request.organizationID, false, by: author)
    } answer: {
      .resumeOrganization(ResumeOrganizationResponse(organization: $0))
    }
  }

  func deleteOrganization(
    _ request: DeleteOrganizationRequest, _ call: Call
  ) throws(Refusal) -> Work {
    try Validation.organizationID(request.organizationID)
    var asked = OrganizationDeletion(id: request.organizationID)
    asked.revokesKeys = request.revokeKeys
    asked.includesDescendants = request.includeDescendants
    let (service, author, deletion) = (service, call.author, asked)
    return .change { transaction in
      let (organizations, keys) = try transaction.deleteOrganization(deletion, by: author)
      return {
        service.logChange(call, organization: deletion.id, count: organizations + keys)
        return .deleteOrganization(
          DeleteOrganizationResponse(
            deletedOrganizationCount: UInt64(organizations), revokedKeyCount: UInt64(keys)))
      }
    }
  }

  /// A change that is answered with the organization as it is then.
  private func organizationChange(
    _ call: Call,
    _ change: @escaping @Sendable (inout Transaction, Author) throws -> OrganizationDetails,
    answer: @escaping @Sendable (Organization) -> Response.Result
  ) -> Work {
    let (service, author) = (service, call.author)
    return .change { transaction in
      let details = try change(&transaction, author)
      return {
        service.logChange(call, organization: details.id)
        return answer(service.message(for: details, author))
      }
    }
  }
}
