internal import OrgKeyWire

/// The daemon's word that a request may not pass.
///
/// `code` and `response` are for the caller of the API. `reason` and `keyID` are for the operator
/// and appear in no public part.
public struct Denial: Sendable, Hashable {
  /// What the caller of the API may learn.
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// 401: there is no key, or it is none that works.
    case invalidAPIKey = "INVALID_API_KEY"
    /// 403: the organization is not in the key's reach, or suspended.
    case organizationAccessDenied = "ORG_ACCESS_DENIED"
    /// 403: the key is not granted the permission.
    case permissionDenied = "PERMISSION_DENIED"
    /// 429: `Denial.rateLimit` says when the window ends.
    case rateLimitExceeded = "RATE_LIMIT_EXCEEDED"
  }

  /// What the caller of the API may learn.
  public var code: Code
  /// Why, for the operator. Never show it to the caller.
  public var reason: Reason
  /// The key's public handle, if the key is known. For the operator.
  public var keyID: String?
  /// nil: the key has no limit, or is not known.
  public var rateLimit: RateLimitState?

  public init(
    _ code: Code, reason: Reason = .unspecified, keyID: String? = nil,
    rateLimit: RateLimitState? = nil
  ) {
    self.code = code
    self.reason = reason
    self.keyID = keyID
    self.rateLimit = rateLimit
  }

  /// What to answer with: 401, 403 or 429.
  public var response: ErrorResponse {
    // Status and sentence depend on the decision alone, so any reason that leads to it will do.
    let row = OrgKeyWire.Reason.allCases.first { $0.decision == code.decision } ?? .keyUnknown
    return ErrorResponse(
      statusCode: row.httpStatus, code: code.rawValue, message: row.sentence, rateLimit: rateLimit)
  }
}

extension Denial.Code {
  var decision: Decision {
    switch self {
    case .invalidAPIKey: .invalidAPIKey
    case .organizationAccessDenied: .orgAccessDenied
    case .permissionDenied: .permissionDenied
    case .rateLimitExceeded: .rateLimitExceeded
    }
  }
}

/// Why a key was denied, for the operator. Numbers and names are the contract's.
public enum Reason: UInt32, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// None was given, or one that this version of the library does not know.
  case unspecified = 0
  /// The request presented no key.
  case keyMissing = 1
  /// Not a key's text: too long, not printable ASCII, with a wrong checksum, or more than one.
  case keyMalformed = 2
  /// No key has this text.
  case keyUnknown = 3
  /// For 30 days; later its text is unknown.
  case keyRevoked = 4
  /// Its end has passed, by the daemon's clock.
  case keyExpired = 5
  /// Until it is enabled again.
  case keyDisabled = 6
  /// Rotated out: its overlap has ended, or it was revoked alone.
  case secretRetired = 7
  /// Of another environment than was asked for, or than the daemon requires.
  case environmentMismatch = 8
  /// No organization has this identifier.
  case organizationUnknown = 9
  /// Known, but not in the key's hierarchy.
  case organizationOutside = 10
  /// The one asked for, the key's own, or one above either.
  case organizationSuspended = 11
  /// None of the key's patterns covers the permission.
  case permissionMissing = 12
  /// The window's requests are used up.
  case rateLimited = 13

  init(_ wire: OrgKeyWire.Reason) { self = Reason(rawValue: wire.rawValue) ?? .unspecified }

  /// What the operator does about it: one sentence.
  public var advice: String {
    self == .unspecified
      ? "Look into the daemon's log." : (OrgKeyWire.Reason(rawValue: rawValue)?.advice ?? "")
  }

  /// The contract's name: "KEY_REVOKED".
  public var description: String {
    switch self {
    case .unspecified: "UNSPECIFIED"
    case .keyMissing: "KEY_MISSING"
    case .keyMalformed: "KEY_MALFORMED"
    case .keyUnknown: "KEY_UNKNOWN"
    case .keyRevoked: "KEY_REVOKED"
    case .keyExpired: "KEY_EXPIRED"
    case .keyDisabled: "KEY_DISABLED"
    case .secretRetired: "SECRET_RETIRED"
    case .environmentMismatch: "ENVIRONMENT_MISMATCH"
    case .organizationUnknown: "ORGANIZATION_UNKNOWN"
    case .organizationOutside: "ORGANIZATION_OUTSIDE"
    case .organizationSuspended: "ORGANIZATION_SUSPENDED"
    case .permissionMissing: "PERMISSION_MISSING"
    case .rateLimited: "RATE_LIMITED"
    }
  }
}
