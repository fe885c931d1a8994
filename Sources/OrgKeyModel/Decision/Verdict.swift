/// Why a key may not pass; names and numbers of the contract's Reason.
package enum Reason: UInt8, BitwiseCopyable, CaseIterable, Sendable {
  case allowed = 0
  case keyMissing = 1
  case keyMalformed = 2
  case keyUnknown = 3
  case keyRevoked = 4
  case keyExpired = 5
  case keyDisabled = 6
  case secretRetired = 7
  case environmentMismatch = 8
  case organizationUnknown = 9
  case organizationOutside = 10
  case organizationSuspended = 11
  case permissionMissing = 12
  case rateLimited = 13
}

/// One reading of both clocks, in milliseconds.
package struct Instant: BitwiseCopyable, Sendable {
  /// Unix time: expiry and overlaps follow it.
  package var wall: Int64
  /// How far into the millisecond of `wall`, in steps of 16 ns: tells only what came later.
  package var fraction: UInt16
  /// Rate-limit windows follow it.
  package var monotonic: Int64

  package init(wall: Int64, fraction: UInt16 = 0, monotonic: Int64) {
    self.wall = wall
    self.fraction = fraction
    self.monotonic = monotonic
  }
}

/// What the daemon was configured to hold every key to.
package struct Policy: BitwiseCopyable, Sendable {
  package var keyPrefix: KeyPrefix
  /// No key of another environment passes, whatever the request names.
  package var requiredEnvironment: Environment?

  package init(keyPrefix: KeyPrefix, requiredEnvironment: Environment? = nil) {
    self.keyPrefix = keyPrefix
    self.requiredEnvironment = requiredEnvironment
  }
}

/// What was decided, and about what. Its handles are good as long as the lock under which the
/// decision was made; its numbers for ever.
package struct Verdict: BitwiseCopyable, Sendable {
  package var reason: Reason
  /// The key and the secret that was presented, when they are known.
  package var key: KeyHandle?
  package var secret: SecretHandle?
  /// The store's numbers of both; 0 when they are not known.
  package var keyNumber: UInt32 = 0
  package var secretNumber: UInt32 = 0
  /// The organization that was checked, when the key may act in it.
  package var organization: OrganizationHandle?
  /// When the key is known and has a limit.
  package var rateLimit: RateLimitState?

  /// A denial of a key that is not known.
  init(unknown reason: Reason) {
    self.reason = reason
  }

  /// For a key that is known, before any rule was applied.
  init(key: KeyHandle, _ keyNumber: UInt32, secret: SecretHandle, _ secretNumber: UInt32) {
    reason = .allowed
    self.key = key
    self.keyNumber = keyNumber
    self.secret = secret
    self.secretNumber = secretNumber
  }

  package var isAllowed: Bool { reason == .allowed }
}
