/// The key whose authorization is to be explained.
public enum ExplainedKey: Sendable {
  /// By its text as it was presented, mistakes included: "Bearer pc_live_…" is explained as such.
  case text(KeyText)
  /// By its id, for who doesn't have the text.
  ///
  /// - secretVersion: which of its secrets is taken to be presented; nil: the newest.
  case key(id: String, secretVersion: UInt32? = nil)
}

/// What `OrgKeyClient.authorize` would do, and why. For the operator; it lets nothing pass, and
/// nothing of it is for the caller of the API.
public struct Explanation: Sendable, Hashable {
  /// One rule and what it found.
  public struct Step: Sendable, Hashable {
    /// "key", "environment", "rate limit", "organization" or "permission".
    public var rule: String
    public var passed: Bool
    /// For people: "revoked 2h ago by uid 0: leaked in a public repository".
    public var found: String

    public init(rule: String, passed: Bool, found: String) {
      self.rule = rule
      self.passed = passed
      self.found = found
    }
  }

  /// nil: the request would pass.
  public var denial: Denial?
  /// The key's public handle; nil: it is not known.
  public var keyID: String?
  /// The organization that the key belongs to; nil: the key is not known.
  public var keyOrganizationID: String?
  /// The key's; nil: it is not known.
  public var environment: String?
  /// Which of the key's secrets is meant; nil: the key is not known.
  public var secretVersion: UInt32?
  /// The organization that was checked; nil: it did not come to that.
  public var organizationID: String?
  /// Where the key stands at present; nil: it has no limit, or is not known.
  public var rateLimit: RateLimitState?
  /// Each rule in the order applied, up to the one that decides.
  public var steps: [Step]

  public init(
    denial: Denial? = nil, keyID: String? = nil, keyOrganizationID: String? = nil,
    environment: String? = nil, secretVersion: UInt32? = nil, organizationID: String? = nil,
    rateLimit: RateLimitState? = nil, steps: [Step] = []
  ) {
    self.denial = denial
    self.keyID = keyID
    self.keyOrganizationID = keyOrganizationID
    self.environment = environment
    self.secretVersion = secretVersion
    self.organizationID = organizationID
    self.rateLimit = rateLimit
    self.steps = steps
  }
}
