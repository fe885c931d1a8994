/// A change that was made, and by whom. Never holds a secret.
public struct AuditEvent: Sendable, Hashable {
  /// Its place in the audit trail: 1, then upwards.
  public var sequence: UInt64
  public var at: Timestamp
  /// The contract's name of the call: "RevokeKey".
  public var method: String
  /// nil: it is not about one key.
  public var keyID: String?
  /// nil: it is not about one organization.
  public var organizationID: String?
  /// On whose behalf, as the caller told it; nil: nobody's but the process's own.
  public var actor: String?
  /// The calling process's, by the kernel's word.
  public var peerUID: UInt32
  /// The calling process's, by the kernel's word.
  public var peerGID: UInt32
  /// nil: it came from another pid namespace.
  public var peerPID: UInt32?
  /// What changed, from what to what: JSON, at most 8 KiB. nil: there is nothing to add.
  public var detail: String?
  /// The organization that the call was confined to; nil: to none.
  public var actingOrganizationID: String?
  /// nil: it is not about one secret.
  public var secretVersion: UInt32?

  public init(
    sequence: UInt64, at: Timestamp, method: String, keyID: String? = nil,
    organizationID: String? = nil, actor: String? = nil, peerUID: UInt32 = 0, peerGID: UInt32 = 0,
    peerPID: UInt32? = nil, detail: String? = nil, actingOrganizationID: String? = nil,
    secretVersion: UInt32? = nil
  ) {
    self.sequence = sequence
    self.at = at
    self.method = method
    self.keyID = keyID
    self.organizationID = organizationID
    self.actor = actor
    self.peerUID = peerUID
    self.peerGID = peerGID
    self.peerPID = peerPID
    self.detail = detail
    self.actingOrganizationID = actingOrganizationID
    self.secretVersion = secretVersion
  }
}

/// Which events to list. Everything that is nil is no condition.
public struct AuditFilter: Sendable, Hashable {
  public var keyID: String?
  /// nil: all in reach.
  public var organizationID: String?
  public var includesDescendants: Bool
  public var from: Timestamp?
  public var to: Timestamp?

  public init(
    keyID: String? = nil, organizationID: String? = nil, includesDescendants: Bool = false,
    from: Timestamp? = nil, to: Timestamp? = nil
  ) {
    self.keyID = keyID
    self.organizationID = organizationID
    self.includesDescendants = includesDescendants
    self.from = from
    self.to = to
  }
}

/// Which way to read the audit trail, and from where.
public enum AuditOrder: Sendable, Hashable {
  /// From the event behind `after` on; nil: from the first. What to follow the trail with: `after`
  /// the last one seen.
  case oldestFirst(after: UInt64? = nil)
  /// From the event in front of `before` back; nil: from the last.
  case newestFirst(before: UInt64? = nil)

  var sequence: UInt64? {
    switch self {
    case .oldestFirst(let sequence), .newestFirst(let sequence): sequence
    }
  }

  /// The same way, from another place.
  func going(on sequence: UInt64) -> AuditOrder {
    switch self {
    case .oldestFirst: .oldestFirst(after: sequence)
    case .newestFirst: .newestFirst(before: sequence)
    }
  }
}

/// A part of the audit trail. It may be short or even empty: only `next` tells whether more comes.
public struct AuditPage: Sendable, Hashable {
  public var events: [AuditEvent]
  /// What to ask for the next page with; nil: the list ends here.
  public var next: AuditOrder?

  public init(events: [AuditEvent], next: AuditOrder? = nil) {
    self.events = events
    self.next = next
  }
}
