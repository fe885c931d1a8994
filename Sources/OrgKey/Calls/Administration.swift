internal import OrgKeyWire

extension Call where Success == IssuedKey, Failure == ChangeError {
  static func issueKey(_ key: NewKey, _ caller: ActingCaller) throws(ChangeError) -> Call {
    let request = IssueKeyRequest(
      organizationID: key.organizationID, name: key.name,
      environment: try given(key.environment, "environment"), permissions: key.permissions,
      expiresAtUnixMs: key.expiresAt.wire, rateLimit: try wire(key.rateLimit, field: "rate_limit"),
      requestID: key.requestID, labels: key.labels.map(\.wire))
    return try .administration(.issueKey(request), caller, mayRepeat: !key.requestID.isEmpty) {
      (result) throws(ChangeError) in
      guard case .issueKey(let answer) = result, let key = answer.key.flatMap(Key.init),
        answer.apiKey.count > 0
      else { return nil }
      return IssuedKey(key: key, text: KeyText(answer.apiKey))
    }
  }
}

extension Call where Success == Key, Failure == ChangeError {
  static func revokeKey(
    _ target: RevocationTarget, reason: String, _ caller: ActingCaller
  ) throws(ChangeError) -> Call {
    var request = RevokeKeyRequest(reason: reason)
    switch target {
    case .key(let id): request.keyID = id
    case .secret(let version, let keyID):
      // On the wire 0 is the whole key.
      if version == 0 {
        throw .misuse(Misuse(field: "secret_version", message: "Versions begin at 1."))
      }
      request.keyID = keyID
      request.secretVersion = version
    case .text(let text):
      guard case .text(let text) = PresentedKey.text(text).content else {
        throw .misuse(Misuse(field: "api_key", message: "It can't be the text of a key."))
      }
      request.apiKey = text
    }
    return try .administration(.revokeKey(request), caller, mayRepeat: true) {
      (result) throws(ChangeError) in
      guard case .revokeKey(let answer) = result else { return nil }
      return answer.key.flatMap(Key.init)
    }
  }
}

extension Call where Success == Key, Failure == QueryError {
  static func key(id: String, _ caller: ActingCaller) throws(QueryError) -> Call {
    try .administration(.getKey(GetKeyRequest(keyID: id)), caller, mayRepeat: true) {
      (result) throws(QueryError) in
      guard case .getKey(let answer) = result else { return nil }
      return answer.key.flatMap(Key.init)
    }
  }
}

extension Call where Success == Page<Key>, Failure == QueryError {
  static func keys(
    _ filter: KeyFilter, pageSize size: Int?, pageToken: String?, _ caller: ActingCaller
  ) throws(QueryError) -> Call {
    let request = ListKeysRequest(
      organizationID: try given(filter.organizationID, "organization_id"),
      includeDescendants: filter.includesDescendants,
      environment: try given(filter.environment, "environment"),
      states: filter.states.compactMap { OrgKeyWire.KeyState(rawValue: $0.rawValue) },
      unusedSinceUnixMs: filter.unusedSince.wire,
      nameContains: try given(filter.nameContains, "name_contains"), pageSize: pageSize(size),
      pageToken: try given(pageToken, "page_token"),
      expiresBeforeUnixMs: filter.expiresBefore.wire,
      secretHint: try given(filter.secretHint, "secret_hint"),
      secretCreatedBeforeUnixMs: filter.secretCreatedBefore.wire, label: filter.label?.wire)
    return try .administration(.listKeys(request), caller, mayRepeat: true) {
      (result) throws(QueryError) in
      guard case .listKeys(let answer) = result else { return nil }
      return Page(answer.keys.compactMap(Key.init), wireToken: answer.nextPageToken)
    }
  }
}

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

extension Call where Success == Statistics, Failure == QueryError {
  static func statistics(_ caller: ActingCaller) throws(QueryError) -> Call {
    try .administration(.getStatistics(GetStatisticsRequest()), caller, mayRepeat: true) {
      (result) throws(QueryError) in
      guard case .getStatistics(let answer) = result else { return nil }
      return Statistics(answer)
    }
  }
}
