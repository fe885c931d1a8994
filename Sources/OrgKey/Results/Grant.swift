/// The organization whose data a request is about.
public enum OrganizationScope: Sendable, Hashable {
  /// The key's own; `Grant.organizationID` says which that is.
  case own
  /// The one with this identifier. An empty identifier is misuse, never the key's own.
  case organization(String)
}

/// The daemon's word that a request may pass. There is no other way to get one than to have asked
/// (or, in tests, to make one).
public struct Grant: Sendable, Hashable {
  /// The organization that was checked. Query with this, never with the text of the request.
  public var organizationID: String
  /// The key's public handle: safe to log.
  public var keyID: String
  /// The organization that the key belongs to: everything below it is in its reach.
  public var keyOrganizationID: String
  /// The key's: "live", "test", …
  public var environment: String
  /// Which of the key's secrets was presented: 1, then one more at each rotation.
  public var secretVersion: UInt32
  /// Where the key stands after this request; nil: it has no limit.
  public var rateLimit: RateLimitState?

  /// For tests that run without a daemon. A `keyOrganizationID` of nil is the same as
  /// `organizationID`.
  public init(
    organizationID: String, keyID: String, keyOrganizationID: String? = nil,
    environment: String = "live", secretVersion: UInt32 = 1, rateLimit: RateLimitState? = nil
  ) {
    self.organizationID = organizationID
    self.keyID = keyID
    self.keyOrganizationID = keyOrganizationID ?? organizationID
    self.environment = environment
    self.secretVersion = secretVersion
    self.rateLimit = rateLimit
  }
  /// `X-RateLimit-Limit`, `-Remaining` and `-Reset`, for the answer to the allowed request; empty
  /// if the key has no limit. `ErrorResponse.headers` has them for the denied one.
  public var rateLimitHeaders: [(name: String, value: String)] { rateLimit?.headers ?? [] }
}
