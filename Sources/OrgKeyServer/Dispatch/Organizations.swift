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
        let message = service.directory.read { Organization(details, in: $0) }
        return .putOrganization(
          PutOrganizationResponse(organization: message, created: created))
      }
    }
  }

  func getOrganization(_ request: GetOrganizationRequest, _ call: Call) throws(Refusal) -> Work {
    try Validation.organizationID(request.organizationID)
    let author = call.author
    return .read(scan: false) { (records) throws(Refusal) in
      let organization = try records.organization(request.organizationID, author)
      return .getOrganization(GetOrganizationResponse(organization: organization))
    }
  }

  func listOrganizations(_ request: ListOrganizationsRequest, _ call: Call) throws(Refusal) -> Work
  {
    if !request.organizationID.isEmpty { try Validation.organizationID(request.organizationID) }
    let limit = try PageSize.check(request.pageSize, default: 100, atMost: 1_000)
    let cursor = try request.pageToken.isEmpty ? nil : PageToken.walk(request.pageToken)
    let author = call.author
    return .read(scan: true) { (records) throws(Refusal) in
      try records.organizations(request, author, after: cursor, limit: limit)
    }
  }

  func listAccessibleOrganizations(
    _ request: ListAccessibleOrganizationsRequest
  ) throws(Refusal) -> Work {
    let question = try IdentifyQuestion(request.apiKey, request.environment)
    let limit = try PageSize.check(request.pageSize, default: 1_000, atMost: 5_000)
    let cursor = try request.pageToken.isEmpty ? nil : PageToken.walk(request.pageToken)
    return .read(scan: true) { (records) throws(Refusal) in
      try records.accessibleOrganizations(question, after: cursor, limit: limit)
    }
  }
}

extension Organization {
  /// What is on disk, with what the Directory knows of its place.
  init(_ details: OrganizationDetails, in directory: borrowing Directory) {
    self.init(
      organizationID: details.id, parentID: details.parentID, name: details.name,
      suspended: details.suspended)
    guard let handle = directory.organization(number: details.number) else { return }
    let state = directory[handle]
    suspendedByAncestor = state.suspendedByAncestor
    depth = UInt32(state.depth)
    keyCount = UInt64(state.keyCount)
    childCount = UInt64(state.childCount)
    subtreeKeyCount = UInt64(state.subtreeKeyCount)
    subtreeOrganizationCount = UInt64(state.subtreeOrganizationCount)
  }
}
