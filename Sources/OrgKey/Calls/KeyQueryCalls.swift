internal import OrgKeyWire

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
      unusedSinceUnixMs: filter.unusedSince.wireBound,
      nameContains: try given(filter.nameContains, "name_contains"), pageSize: pageSize(size),
      pageToken: try given(pageToken, "page_token"),
      expiresBeforeUnixMs: filter.expiresBefore.wireBound,
      secretHint: try given(filter.secretHint, "secret_hint"),
      secretCreatedBeforeUnixMs: filter.secretCreatedBefore.wireBound, label: filter.label?.wire)
    return try .administration(.listKeys(request), caller, mayRepeat: true) {
      (result) throws(QueryError) in
      guard case .listKeys(let answer) = result else { return nil }
      return Page(answer.keys.compactMap(Key.init), wireToken: answer.nextPageToken)
    }
  }
}

extension Call where Success == [UsageDay], Failure == QueryError {
  static func usage(
    keyID: String, from: Timestamp?, to: Timestamp?, _ caller: ActingCaller
  ) throws(QueryError) -> Call {
    let request = GetUsageRequest(keyID: keyID, fromUnixMs: from.wireBound, toUnixMs: to.wireBound)
    return try .administration(.getUsage(request), caller, mayRepeat: true) {
      (result) throws(QueryError) in
      guard case .getUsage(let answer) = result else { return nil }
      return answer.days.map(UsageDay.init)
    }
  }
}

extension Call where Success == Explanation, Failure == QueryError {
  static func explain(
    _ key: ExplainedKey, permission: String, in scope: OrganizationScope, environment: String?,
    _ caller: ActingCaller
  ) throws(QueryError) -> Call {
    var request = ExplainAuthorizeRequest(
      organizationID: try wire(scope), permission: try given(permission, "permission"),
      environment: try given(environment, "environment"))
    switch key {
    case .text(let text):
      // Whatever else is wrong with it the daemon explains; behind a NUL it would see nothing.
      if text.withBytes({ bytes in bytes.indices.contains { bytes[$0] == 0 } }) {
        throw .misuse(Misuse(field: "api_key", message: "It holds a NUL."))
      }
      request.apiKey = text.secret
    case .key(let id, let secretVersion):
      if secretVersion == 0 {
        throw .misuse(Misuse(field: "secret_version", message: "Versions begin at 1."))
      }
      request.keyID = try given(id, "key_id")
      request.secretVersion = secretVersion ?? 0
    }
    return try .administration(.explainAuthorize(request), caller, mayRepeat: true) {
      (result) throws(QueryError) in
      guard case .explainAuthorize(let answer) = result else { return nil }
      return Explanation(answer)
    }
  }
}
