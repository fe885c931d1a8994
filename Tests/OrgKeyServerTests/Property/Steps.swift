import OrgKeyWire

/// What is asked next, by chance: mostly what makes sense, often at the edge, now and then wrong.
/// The universe is small, so that things meet.
struct Steps {
  enum Kind {
    case authorize, authorizeMany, identify, accessible, getKey, listKeys, getOrganization
    case listOrganizations, statistics, issue, retry, rotate, update, revoke, revokeKeys, deleteKey
    case audit, usage, explain, importOrganizations
    case put, move, suspend, resume, deleteOrganization, ladder
  }

  /// Some begin like others, none is made of another's.
  static let organizations = [
    "a", "ab", "abc", "a/b", "b", "A", "eu", "eu-1", "~", "0", "b.", "ac",
  ]
  /// A chain as long as one may be but for two, so that moves meet the bound.
  static let ladder = (0..<63).map { "rung\($0)" }
  static let permissions = [
    "contacts", "contacts:read", "contacts:write", "contacts:deals:read", "deals:read", "other",
  ]
  static let grants = [
    ["*"], ["contacts:*", "other", "deals:*"], ["contacts:read", "deals:*"], ["*", "deals:read"],
    ["contacts:deals:*", "contacts"], ["contacts:*"], ["contacts:read"], [],
  ]
  static let environments = ["live", "test"]
  /// Alive at once, more or less.
  private static let keys = 30

  var chance: Chance
  var issued: [IssueKeyRequest] = []
  var rotated: [RotateKeyRequest] = []
  /// Rows of imports of keys.
  var imported = 0
  private var requestIDs = 0

  init(seed: UInt64) { chance = Chance(seed: seed) }

  /// - Parameter now: Unix milliseconds.
  mutating func next(_ model: Model, now: Int64) -> [Request.Method] {
    let alive = model.keyIDs.count { model.keys[$0]?.isRevoked == false }
    let revoked = model.keyIDs.count - alive
    let kind: Kind = chance.pick(weighted: [
      (.authorize, 330), (.authorizeMany, 20), (.identify, 40), (.accessible, 30), (.getKey, 50),
      (.listKeys, 35), (.getOrganization, 40), (.listOrganizations, 20), (.statistics, 10),
      (.issue, alive < Self.keys ? 70 : 10), (.retry, 25), (.rotate, 45), (.update, 60),
      (.revoke, alive < Self.keys ? 30 : 60), (.revokeKeys, 3), (.deleteKey, 10 + 2 * revoked),
      (.put, 60), (.move, 60), (.suspend, 20), (.resume, 35), (.deleteOrganization, 10),
      (.ladder, 15), (.audit, 10),
      (.usage, 20), (.explain, 40),
      (.importOrganizations, 10),
    ])
    if kind == .authorizeMany {
      return (0..<2 + chance.below(30)).map { _ in authorize(model) }
    }
    return [method(kind, model, now)]
  }

  private mutating func method(_ kind: Kind, _ model: Model, _ now: Int64) -> Request.Method {
    switch kind {
    case .authorize, .authorizeMany: authorize(model)
    case .identify: .identifyKey(.init(apiKey: text(model), environment: environment()))
    case .accessible: accessible(model)
    case .getKey: .getKey(.init(keyID: keyID(model)))
    case .listKeys: listKeys(model, now)
    case .getOrganization: .getOrganization(.init(organizationID: organization(model)))
    case .listOrganizations: listOrganizations(model)
    case .statistics: .getStatistics(.init())
    case .issue: issue(model, now)
    case .retry: retry(model, now)
    case .rotate: rotate(model)
    case .update: update(model, now)
    case .revoke: revoke(model)
    case .revokeKeys: revokeKeys(model)
    case .deleteKey: .deleteKey(.init(keyID: deletable(model)))
    case .audit: audit(model)
    case .usage: .getUsage(.init(keyID: keyID(model)))
    case .explain: explain(model)
    case .importOrganizations: importOrganizations(model)
    case .put: put(model)
    case .move: move(model)
    case .suspend: .suspendOrganization(.init(organizationID: organization(model)))
    case .resume: .resumeOrganization(.init(organizationID: suspended(model)))
    case .deleteOrganization: deleteOrganization(model)
    case .ladder: climb(model)
    }
  }

  /// For whom a call is made: mostly for nobody.
  mutating func caller(_ method: Request.Method, _ model: Model) -> Caller {
    switch method {
    case .authorize, .identifyKey, .listAccessibleOrganizations, .listAuditEvents,
      .explainAuthorize:
      return Caller()
    default: break
    }
    guard chance.one(in: 4) else { return Caller(actor: chance.one(in: 2) ? "ana" : "") }
    return Caller(
      actor: "portal", actingOrganizationID: organization(model),
      grantablePermissions: chance.pick(Self.grants),
      maxRateLimit: chance.one(in: 2) ? limit() : nil)
  }

  mutating func requestID() -> String {
    guard chance.one(in: 3) else { return "" }
    requestIDs += 1
    return "request-\(requestIDs)"
  }

  /// One that exists more often than not.
  mutating func organization(_ model: Model) -> String {
    switch chance.below(40) {
    case 0: return "nowhere"
    case 1, 2: return chance.pick(Self.ladder)
    default: break
    }
    let id = chance.pick(Self.organizations)
    return model.organizations[id] == nil && !chance.one(in: 3)
      ? chance.pick(Self.organizations) : id
  }

  mutating func limit() -> RateLimit {
    RateLimit(limit: UInt32(1 + chance.below(5)), windowS: chance.pick([1, 1, 2, 3_600]))
  }

  mutating func environment() -> String { chance.one(in: 3) ? chance.pick(Self.environments) : "" }
}

// Organizations.
extension Steps {
  fileprivate mutating func put(_ model: Model) -> Request.Method {
    let id = chance.one(in: 50) ? chance.pick(["", "a b", "ä"]) : chance.pick(Self.organizations)
    var parent = chance.one(in: 5) ? "" : organization(model)
    if chance.one(in: 2), let existing = model.organizations[id] { parent = existing.parent }
    return .putOrganization(
      .init(
        organizationID: id, parentID: parent, name: chance.pick(["", "Acme", "Europe", "Ländle"])))
  }

  fileprivate mutating func move(_ model: Model) -> Request.Method {
    let id = organization(model)
    switch chance.below(20) {
    case 0...2: return .moveOrganization(.init(organizationID: id, toRoot: true))
    case 3:
      let wrong = chance.one(in: 2)
      return .moveOrganization(
        .init(organizationID: id, parentID: wrong ? "b" : "", toRoot: wrong))
    default:
      return .moveOrganization(.init(organizationID: id, parentID: organization(model)))
    }
  }

  fileprivate mutating func suspended(_ model: Model) -> String {
    let suspended = (Self.organizations + Self.ladder)
      .filter { model.organizations[$0]?.suspended == true }
    return suspended.isEmpty || chance.one(in: 4) ? organization(model) : chance.pick(suspended)
  }

  fileprivate mutating func deleteOrganization(_ model: Model) -> Request.Method {
    .deleteOrganization(
      .init(
        organizationID: organization(model), revokeKeys: chance.one(in: 2),
        includeDescendants: chance.one(in: 3)))
  }

  /// The next rung of the ladder; or something to its lower end.
  private mutating func climb(_ model: Model) -> Request.Method {
    guard let missing = Self.ladder.firstIndex(where: { model.organizations[$0] == nil }) else {
      let rung = Self.ladder[Self.ladder.count - 1 - chance.below(3)]
      return .moveOrganization(
        .init(organizationID: chance.pick(Self.organizations), parentID: rung))
    }
    return .putOrganization(
      .init(
        organizationID: Self.ladder[missing], parentID: missing == 0 ? "" : Self.ladder[missing - 1]
      ))
  }

  fileprivate mutating func listOrganizations(_ model: Model) -> Request.Method {
    .listOrganizations(
      .init(
        organizationID: chance.one(in: 3) ? "" : organization(model),
        includeDescendants: chance.one(in: 2), pageSize: pageSize()))
  }

  mutating func pageSize() -> UInt32 { UInt32(chance.pick([0, 1, 2, 3, 5, 20, 100])) }
}
