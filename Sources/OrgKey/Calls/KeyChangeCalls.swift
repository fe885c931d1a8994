internal import OrgKeyWire

extension Call where Success == IssuedKey, Failure == ChangeError {
  static func issueKey(_ key: NewKey, _ caller: ActingCaller) throws(ChangeError) -> Call {
    let request = IssueKeyRequest(
      organizationID: key.organizationID, name: key.name,
      environment: try given(key.environment, "environment"), permissions: key.permissions,
      expiresAtUnixMs: try end(key.expiresAt, "expires_at_unix_ms"),
      rateLimit: try wire(key.rateLimit, field: "rate_limit"), requestID: key.requestID,
      labels: key.labels.map(\.wire))
    return try .administration(.issueKey(request), caller, mayRepeat: !key.requestID.isEmpty) {
      (result) throws(ChangeError) in
      guard case .issueKey(let answer) = result, let key = answer.key.flatMap(Key.init),
        answer.apiKey.count > 0
      else { return nil }
      return IssuedKey(key: key, text: KeyText(answer.apiKey))
    }
  }
}

extension Call where Success == IssuedKey, Failure == ChangeError {
  static func rotateKey(
    id: String, overlap: RotationOverlap, requestID: String, _ caller: ActingCaller
  ) throws(ChangeError) -> Call {
    let request = RotateKeyRequest(
      keyID: id, overlapS: try overlap.wire(), requestID: requestID)
    return try .administration(.rotateKey(request), caller, mayRepeat: !requestID.isEmpty) {
      (result) throws(ChangeError) in
      guard case .rotateKey(let answer) = result, let key = answer.key.flatMap(Key.init),
        answer.apiKey.count > 0
      else { return nil }
      return IssuedKey(key: key, text: KeyText(answer.apiKey))
    }
  }
}

extension RotationOverlap {
  fileprivate func wire() throws(ChangeError) -> Int64 {
    switch self {
    case .untilRevoked: return 0
    case .none: return -1
    case .duration(let duration):
      let (seconds, attoseconds) = duration.components
      guard attoseconds == 0, seconds >= 1 else {
        throw .misuse(
          Misuse(field: "overlap_s", message: "It must be whole seconds, at least one."))
      }
      return seconds
    }
  }
}

extension Call where Success == Key, Failure == ChangeError {
  static func updateKey(
    id: String, _ changes: KeyChanges, _ caller: ActingCaller
  ) throws(ChangeError) -> Call {
    var request = UpdateKeyRequest(keyID: id)
    func set<Value>(
      _ change: KeyChanges.Change<Value>, _ field: String,
      _ write: (Value) throws(ChangeError) -> Void
    ) throws(ChangeError) {
      guard case .set(let value) = change else { return }
      request.fields.append(field)
      try write(value)
    }
    try set(changes.name, "name") { request.name = $0 }
    try set(changes.permissions, "permissions") { request.permissions = $0 }
    try set(changes.expiresAt, "expires_at_unix_ms") { (moment) throws(ChangeError) in
      request.expiresAtUnixMs = try end(moment, "expires_at_unix_ms")
    }
    try set(changes.rateLimit, "rate_limit") { (limit) throws(ChangeError) in
      request.rateLimit = try wire(limit, field: "rate_limit")
    }
    try set(changes.isDisabled, "disabled") { request.disabled = $0 }
    try set(changes.labels, "labels") { request.labels = $0.map(\.wire) }
    if request.fields.isEmpty {
      throw .misuse(Misuse(field: "fields", message: "Nothing is to be changed."))
    }
    // Not repeated: it could undo a change made by somebody else in between.
    return try .administration(.updateKey(request), caller, mayRepeat: false) {
      (result) throws(ChangeError) in
      guard case .updateKey(let answer) = result else { return nil }
      return answer.key.flatMap(Key.init)
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

extension Call where Success == UInt64, Failure == ChangeError {
  static func revokeKeys(
    of organizationID: String, includingDescendants: Bool, reason: String, _ caller: ActingCaller
  ) throws(ChangeError) -> Call {
    let request = RevokeKeysRequest(
      organizationID: try given(organizationID, "organization_id"),
      includeDescendants: includingDescendants, reason: reason)
    return try .administration(.revokeKeys(request), caller, mayRepeat: true) {
      (result) throws(ChangeError) in
      guard case .revokeKeys(let answer) = result else { return nil }
      return answer.revokedKeyCount
    }
  }
}

extension Call where Success == Void, Failure == ChangeError {
  static func deleteKey(id: String, _ caller: ActingCaller) throws(ChangeError) -> Call {
    // Not repeated: the second time would be told that there is no such key.
    try .administration(.deleteKey(DeleteKeyRequest(keyID: id)), caller, mayRepeat: false) {
      (result) throws(ChangeError) in
      guard case .deleteKey = result else { return nil }
      return ()
    }
  }
}
