/// A key to be issued.
public struct NewKey: Sendable, Hashable {
  public var organizationID: String
  /// 1 to 200 characters, no control characters.
  public var name: String
  /// nil: the one the daemon requires, else "live".
  public var environment: String?
  /// Patterns: "contacts:read", "contacts:*", "*". None: the key may do nothing.
  public var permissions: [String]
  /// nil: never.
  public var expiresAt: Timestamp?
  /// nil: the daemon's default.
  public var rateLimit: RateLimit?
  public var labels: [Label]
  /// Makes issuing safe to repeat: the daemon remembers it for 7 days within the organization, and
  /// a repetition issues no second key but is refused as `.alreadyExists` with the key's id. Random
  /// unless given; keep it to repeat the request after `ChangeError.outcomeUnknown`.
  /// At most 64 bytes; "" gives up that protection.
  public var requestID: String

  /// A `requestID` of nil chooses a random one.
  public init(
    organizationID: String, name: String, permissions: [String], environment: String? = nil,
    expiresAt: Timestamp? = nil, rateLimit: RateLimit? = nil, labels: [Label] = [],
    requestID: String? = nil
  ) {
    self.organizationID = organizationID
    self.name = name
    self.environment = environment
    self.permissions = permissions
    self.expiresAt = expiresAt
    self.rateLimit = rateLimit
    self.labels = labels
    self.requestID = requestID ?? RequestID.random()
  }
}

/// A new key with its text, which is shown here and never again.
public struct IssuedKey: Sendable {
  public var key: Key
  /// For the key's owner; redacted in descriptions.
  public var text: KeyText

  public init(key: Key, text: KeyText) {
    self.key = key
    self.text = text
  }
}

/// What is to be revoked.
public enum RevocationTarget: Sendable {
  /// A key with all its secrets, by its id.
  case key(id: String)
  /// One secret of a key; the others go on working.
  case secret(version: UInt32, keyID: String)
  /// The key that a text belongs to, with all its secrets: for a leaked key of which nothing but
  /// the text is known. A text already retired changes nothing.
  case text(KeyText)
}

/// Which keys to list. Everything that is nil or empty is no condition.
public struct KeyFilter: Sendable, Hashable {
  /// nil: all in reach.
  public var organizationID: String?
  public var includesDescendants = false
  public var environment: String?
  public var states: [KeyState] = []
  /// Only keys neither used nor issued since.
  public var unusedSince: Timestamp?
  /// At most 200 bytes.
  public var nameContains: String?
  /// Only keys that expire, and before this.
  public var expiresBefore: Timestamp?
  /// The end of a live secret's hint: "3fA9".
  public var secretHint: String?
  /// Only keys whose newest secret is older: due for rotation.
  public var secretCreatedBefore: Timestamp?
  public var label: Label?

  public init(organizationID: String? = nil, includesDescendants: Bool = false) {
    self.organizationID = organizationID
    self.includesDescendants = includesDescendants
  }
}
