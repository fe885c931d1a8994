internal import Logging
internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeySystem
internal import OrgKeyWire

extension CallHandler {
  func issueKey(_ request: IssueKeyRequest, _ call: Call) throws(Refusal) -> Work {
    let (made, secret) = try newKey(request)
    var key = made
    key.permissions = try Validation.permissions(request.permissions)
    try Validation.expiry(request.expiresAtUnixMs, now: Clock.wallMilliseconds())
    key.expiresAt = request.expiresAtUnixMs
    if let limit = request.rateLimit {
      try Validation.rateLimit(RateLimit(limit))
      key.rateLimit = RateLimit(limit)
    }
    key.defaultRateLimit = service.settings.defaultRateLimit
    try Validation.labels(request.labels.map { ($0.name, $0.value) })
    key.labels = request.labels.map { Label(name: $0.name, value: $0.value) }
    try Validation.requestID(request.requestID)
    key.requestID = request.requestID
    key.requestFingerprint = request.fingerprint
    let (service, author, new) = (service, call.author, key)
    return .change { transaction in
      let details = try transaction.issueKey(new, by: author)
      return {
        service.logChange(call, key: details.id)
        let message = Key(details, at: Clock.wallMilliseconds())
        return .issueKey(IssueKeyResponse(key: message, apiKey: secret))
      }
    }
  }

  /// The key as it will be, with a secret made for it, of which the key keeps only the digest.
  private func newKey(_ request: IssueKeyRequest) throws(Refusal) -> (NewKey, SecretText) {
    try Validation.organizationID(request.organizationID)
    try Validation.keyName(request.name)
    let environment = try service.environment(named: request.environment)
    let (secret, kept) = try SecretText.made(
      prefix: service.policy.keyPrefix, environment: environment)
    let key = NewKey(
      id: try KeyID.made(), organizationID: request.organizationID, name: request.name,
      environment: environment, digest: kept.digest, hint: kept.hint)
    return (key, secret)
  }

  func rotateKey(_ request: RotateKeyRequest, _ call: Call) throws(Refusal) -> Work {
    var made = Rotation(
      id: try Validation.keyID(request.keyID), overlap: try Overlap(seconds: request.overlapS))
    try Validation.requestID(request.requestID)
    made.requestID = request.requestID
    made.requestFingerprint = request.fingerprint
    let (service, author, rotation) = (service, call.author, made)
    return .change { transaction in
      var text: SecretText?
      let details = try transaction.rotateKey(rotation, by: author) { environment in
        let (secret, kept) = try SecretText.made(
          prefix: service.policy.keyPrefix, environment: environment)
        text = secret
        return kept
      }
      guard let secret = text else { throw Refusal(.internal, "no secret was made") }
      return {
        service.logChange(call, key: details.id)
        return .rotateKey(RotateKeyResponse(key: service.message(for: details), apiKey: secret))
      }
    }
  }

  func updateKey(_ request: UpdateKeyRequest, _ call: Call) throws(Refusal) -> Work {
    let id = try Validation.keyID(request.keyID)
    let changes = try request.changes(now: Clock.wallMilliseconds())
    let (service, author) = (service, call.author)
    return .change { transaction in
      let details = try transaction.updateKey(id, changes, by: author)
      return {
        service.logChange(call, key: details.id)
        return .updateKey(UpdateKeyResponse(key: service.message(for: details)))
      }
    }
  }

  func revokeKey(_ request: RevokeKeyRequest, _ call: Call) throws(Refusal) -> Work {
    let target = try target(of: request)
    try Validation.reason(request.reason)
    let (service, author, version) = (service, call.author, request.secretVersion)
    let reason = request.reason
    return .change { transaction in
      let details = try transaction.revokeKey(
        target, secretVersion: version, reason: reason, by: author)
      return {
        service.logChange(call, key: details.id)
        return .revokeKey(RevokeKeyResponse(key: service.message(for: details)))
      }
    }
  }

  func revokeKeys(_ request: RevokeKeysRequest, _ call: Call) throws(Refusal) -> Work {
    try Validation.organizationID(request.organizationID)
    try Validation.reason(request.reason)
    let (service, author) = (service, call.author)
    return .change { transaction in
      let count = try transaction.revokeKeys(
        of: request.organizationID, includeDescendants: request.includeDescendants,
        reason: request.reason, by: author)
      return {
        service.logChange(call, organization: request.organizationID, count: count)
        return .revokeKeys(RevokeKeysResponse(revokedKeyCount: UInt64(count)))
      }
    }
  }

  func deleteKey(_ request: DeleteKeyRequest, _ call: Call) throws(Refusal) -> Work {
    let id = try Validation.keyID(request.keyID)
    let (service, author) = (service, call.author)
    return .change { transaction in
      try transaction.deleteKey(id, by: author)
      return {
        service.logChange(call, key: id.text)
        return .deleteKey(DeleteKeyResponse())
      }
    }
  }

  private func target(of request: RevokeKeyRequest) throws(Refusal) -> KeyTarget {
    switch (request.keyID.isEmpty, request.apiKey.count == 0) {
    case (false, true): return .id(try Validation.keyID(request.keyID))
    case (true, false):
      guard request.apiKey.withBytes(KeyText.isPresentable) else {
        throw .invalid("api_key", "api_key is not the text of a key: it is malformed")
      }
      return .digest(request.apiKey.withBytes { Digest(ofKey: $0) })
    case (true, true):
      throw .invalid("key_id", "neither key_id nor api_key is given: one is needed")
    case (false, false): throw .invalid("api_key", "key_id and api_key are both given: give one")
    }
  }
}

extension Service {
  /// The environment of a new key.
  ///
  /// - Parameter name: empty: the one that is required, else live.
  func environment(named name: String) throws(Refusal) -> Environment {
    if name.isEmpty, let required = policy.requiredEnvironment { return required }
    return try Validation.environment(name.isEmpty ? "live" : name)
  }

  /// One line for each change that was committed.
  ///
  /// - Parameter count: of a change of many rows: how many.
  func logChange(_ call: Call, key: String = "", organization: String = "", count: Int = 0) {
    var metadata: Logger.Metadata = [
      "orgkey.method": "\(call.method.text)", "orgkey.peer_uid": "\(call.author.uid)",
      "orgkey.peer_pid": "\(call.author.pid)",
    ]
    if !key.isEmpty { metadata["orgkey.key_id"] = "\(key)" }
    if !organization.isEmpty { metadata["orgkey.organization_id"] = "\(organization)" }
    if count > 0 { metadata["orgkey.count"] = "\(count)" }
    if !call.author.actingOrganizationID.isEmpty {
      metadata["orgkey.acting_organization_id"] = "\(call.author.actingOrganizationID)"
    }
    if !call.author.actor.isEmpty { metadata["orgkey.actor"] = "\(call.author.actor)" }
    log.info("changed", metadata: metadata)
  }
}
