/// An API key as the daemon keeps it: everything but its text.
public struct Key: Sendable, Hashable {
  /// Its public handle, "key_…": safe to log.
  public var id: String
  /// The organization that it belongs to; it reaches this one and all below.
  public var organizationID: String
  /// For people: "Production CRM sync".
  public var name: String
  /// "live", "test", …
  public var environment: String
  /// Patterns: "contacts:read", "contacts:*", "*". None: the key may do nothing.
  public var permissions: [String]
  public var state: KeyState
  public var createdAt: Timestamp
  /// nil: never.
  public var expiresAt: Timestamp?
  /// nil: not revoked.
  public var revokedAt: Timestamp?
  /// Why it was revoked; empty if nobody said.
  public var revokedReason: String
  /// nil: unlimited.
  public var rateLimit: RateLimit?
  /// The live ones, newest first: at most two.
  public var secrets: [Secret]
  /// Requests allowed since it was issued.
  public var allowedCount: UInt64
  /// Requests denied since it was issued.
  public var deniedCount: UInt64
  /// The last allowed request; nil: never used.
  public var lastUsedAt: Timestamp?
  /// Who issued it, in the daemon's words.
  public var createdBy: String
  public var lastDeniedAt: Timestamp?
  /// nil: never denied.
  public var lastDeniedReason: Reason?
  /// Also told when the key is expired or revoked.
  public var isDisabled: Bool
  public var labels: [Label]

  /// For tests that run without a daemon; otherwise keys come from it.
  public init(
    id: String, organizationID: String, name: String = "", environment: String = "live",
    permissions: [String] = [], state: KeyState = .active,
    createdAt: Timestamp = Timestamp(unixMilliseconds: 0), expiresAt: Timestamp? = nil,
    revokedAt: Timestamp? = nil, revokedReason: String = "", rateLimit: RateLimit? = nil,
    secrets: [Secret] = [], allowedCount: UInt64 = 0, deniedCount: UInt64 = 0,
    lastUsedAt: Timestamp? = nil, createdBy: String = "", lastDeniedAt: Timestamp? = nil,
    lastDeniedReason: Reason? = nil, isDisabled: Bool = false, labels: [Label] = []
  ) {
    self.id = id
    self.organizationID = organizationID
    self.name = name
    self.environment = environment
    self.permissions = permissions
    self.state = state
    self.createdAt = createdAt
    self.expiresAt = expiresAt
    self.revokedAt = revokedAt
    self.revokedReason = revokedReason
    self.rateLimit = rateLimit
    self.secrets = secrets
    self.allowedCount = allowedCount
    self.deniedCount = deniedCount
    self.lastUsedAt = lastUsedAt
    self.createdBy = createdBy
    self.lastDeniedAt = lastDeniedAt
    self.lastDeniedReason = lastDeniedReason
    self.isDisabled = isDisabled
    self.labels = labels
  }
}

/// What a key's own rules say about it; its organization may be suspended all the same.
public enum KeyState: UInt32, Sendable, Hashable, CaseIterable {
  /// A state that this version of the library does not know.
  case unknown = 0
  /// None of the others.
  case active = 1
  /// Until it is enabled again.
  case disabled = 2
  /// Its end has passed, by the daemon's clock.
  case expired = 3
  /// For good.
  case revoked = 4
}

/// One secret of a key: what its holder presents. Only its digest is kept.
public struct Secret: Sendable, Hashable {
  /// 1, then one more at each rotation.
  public var version: UInt32
  /// What people may see of it: "pc_live_…3fA9".
  public var hint: String
  public var createdAt: Timestamp
  /// When its overlap ends; nil: it stays until the key ends.
  public var retiresAt: Timestamp?
  /// Requests allowed with it.
  public var allowedCount: UInt64
  /// nil: never.
  public var lastUsedAt: Timestamp?

  public init(
    version: UInt32, hint: String = "", createdAt: Timestamp = Timestamp(unixMilliseconds: 0),
    retiresAt: Timestamp? = nil, allowedCount: UInt64 = 0, lastUsedAt: Timestamp? = nil
  ) {
    self.version = version
    self.hint = hint
    self.createdAt = createdAt
    self.retiresAt = retiresAt
    self.allowedCount = allowedCount
    self.lastUsedAt = lastUsedAt
  }
}

/// What an application remembers with a key: at most 16 of them.
public struct Label: Sendable, Hashable {
  /// At most 64 bytes.
  public var name: String
  /// At most 256 bytes.
  public var value: String

  public init(name: String, value: String) {
    self.name = name
    self.value = value
  }
}
