import OrgKeyWire

/// The rules once more, in their most naive form, from the design and the contract alone: plain
/// dictionaries, and everything worked out afresh when it is asked for. What the daemon is held
/// against.
///
/// Where the contract leaves open which of several refusals is told, the model looks at the fields
/// first, then at who acts, then at what is in reach; of what is left each will do.
struct Model {
  static let deepest = 64

  struct Organization {
    /// Empty: a root.
    var parent: String
    var name: String
    var suspended = false
  }

  struct Secret {
    let version: UInt32
    let text: String
    let hint: String
    let createdAt: Int64
    /// 0: stays until the key ends.
    var retiresAt: Int64 = 0
    /// Retired for good, whenever that was.
    var revoked = false
    var allowed: UInt64 = 0
    var lastUsed = Moment.never
  }

  struct Key {
    let id: String
    let organization: String
    let environment: String
    let createdAt: Int64
    let createdBy: String
    var name: String
    var permissions: [String]
    var expiresAt: Int64
    var limit: RateLimit?
    var labels: [Label]
    var disabled = false
    var revokedAt = Moment.never
    var revokedReason = ""
    /// All it ever had, oldest first.
    var secrets: [Secret] = []
    var window: Window?
    var usage = Usage()
    /// It expired, and was seen to be counted no longer.
    var isCountedOff = false

    var isRevoked: Bool { revokedAt.range.lowerBound != 0 }
  }

  /// The window of a rate limit that was opened and has not been found to be over.
  struct Window {
    /// On the monotonic clock.
    let opened: ClosedRange<Int64>
    var count: UInt32
  }

  struct Usage {
    /// How often each outcome was met; allowed has no reason.
    var counts: [Reason: UInt64] = [:]
    var lastUsed = Moment.never
    /// The last denial, behind those that may have come in the same millisecond: which of these is
    /// the last one is left open.
    var lastDenials: [(at: Moment, reason: Reason)] = []
  }

  /// Whose secret a text is.
  struct Owner {
    let key: String
    let version: UInt32
  }

  /// A request that was carried out under a request_id.
  struct Carried {
    /// Without its request_id.
    let request: Request.Method
    let key: String
    let version: UInt32
  }

  var organizations: [String: Organization] = [:]
  var keys: [String: Key] = [:]
  /// The ids of `keys`, oldest first.
  var keyIDs: [String] = []
  var deletedKeyIDs: [String] = []
  /// Of every text that was handed out. If the key is gone, the text stays known as revoked.
  var owners: [String: Owner] = [:]
  /// The texts of `owners`, oldest first.
  var texts: [String] = []
  /// By organization and request_id.
  var carried: [String: [String: Carried]] = [:]
  /// When keys and secrets end, as far as that is still to come.
  var ends: [Int64] = []
  /// What was done and was not yet found in the audit trail.
  var changes: [Change] = []
  /// The last events of the audit trail that were told.
  var trail: [AuditEvent] = []
  /// Organizations that were made, moved or deleted since the driver last emptied this.
  var displaced: Set<String> = []
}

extension Model {
  /// Adds a key, with what it ends by and the texts of its secrets.
  mutating func add(_ key: Key) {
    keys[key.id] = key
    keyIDs.append(key.id)
    ends.append(key.expiresAt)
    for secret in key.secrets {
      owners[secret.text] = Owner(key: key.id, version: secret.version)
      texts.append(secret.text)
    }
  }

  /// An organization, the one above it, and so on up to its root.
  func ancestry(_ organization: String) -> [String] {
    var chain: [String] = []
    var next = organization
    while !next.isEmpty {
      chain.append(next)
      next = organizations[next]?.parent ?? ""
    }
    return chain
  }

  /// An organization and all below it, parents before children. Empty: no organization, above all
  /// roots.
  func subtree(_ top: String) -> [String] {
    let children = Dictionary(grouping: organizations.keys) { organizations[$0]?.parent ?? "" }
    var found = [top]
    var next = 0
    while next < found.count {
      found += children[found[next]] ?? []
      next += 1
    }
    return found
  }

  func children(_ organization: String) -> [String] {
    organizations.keys.filter { organizations[$0]?.parent == organization }
  }

  /// Whether it, or one above it, is suspended.
  func isClosed(_ organization: String) -> Bool {
    ancestry(organization).contains { organizations[$0]?.suspended == true }
  }

  func depth(_ organization: String) -> Int { ancestry(organization).count - 1 }

  func ids(of organizations: Set<String>) -> [String] {
    keyIDs.filter { id in keys[id].map { organizations.contains($0.organization) } ?? false }
  }
}

extension Model.Key {
  func liveSecrets(at now: Int64) -> [Model.Secret] { secrets.filter { $0.isLive(at: now) } }

  func state(at now: Int64) -> KeyState {
    if isRevoked { return .revoked }
    if expiresAt != 0 && expiresAt <= now { return .expired }
    return disabled ? .disabled : .active
  }
}

extension Model.Secret {
  func isLive(at now: Int64) -> Bool { !revoked && (retiresAt == 0 || retiresAt > now) }
}

extension Model.Usage {
  var allowed: UInt64 { counts[.unspecified] ?? 0 }
  var denied: UInt64 { counts.values.reduce(0, +) - allowed }

  mutating func count(_ reason: Reason, _ at: ClosedRange<Int64>) {
    counts[reason, default: 0] += 1
    if reason == .unspecified {
      lastUsed = Moment(at)
    } else {
      lastDenials.removeAll { $0.at.range.upperBound < at.lowerBound }
      lastDenials.append((Moment(at), reason))
    }
  }
}
