internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeyWire

/// What is to be explained: an Authorize call that somebody made or might make.
struct ExplainQuestion: Sendable {
  /// Which key: by its text, mistakes included, or by its id, for who has no secrets.
  enum Target: Sendable {
    case text(SecretText)
    /// 0: the newest secret.
    case id(KeyID, secretVersion: UInt32)
  }

  let target: Target
  let environment: String
  let organizationID: String
  let permission: String

  /// - Throws: what Authorize would refuse as well, or the key is named twice. A missing or wrong
  ///   text is no fault: it is explained.
  init(_ request: ExplainAuthorizeRequest) throws(Refusal) {
    if !request.organizationID.isEmpty { try Validation.organizationID(request.organizationID) }
    try Validation.permission(request.permission.utf8.span)
    if !request.environment.isEmpty { _ = try Validation.environment(request.environment) }
    environment = request.environment
    organizationID = request.organizationID
    permission = request.permission
    if request.keyID.isEmpty {
      guard request.secretVersion == 0 else {
        throw .invalid("secret_version", "secret_version is given without the key_id it needs")
      }
      target = .text(request.apiKey)
    } else {
      guard request.apiKey.count == 0 else {
        throw .invalid("api_key", "key_id and api_key are both given: give one")
      }
      let id = try Validation.keyID(request.keyID)
      target = .id(id, secretVersion: request.secretVersion)
    }
  }

  /// The text that is asked about; nil: the key is named by its id.
  var text: SecretText? { if case .text(let text) = target { text } else { nil } }
}

extension ExplainQuestion {
  /// What the Directory says to it.
  ///
  /// - Parameters:
  ///   - trace: whose secret it is by the records; who asks may see that.
  ///   - top: the organization on whose behalf it is asked.
  func explanation(
    in directory: borrowing Directory, _ policy: Policy, _ now: Instant, _ trace: SecretTrace?,
    within top: OrganizationHandle?
  ) -> Explanation {
    var recorded: KeyHandle?
    var version: UInt32?
    if case .known(let place) = trace {
      recorded = directory.key(number: place.key)
      version = place.version
    }
    switch target {
    case .text(let text):
      return text.withBytes { bytes in
        directory.explain(
          presented: bytes, digest: Digest(ofKey: bytes), environment: environment.utf8.span,
          organization: organizationID.utf8.span, permission: permission.utf8.span,
          policy: policy, now: now, recorded: recorded, within: top)
      }
    case .id:
      let secret = recorded.flatMap { key in
        directory.secrets(of: key).first { directory[$0].version == version }
      }
      return directory.explain(
        recorded, secret: secret, environment: environment.utf8.span,
        organization: organizationID.utf8.span, permission: permission.utf8.span,
        policy: policy, now: now)
    }
  }
}
