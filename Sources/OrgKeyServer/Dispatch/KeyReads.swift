internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeySystem
internal import OrgKeyWire

extension CallHandler {
  func getKey(_ request: GetKeyRequest, _ call: Call) throws(Refusal) -> Work {
    let id = try Validation.keyID(request.keyID)
    let author = call.author
    return .read(scan: false) { (records) throws(Refusal) in
      .getKey(GetKeyResponse(key: try records.key(id, author)))
    }
  }

  func listKeys(_ request: ListKeysRequest, _ call: Call) throws(Refusal) -> Work {
    let filter = try filter(request)
    let limit = try PageSize.check(request.pageSize, default: 100, atMost: 1_000)
    let cursor = try request.pageToken.isEmpty ? 0 : PageToken.number(request.pageToken)
    let (organizationID, author) = (request.organizationID, call.author)
    return .read(scan: true) { (records) throws(Refusal) in
      .listKeys(
        try records.keys(filter, in: organizationID, author, before: cursor, limit: limit))
    }
  }

  private func filter(_ request: ListKeysRequest) throws(Refusal) -> KeyFilter {
    var filter = KeyFilter()
    if !request.organizationID.isEmpty { try Validation.organizationID(request.organizationID) }
    filter.includeDescendants = request.includeDescendants
    if !request.environment.isEmpty {
      filter.environment = try Validation.environment(request.environment).text
    }
    for state in request.states {
      guard let state = OrgKeyStore.KeyState(rawValue: Int32(state.rawValue)) else {
        throw .invalid("states", "states names KEY_STATE_UNSPECIFIED, which no key has")
      }
      filter.states.insert(state)
    }
    filter.unusedSince = try time(request.unusedSinceUnixMs, "unused_since_unix_ms")
    filter.expiresBefore = try time(request.expiresBeforeUnixMs, "expires_before_unix_ms")
    filter.secretCreatedBefore = try time(
      request.secretCreatedBeforeUnixMs, "secret_created_before_unix_ms")
    filter.nameContains = try text(request.nameContains, "name_contains")
    filter.secretHint = try text(request.secretHint, "secret_hint")
    if let label = request.label {
      guard !label.name.isEmpty else { throw .invalid("label.name", "label.name is missing") }
      try Validation.labels([(label.name, label.value)], field: "label")
      filter.label = Label(name: label.name, value: label.value)
    }
    return filter
  }

  func time(_ time: Int64, _ field: String) throws(Refusal) -> Int64 {
    guard time >= 0 else {
      throw .invalid(field, "\(field) is before 1970: it is Unix milliseconds")
    }
    return time
  }

  private func text(_ text: String, _ field: String) throws(Refusal) -> String {
    guard text.utf8.count <= Limits.searchBytes else {
      throw .invalid(field, "\(field) has \(text.utf8.count) bytes: at most \(Limits.searchBytes)")
    }
    return text
  }

  func identifyKey(_ request: IdentifyKeyRequest) throws(Refusal) -> Work {
    let question = try IdentifyQuestion(request.apiKey, request.environment)
    return .read(scan: false) { (records) throws(Refusal) in try records.identify(question) }
  }
}

/// A key as presented, to be told whose it is.
struct IdentifyQuestion: Sendable {
  let apiKey: SecretText
  let environment: String

  /// - Throws: the environment can't be one. A wrong key is no fault: it gets a verdict.
  init(_ apiKey: SecretText, _ environment: String) throws(Refusal) {
    if !environment.isEmpty { _ = try Validation.environment(environment) }
    self.apiKey = apiKey
    self.environment = environment
  }

  func verdict(in directory: borrowing Directory, _ policy: Policy) -> Verdict {
    apiKey.withBytes { bytes in
      directory.identify(
        presented: bytes, digest: Digest(ofKey: bytes), environment: environment.utf8.span,
        policy: policy, now: .now)
    }
  }
}
