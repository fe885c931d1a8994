import OrgKeyWire

// Changes that make keys and secrets, or change them: why each is refused, and what it does.

extension Model {
  private static let updatable = [
    "name", "permissions", "expires_at_unix_ms", "rate_limit", "disabled", "labels",
  ]

  private func isExpiry(_ time: Int64, at now: Int64) -> Bool { time == 0 || time > now }

  /// What comes of a request_id that was carried out before.
  private func retry(
    _ id: String, _ request: Request.Method, in organization: String
  ) -> Set<Code> {
    guard !id.isEmpty, let earlier = carried[organization]?[id] else { return [] }
    return [earlier.request == request ? .alreadyExists : .invalidArgument]
  }

  func refusals(_ request: IssueKeyRequest, _ caller: Caller, at now: Int64) -> Set<Code> {
    let organization = request.organizationID
    guard Self.isIdentifier(organization), !request.name.isEmpty,
      isExpiry(request.expiresAtUnixMs, at: now)
    else { return [.invalidArgument] }
    let acting = actingRefusals(caller, changing: true)
    if !acting.isEmpty { return acting }
    guard sees(caller, organization) else { return [caller.outside] }
    var codes = retry(request.requestID, request.withoutRequestID, in: organization)
    if !caller.mayGrant(request.permissions) { codes.insert(.permissionDenied) }
    if request.rateLimit != nil && !caller.mayLimit(request.rateLimit) {
      codes.insert(.permissionDenied)
    }
    return codes
  }

  mutating func apply(
    _ request: IssueKeyRequest, _ answer: IssueKeyResponse, _ exchange: Exchange
  ) throws(Difference) {
    let told = answer.key ?? .init()
    let environment = request.environment.isEmpty ? "live" : request.environment
    var at = Moment(exchange.reading.wall)
    var key = Key(
      id: told.keyID, organization: request.organizationID, environment: environment,
      createdAt: at.take(told.createdAtUnixMs), createdBy: told.createdBy, name: request.name,
      permissions: request.permissions, expiresAt: request.expiresAtUnixMs,
      limit: request.rateLimit ?? exchange.caller.maxRateLimit, labels: request.labels)
    if !told.createdBy.contains(exchange.caller.actor) {
      throw Difference("created_by", exchange.caller.actor, told.createdBy)
    }
    try Difference.check("a new id", model: true, daemon: Self.isKeyID(key.id) && isNew(key.id))
    key.secrets = [try secret(answer.apiKey, 1, of: key, at: key.createdAt)]
    add(key)
    remember(request.requestID, request.withoutRequestID, key, 1)
    note(exchange, [(.issueKey, key.id, key.organization, 1)])
    try compare(answer.key, key.id, exchange.reading)
  }

  private func isNew(_ id: String) -> Bool { keys[id] == nil && !deletedKeyIDs.contains(id) }

  /// A secret from an answer, with its text as the design has it.
  private func secret(
    _ text: SecretText, _ version: UInt32, of key: Key, at: Int64
  ) throws(Difference) -> Secret {
    let text = text.string
    let start = "pc_\(key.environment)_"
    let isRight =
      text.hasPrefix(start) && text.utf8.count == start.utf8.count + 38
      && text.dropFirst(start.count).utf8.allSatisfy { Self.digits.utf8.contains($0) }
      && owners[text] == nil
    try Difference.check("the form of \(text)", model: true, daemon: isRight)
    return Secret(version: version, text: text, hint: "\(start)…\(text.suffix(4))", createdAt: at)
  }

  private static let digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

  private mutating func remember(
    _ id: String, _ request: Request.Method, _ key: Key, _ version: UInt32
  ) {
    if id.isEmpty { return }
    carried[key.organization, default: [:]][id] = Carried(
      request: request, key: key.id, version: version)
  }

  func refusals(_ request: RotateKeyRequest, _ caller: Caller, at now: Int64) -> Set<Code> {
    guard Self.isKeyID(request.keyID), request.overlapS >= -1 else { return [.invalidArgument] }
    let acting = actingRefusals(caller, changing: true)
    if !acting.isEmpty { return acting }
    guard let key = key(request.keyID, caller) else { return [.notFound] }
    // A retry finds two live secrets, for it was carried out: that is no reason to refuse it.
    var codes = retry(request.requestID, request.withoutRequestID, in: key.organization)
    if codes.isEmpty && key.liveSecrets(at: now).count == 2 { codes.insert(.failedPrecondition) }
    if key.isRevoked { codes.insert(.failedPrecondition) }
    if !caller.mayGrant(key.permissions) { codes.insert(.permissionDenied) }
    return codes
  }

  mutating func apply(
    _ request: RotateKeyRequest, _ answer: RotateKeyResponse, _ exchange: Exchange
  ) throws(Difference) {
    guard var key = keys[request.keyID], let newest = key.secrets.last else { return }
    var moment = Moment(exchange.reading.wall)
    let at = moment.take(answer.key?.secrets.first?.createdAtUnixMs ?? 0)
    if let place = key.secrets.firstIndex(where: { $0.isLive(at: exchange.reading.now) }) {
      if request.overlapS == -1 { key.secrets[place].revoked = true }
      if request.overlapS > 0 {
        // An end that was set before, and comes earlier, stays: nothing lives longer for it.
        let (old, new) = (key.secrets[place].retiresAt, at + request.overlapS * 1_000)
        key.secrets[place].retiresAt = old == 0 ? new : min(old, new)
        ends.append(key.secrets[place].retiresAt)
      }
    }
    let new = try secret(answer.apiKey, newest.version + 1, of: key, at: at)
    key.secrets.append(new)
    keys[key.id] = key
    owners[new.text] = Owner(key: key.id, version: new.version)
    texts.append(new.text)
    remember(request.requestID, request.withoutRequestID, key, newest.version + 1)
    note(exchange, [(.rotateKey, key.id, key.organization, newest.version + 1)])
    try compare(answer.key, key.id, exchange.reading)
  }

  func refusals(_ request: UpdateKeyRequest, _ caller: Caller, at now: Int64) -> Set<Code> {
    guard Self.isKeyID(request.keyID), !request.fields.isEmpty,
      request.fields.allSatisfy(Self.updatable.contains),
      request.given.allSatisfy(request.fields.contains),
      !request.fields.contains("name") || !request.name.isEmpty,
      isExpiry(request.expiresAtUnixMs, at: now)
    else { return [.invalidArgument] }
    let acting = actingRefusals(caller, changing: true)
    if !acting.isEmpty { return acting }
    guard let key = key(request.keyID, caller) else { return [.notFound] }
    var codes: Set<Code> = []
    if key.isRevoked { codes.insert(.failedPrecondition) }
    let mayLimit = !request.fields.contains("rate_limit") || caller.mayLimit(request.rateLimit)
    if !caller.mayGrant(key.permissions + request.permissions) || !mayLimit {
      codes.insert(.permissionDenied)
    }
    return codes
  }

  mutating func apply(
    _ request: UpdateKeyRequest, _ answer: UpdateKeyResponse, _ exchange: Exchange
  ) throws(Difference) {
    guard let old = keys[request.keyID] else { return }
    var key = old
    if request.fields.contains("name") { key.name = request.name }
    if request.fields.contains("permissions") { key.permissions = request.permissions }
    if request.fields.contains("disabled") { key.disabled = request.disabled }
    if request.fields.contains("labels") { key.labels = request.labels }
    if request.fields.contains("expires_at_unix_ms") {
      if key.expiresAt != request.expiresAtUnixMs { key.isCountedOff = false }
      key.expiresAt = request.expiresAtUnixMs
      ends.append(key.expiresAt)
    }
    if request.fields.contains("rate_limit"), key.limit != request.rateLimit {
      key.limit = request.rateLimit
      key.window = nil
    }
    keys[key.id] = key
    if !key.isSame(as: old) { note(exchange, [(.updateKey, key.id, key.organization, 0)]) }
    try compare(answer.key, key.id, exchange.reading)
  }
}

extension Model.Key {
  /// Whether both are the same in all that can be set.
  fileprivate func isSame(as other: Self) -> Bool {
    name == other.name && permissions == other.permissions && disabled == other.disabled
      && labels == other.labels && expiresAt == other.expiresAt && limit == other.limit
  }
}

extension IssueKeyRequest {
  var withoutRequestID: Request.Method {
    var request = self
    request.requestID = ""
    return .issueKey(request)
  }
}

extension RotateKeyRequest {
  var withoutRequestID: Request.Method {
    var request = self
    request.requestID = ""
    return .rotateKey(request)
  }
}

extension UpdateKeyRequest {
  /// The fields that have a value.
  fileprivate var given: [String] {
    [
      (name.isEmpty, "name"), (permissions.isEmpty, "permissions"),
      (expiresAtUnixMs == 0, "expires_at_unix_ms"), (rateLimit == nil, "rate_limit"),
      (!disabled, "disabled"), (labels.isEmpty, "labels"),
    ].compactMap { $0.0 ? nil : $0.1 }
  }
}
