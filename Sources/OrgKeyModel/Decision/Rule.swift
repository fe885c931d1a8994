/// The rules that a request must pass, in the order in which they are applied.
package enum Rule: String, CaseIterable, Sendable {
  case key
  case environment
  case rateLimit = "rate limit"
  case organization
  case permission
}

extension Reason {
  /// The rule that gives it; nil: none has failed.
  package var rule: Rule? {
    switch self {
    case .allowed: nil
    case .keyMissing, .keyMalformed, .keyUnknown, .keyRevoked, .keyExpired, .keyDisabled,
      .secretRetired:
      .key
    case .environmentMismatch: .environment
    case .rateLimited: .rateLimit
    case .organizationUnknown, .organizationOutside, .organizationSuspended: .organization
    case .permissionMissing: .permission
    }
  }
}
