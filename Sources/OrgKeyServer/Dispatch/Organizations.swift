internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeyWire

extension CallHandler {
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

extension Service {
  /// An organization's record as it goes out to `author`.
  func message(for details: OrganizationDetails, _ author: Author) -> Organization {
    directory.read { Organization(details, in: $0, for: author) }
  }
}

extension Directory {
  /// The depth of the organization that `author` acts for; 0 if there is none.
  fileprivate func depth(ofTopFor author: Author) -> Int {
    organization(id: author.actingOrganizationID.utf8.span).map { self[$0].depth } ?? 0
  }
}

extension Organization {
  /// What is on disk, with what the Directory knows of its place. Of what lies above the
  /// organization that `author` acts for, nothing is told: for such a call that one is the root.
  init(_ details: OrganizationDetails, in directory: borrowing Directory, for author: Author) {
    let isTop = details.id.utf8.elementsEqual(author.actingOrganizationID.utf8)
    self.init(
      organizationID: details.id, parentID: isTop ? "" : details.parentID, name: details.name,
      suspended: details.suspended)
    guard let handle = directory.organization(number: details.number) else { return }
    let state = directory[handle]
    suspendedByAncestor = state.suspendedByAncestor
    depth = UInt32(max(0, state.depth - directory.depth(ofTopFor: author)))
    keyCount = UInt64(state.keyCount)
    childCount = UInt64(state.childCount)
    subtreeKeyCount = UInt64(state.subtreeKeyCount)
    subtreeOrganizationCount = UInt64(state.subtreeOrganizationCount)
  }
}
