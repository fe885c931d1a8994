import OrgKeyWire

/// One administrator's part of a soak: a tree of organizations and its keys, which nobody else
/// changes, so that each answer is known beforehand. By value: what a change makes of it is a copy.
struct Tenant {
  struct Secret {
    let version: UInt32
    /// nil: the answer that would have shown it never came.
    var text: SecretText?
    var isLive = true
  }

  struct Key {
    /// Empty until it is known.
    var id: String
    let organization: String
    let environment: String
    var permissions: [String]
    var isDisabled = false
    var isRevoked = false
    var isExpired = false
    /// Of one request in a month.
    var isLimited = false
    /// Of which run of the daemon the limit's window is full.
    var fullIn = 0
    var secrets: [Secret]
  }

  struct Organization {
    var parent: String
    var isSuspended = false
  }

  let root: String
  /// By name, which is unique.
  var keys: [String: Key] = [:]
  var organizations: [String: Organization]
  /// How many names of keys were given away.
  var nameCount = 0

  init(_ root: String) {
    self.root = root
    organizations = [root: Organization(parent: "")]
  }

  mutating func newName() -> String {
    nameCount += 1
    return "\(root)-\(nameCount)"
  }

  /// An organization, the one above it, and so on up to the root.
  func ancestry(_ organization: String) -> [String] {
    var chain: [String] = []
    var next = organization
    while let found = organizations[next] {
      chain.append(next)
      next = found.parent
    }
    return chain
  }

  /// An organization and all below it.
  func subtree(_ top: String) -> [String] {
    organizations.keys.filter { ancestry($0).contains(top) }.sorted()
  }

  func isClosed(_ organization: String) -> Bool {
    ancestry(organization).contains { organizations[$0]?.isSuspended == true }
  }
}

/// What an asker presents: of which key, which of its secrets, and for what.
struct Presented {
  let key: String
  let version: UInt32
  var organization = ""
  var permission = "a:read"
  var environment = ""
}

extension Tenant {
  /// What Authorize must answer: key, environment, rate limit, organization, permission.
  /// - Parameter run: which run of the daemon is asked. It takes one from the limit.
  mutating func reason(_ asked: Presented, run: Int) -> Reason {
    guard var key = keys[asked.key] else { return .keyRevoked }
    if let reason = keyRule(key, asked.version) { return reason }
    if !asked.environment.isEmpty && asked.environment != key.environment {
      return .environmentMismatch
    }
    if key.isLimited {
      if key.fullIn == run { return .rateLimited }
      key.fullIn = run
      keys[asked.key] = key
    }
    let target = asked.organization.isEmpty ? key.organization : asked.organization
    if let reason = organizationRule(key, target) { return reason }
    return key.permissions.contains { Self.covers($0, asked.permission) }
      ? .unspecified : .permissionMissing
  }

  /// For permissions of two segments.
  private static func covers(_ pattern: String, _ permission: String) -> Bool {
    pattern == permission
      || pattern.hasSuffix(":*") && permission.hasPrefix(pattern.dropLast())
  }

  private func keyRule(_ key: Key, _ version: UInt32) -> Reason? {
    if key.isRevoked { return .keyRevoked }
    if !key.secrets.contains(where: { $0.version == version && $0.isLive }) {
      return .secretRetired
    }
    if key.isExpired { return .keyExpired }
    return key.isDisabled ? .keyDisabled : nil
  }

  private func organizationRule(_ key: Key, _ target: String) -> Reason? {
    // What another tenant has is there as well: these tenants' roots never go.
    guard organizations[target] != nil else {
      return target.hasPrefix("root-") && !target.contains("/")
        ? .organizationOutside : .organizationUnknown
    }
    guard ancestry(target).contains(key.organization) else { return .organizationOutside }
    return isClosed(target) ? .organizationSuspended : nil
  }
}

/// What a tenant's part of the database looks like.
struct TenantFacts: Equatable {
  struct Key: Equatable {
    var organization: String
    var environment: String
    var permissions: [String]
    var state: KeyState
    /// Of its live secrets, newest first; none of a revoked key's.
    var versions: [UInt32]
  }

  struct Organization: Equatable {
    var parent: String
    var isSuspended: Bool
    var isClosedAbove: Bool
    var keyCount: Int
    var subtreeKeyCount: Int
    var subtreeCount: Int
  }

  var keys: [String: Key] = [:]
  var organizations: [String: Organization] = [:]
}

extension Tenant {
  var facts: TenantFacts {
    var facts = TenantFacts()
    facts.keys = keys.mapValues { key in
      TenantFacts.Key(
        organization: key.organization, environment: key.environment,
        permissions: key.permissions.sorted(), state: key.state,
        versions: key.isRevoked ? [] : key.secrets.filter(\.isLive).map(\.version).reversed())
    }
    for (id, organization) in organizations {
      let all = subtree(id)
      func active(_ among: [String]) -> Int {
        keys.values.count { $0.state == .active && among.contains($0.organization) }
      }
      facts.organizations[id] = TenantFacts.Organization(
        parent: organization.parent, isSuspended: organization.isSuspended,
        isClosedAbove: isClosed(organization.parent), keyCount: active([id]),
        subtreeKeyCount: active(all), subtreeCount: all.count)
    }
    return facts
  }
}

extension Tenant.Key {
  var state: KeyState {
    if isRevoked { return .revoked }
    if isExpired { return .expired }
    return isDisabled ? .disabled : .active
  }
}

extension RawClient {
  /// A tenant's part of the database, and the ids of its keys by name.
  func facts(of root: String) throws -> (facts: TenantFacts, ids: [String: String]) {
    var facts = TenantFacts()
    var ids: [String: String] = [:]
    for key in try keys(.init(organizationID: root, includeDescendants: true)) {
      ids[key.name] = key.keyID
      facts.keys[key.name] = TenantFacts.Key(
        organization: key.organizationID, environment: key.environment,
        permissions: key.permissions.sorted(), state: key.state,
        versions: key.state == .revoked ? [] : key.secrets.map(\.version))
    }
    for told in try [organization(root)] + organizations(below: root) {
      facts.organizations[told.organizationID] = TenantFacts.Organization(
        parent: told.parentID, isSuspended: told.suspended,
        isClosedAbove: told.suspendedByAncestor, keyCount: Int(told.keyCount),
        subtreeKeyCount: Int(told.subtreeKeyCount),
        subtreeCount: Int(told.subtreeOrganizationCount))
    }
    return (facts, ids)
  }
}
