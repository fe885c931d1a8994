import OrgKeyWire

extension Steps {
  /// Some are asked for more often than others, so that limits are met.
  mutating func keyID(_ model: Model) -> String {
    switch chance.below(30) {
    case 0: return "key_0123456789abcdef"
    case 1: return chance.pick(last: 20, of: model.deletedKeyIDs) ?? ""
    case 2...9: return chance.pick(last: 6, of: model.keyIDs) ?? "key"
    default: return chance.pick(last: .max, of: model.keyIDs) ?? "key"
    }
  }

  /// One that can be deleted, more often than not.
  mutating func deletable(_ model: Model) -> String {
    let revoked = model.keyIDs.filter { model.keys[$0]?.isRevoked == true }
    guard !chance.one(in: 4), let id = chance.pick(last: .max, of: revoked) else {
      return keyID(model)
    }
    return id
  }

  /// A text to be presented: of a live secret, of a dead one, of none.
  mutating func text(_ model: Model) -> SecretText {
    switch chance.below(40) {
    case 0: return SecretText(chance.pick(["", "Bearer", "two words", "ä", "a.b.c"]))
    case 1: return SecretText(String(repeating: "k", count: 256 + chance.below(2)))
    case 2: return SecretText("pc_live_" + String(repeating: "7", count: 38))
    case 3...7: return SecretText(chance.pick(last: 150, of: model.texts) ?? "none")
    default:
      let secrets = model.keys[keyID(model)]?.secrets ?? []
      return SecretText(chance.pick(last: 3, of: secrets)?.text ?? "none")
    }
  }

  mutating func authorize(_ model: Model) -> Request.Method {
    let text = text(model)
    var organization = chance.one(in: 3) ? "" : organization(model)
    if chance.one(in: 3), let owner = model.owners[text.string], let key = model.keys[owner.key] {
      // Below its own, where it has reach.
      organization = chance.pick(model.subtree(key.organization).sorted())
    }
    return .authorize(
      .init(
        apiKey: text, organizationID: organization, permission: chance.pick(Self.permissions),
        environment: environment()))
  }

  mutating func explain(_ model: Model) -> Request.Method {
    guard case .authorize(let question) = authorize(model) else { return .health(.init()) }
    var request = ExplainAuthorizeRequest(
      apiKey: question.apiKey, organizationID: question.organizationID,
      permission: question.permission, environment: question.environment)
    if chance.one(in: 2) || request.apiKey.count == 0 {
      request.apiKey = .empty
      request.keyID = chance.pick(last: .max, of: model.keyIDs) ?? "key_0123456789abcdef"
      let secrets = model.keys[request.keyID]?.secrets ?? []
      if chance.one(in: 2) {
        request.secretVersion = chance.pick(last: 3, of: secrets)?.version ?? 0
      }
    }
    return .explainAuthorize(request)
  }

  mutating func audit(_ model: Model) -> Request.Method {
    var request = ListAuditEventsRequest(
      pageSize: pageSize(), newestFirst: chance.one(in: 2))
    if chance.one(in: 2) {
      request.keyID = chance.one(in: 4) ? model.deletedKeyIDs.last ?? "" : keyID(model)
      if request.keyID == "key" { request.keyID = "" }
    }
    let place = chance.pick(last: .max, of: model.trail)?.sequence ?? 0
    if request.newestFirst {
      request.beforeSequence = place
      request.afterSequence = 0
    } else {
      request.afterSequence = place
    }
    return .listAuditEvents(request)
  }

  mutating func accessible(_ model: Model) -> Request.Method {
    .listAccessibleOrganizations(
      .init(apiKey: text(model), pageSize: pageSize(), environment: environment()))
  }

  mutating func issue(_ model: Model, _ now: Int64) -> Request.Method {
    let request = IssueKeyRequest(
      organizationID: organization(model), name: name(),
      environment: chance.pick(["", "", "live", "test"]), permissions: chance.pick(Self.grants),
      expiresAtUnixMs: expiry(now), rateLimit: chance.one(in: 3) ? limit() : nil,
      requestID: requestID(), labels: labels())
    if !request.requestID.isEmpty { issued.append(request) }
    return .issueKey(request)
  }

  /// A request that was made before, or one like it.
  mutating func retry(_ model: Model, _ now: Int64) -> Request.Method {
    if chance.one(in: 2), var request = chance.pick(last: 10, of: rotated) {
      if chance.one(in: 3) { request.overlapS = overlap() }
      return .rotateKey(request)
    }
    guard var request = chance.pick(last: 10, of: issued) else { return issue(model, now) }
    switch chance.below(6) {
    case 0: request.permissions = chance.pick(Self.grants)
    case 1: request.organizationID = organization(model)
    case 2:
      // Used before for a key, now for a secret.
      return .rotateKey(.init(keyID: keyID(model), requestID: request.requestID))
    default: break
    }
    return .issueKey(request)
  }

  mutating func rotate(_ model: Model) -> Request.Method {
    let request = RotateKeyRequest(
      keyID: keyID(model), overlapS: overlap(), requestID: requestID())
    if !request.requestID.isEmpty { rotated.append(request) }
    return .rotateKey(request)
  }

  private mutating func overlap() -> Int64 {
    chance.pick([0, 0, 0, -1, -1, 1, 1, 2, 3_600, chance.one(in: 5) ? -2 : 0])
  }

  mutating func update(_ model: Model, _ now: Int64) -> Request.Method {
    var request = UpdateKeyRequest(keyID: keyID(model))
    for _ in 0...chance.below(3) { set(&request, now) }
    switch chance.below(40) {
    case 0: request.fields = []
    case 1: request.fields.append("environment")
    case 2: request.fields.removeFirst()
    default: break
    }
    return .updateKey(request)
  }

  private mutating func set(_ request: inout UpdateKeyRequest, _ now: Int64) {
    let field = chance.pick([
      "name", "permissions", "expires_at_unix_ms", "rate_limit", "disabled", "disabled", "labels",
    ])
    if request.fields.contains(field) { return }
    request.fields.append(field)
    switch field {
    case "name": request.name = name()
    case "permissions": request.permissions = chance.pick(Self.grants)
    case "expires_at_unix_ms": request.expiresAtUnixMs = expiry(now)
    case "rate_limit": request.rateLimit = chance.one(in: 2) ? limit() : nil
    case "disabled": request.disabled = chance.one(in: 3)
    default: request.labels = labels()
    }
  }

  mutating func revoke(_ model: Model) -> Request.Method {
    var request = RevokeKeyRequest(reason: chance.pick(["", "leaked", "left the company"]))
    switch chance.below(20) {
    case 0...5: request.apiKey = SecretText(chance.pick(last: 100, of: model.texts) ?? "none")
    case 6...9: request.keyID = keyID(model)
    case 10:
      request.keyID = keyID(model)
      request.apiKey = text(model)
    default:
      request.keyID = keyID(model)
      request.secretVersion = UInt32(1 + chance.below(4))
      if let newest = model.keys[request.keyID]?.secrets.last, !chance.one(in: 4) {
        request.secretVersion = newest.version - (newest.version > 1 && chance.one(in: 2) ? 1 : 0)
      }
    }
    if request.apiKey.count > 0, chance.one(in: 6) {
      request.secretVersion = UInt32(1 + chance.below(3))
    }
    return .revokeKey(request)
  }

  mutating func revokeKeys(_ model: Model) -> Request.Method {
    .revokeKeys(
      .init(
        organizationID: organization(model), includeDescendants: chance.one(in: 2),
        reason: "the end"))
  }

  mutating func listKeys(_ model: Model, _ now: Int64) -> Request.Method {
    var request = ListKeysRequest(pageSize: pageSize())
    if !chance.one(in: 3) { request.organizationID = organization(model) }
    request.includeDescendants = chance.one(in: 2)
    let key = model.keys[keyID(model)]
    for _ in 0..<chance.below(3) {
      switch chance.below(8) {
      case 0: request.environment = chance.pick(Self.environments)
      case 1: request.states = [chance.pick([.active, .disabled, .expired, .revoked])]
      case 2: request.unusedSinceUnixMs = now - Int64(chance.below(3_000))
      case 3: request.nameContains = chance.pick(["crm", "i", "sync", "none"])
      case 4: request.expiresBeforeUnixMs = now + Int64(chance.below(3_000))
      case 5: request.secretHint = String(key?.secrets.first?.text.suffix(4) ?? "none")
      case 6: request.secretCreatedBeforeUnixMs = key?.createdAt ?? now
      default: request.label = chance.pick(Self.labels)
      }
    }
    return .listKeys(request)
  }

  private static let labels = [
    Label(name: "crm", value: "1"), Label(name: "crm", value: "2"), Label(name: "team", value: ""),
  ]

  mutating func labels() -> [Label] {
    chance.one(in: 2) ? [] : [chance.pick(Self.labels.dropLast()), Self.labels[2]]
  }

  private mutating func name() -> String {
    chance.pick(["crm", "crm sync", "billing", "ci", chance.one(in: 20) ? "" : "deploy"])
  }

  /// Mostly never; else soon, far off, or past.
  private mutating func expiry(_ now: Int64) -> Int64 {
    switch chance.below(20) {
    case 0: now - Int64(chance.below(2))
    case 1: now + 86_400_000
    case 2...4: now + 1 + Int64(chance.below(1_500))
    default: 0
    }
  }
}
