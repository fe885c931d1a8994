package import OrgKeySystem
internal import OrgKeyWire

/// What a peer may do besides what everybody may. Decided once, right after accept.
package struct Roles: OptionSet, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// All that changes nothing.
  package static let reader = Roles(rawValue: 1)
  /// As an administrator, but only on behalf of an organization.
  package static let delegate = Roles(rawValue: 2)
  package static let administrator = Roles(rawValue: 4)
}

/// Users and groups, by number.
package struct Accounts: Sendable, Equatable {
  package var users: Set<UInt32>
  package var groups: Set<UInt32>

  package init(users: Set<UInt32> = [], groups: Set<UInt32> = []) {
    self.users = users
    self.groups = groups
  }

  func includes(_ peer: Peer) -> Bool {
    users.contains(peer.uid) || groups.contains(peer.gid)
      || peer.groups.contains { groups.contains($0) }
  }
}

/// Who has which role.
package struct AccessPolicy: Sendable {
  /// The kernel's stand-in for a user of a foreign namespace: never more than everybody.
  package static let overflowUser: UInt32 = 65_534

  package var ownUser: UInt32
  package var administrators: Accounts
  package var delegates: Accounts
  package var readers: Accounts

  package init(
    ownUser: UInt32, administrators: Accounts = Accounts(), delegates: Accounts = Accounts(),
    readers: Accounts = Accounts()
  ) {
    self.ownUser = ownUser
    self.administrators = administrators
    self.delegates = delegates
    self.readers = readers
  }

  package func roles(of peer: Peer) -> Roles {
    if peer.uid == AccessPolicy.overflowUser { return [] }
    var roles: Roles = []
    if peer.uid == 0 || peer.uid == ownUser || administrators.includes(peer) {
      roles.insert(.administrator)
    }
    if delegates.includes(peer) { roles.insert(.delegate) }
    if readers.includes(peer) { roles.insert(.reader) }
    return roles
  }
}

extension MethodName {
  /// Which roles may call it; nil: everybody.
  var allowedRoles: Roles? {
    switch self {
    case .authorize, .identifyKey, .listAccessibleOrganizations, .health:
      nil
    case .getKey, .listKeys, .getUsage, .explainAuthorize, .getOrganization, .listOrganizations,
      .listAuditEvents, .getStatistics, .getMetrics:
      [.reader, .delegate, .administrator]
    case .issueKey, .rotateKey, .updateKey, .revokeKey, .revokeKeys, .deleteKey, .importKeys,
      .putOrganization, .moveOrganization, .suspendOrganization, .resumeOrganization,
      .deleteOrganization, .importOrganizations:
      [.delegate, .administrator]
    case .backup:
      .administrator
    }
  }

  /// Calls about the whole daemon, or about whoever presents a key, can't be made on behalf of an
  /// organization.
  var canAct: Bool {
    switch self {
    case .getStatistics, .getMetrics, .backup, .importKeys, .importOrganizations: false
    default: true
    }
  }
}
