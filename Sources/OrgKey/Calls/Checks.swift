internal import OrgKeyWire

extension Call where Success == Grant, Failure == AuthorizationError {
  static func authorize(
    _ key: PresentedKey, permission: String, in scope: OrganizationScope, environment: String?
  ) throws(AuthorizationError) -> Call {
    let asked = AuthorizeRequest(
      organizationID: try wire(scope), permission: try given(permission, "permission"),
      environment: try given(environment, "environment"))
    var request = asked
    request.apiKey = try key.wire()
    if !scope.isPossible {
      throw .denied(Denial(.organizationAccessDenied, reason: .organizationUnknown))
    }
    return .check(.authorize(request)) { (result) throws(AuthorizationError) in
      guard case .authorize(let answer) = result else { return nil }
      let allowed = try isAllowed(
        answer.decision, answer.reason, keyID: answer.keyID,
        rateLimit: answer.rateLimit.map(RateLimitState.init))
      return allowed ? Grant(answer, to: asked) : nil
    }
  }
}

extension Call where Success == Key, Failure == AuthorizationError {
  static func identify(
    _ key: PresentedKey, environment: String?
  ) throws(AuthorizationError) -> Call {
    let environment = try given(environment, "environment")
    let request = IdentifyKeyRequest(apiKey: try key.wire(), environment: environment)
    return .check(.identifyKey(request)) { (result) throws(AuthorizationError) in
      guard case .identifyKey(let answer) = result,
        try isAllowed(answer.decision, answer.reason)
      else { return nil }
      return answer.key.flatMap(Key.init)
    }
  }
}

extension Call where Success == Page<String>, Failure == AuthorizationError {
  static func accessibleOrganizations(
    _ key: PresentedKey, environment: String?, pageSize size: Int?, pageToken: String?
  ) throws(AuthorizationError) -> Call {
    let token = try given(pageToken, "page_token")
    let environment = try given(environment, "environment")
    let request = ListAccessibleOrganizationsRequest(
      apiKey: try key.wire(), pageSize: pageSize(size), pageToken: token,
      environment: environment)
    return .check(.listAccessibleOrganizations(request)) { (result) throws(AuthorizationError) in
      guard case .listAccessibleOrganizations(let answer) = result,
        try isAllowed(answer.decision, answer.reason)
      else { return nil }
      return Page(answer.organizationIDs, wireToken: answer.nextPageToken)
    }
  }
}

extension Call where Success == Health, Failure == QueryError {
  static func health() -> Call {
    .check(.health(HealthRequest())) { (result) throws(QueryError) in
      guard case .health(let answer) = result else { return nil }
      return Health(
        isServing: answer.status == .serving, version: answer.version,
        databaseID: answer.databaseID)
    }
  }
}

extension Call where Failure == AuthorizationError {
  /// - Returns: false if the verdict is none, or contradicts its reason.
  fileprivate static func isAllowed(
    _ decision: Decision, _ reason: OrgKeyWire.Reason, keyID: String = "",
    rateLimit: RateLimitState? = nil
  ) throws(AuthorizationError) -> Bool {
    guard let verdict = Verdict(decision, reason) else { return false }
    guard case .denied(let code) = verdict else { return true }
    throw .denied(
      Denial(
        code, reason: Reason(reason), keyID: keyID.isEmpty ? nil : keyID, rateLimit: rateLimit))
  }
}

extension PresentedKey {
  fileprivate func wire() throws(AuthorizationError) -> SecretText {
    switch content {
    case .text(let text): return text
    case .refused(let reason): throw .denied(Denial(.invalidAPIKey, reason: reason))
    }
  }
}

extension OrganizationScope {
  /// Whether an organization can have this identifier. It mostly comes from whoever calls the API:
  /// an impossible one is his fault, not this program's.
  fileprivate var isPossible: Bool {
    guard case .organization(let id) = self else { return true }
    return id.withBytes { bytes in
      bytes.count <= 128 && bytes.indices.allSatisfy { (0x21...0x7E).contains(bytes[$0]) }
    }
  }
}

extension Grant {
  /// nil: the answer doesn't say all that a grant needs, or belongs to another question.
  fileprivate init?(_ answer: AuthorizeResponse, to asked: AuthorizeRequest) {
    let expected = asked.organizationID.isEmpty ? answer.organizationID : asked.organizationID
    guard !answer.keyID.isEmpty, !answer.organizationID.isEmpty, !expected.isEmpty,
      answer.authorizedOrganizationID.hasBytes(of: expected),
      asked.environment.isEmpty || answer.environment.hasBytes(of: asked.environment)
    else { return nil }
    self.init(
      organizationID: answer.authorizedOrganizationID, keyID: answer.keyID,
      keyOrganizationID: answer.organizationID, environment: answer.environment,
      secretVersion: answer.secretVersion, rateLimit: answer.rateLimit.map(RateLimitState.init))
  }
}

extension String {
  /// Lends the text's UTF-8.
  fileprivate func withBytes<R>(_ body: (borrowing Span<UInt8>) -> R) -> R {
    var text = self
    return text.withUTF8 { body(unsafe Span(_unsafeElements: $0)) }
  }

  /// Whether both are the same bytes: equal strings may differ in those.
  fileprivate func hasBytes(of other: String) -> Bool {
    withBytes { mine in
      other.withBytes { others in
        guard mine.count == others.count else { return false }
        for index in mine.indices where mine[index] != others[index] { return false }
        return true
      }
    }
  }
}
