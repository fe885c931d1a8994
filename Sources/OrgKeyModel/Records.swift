// What the Directory holds of each thing: only what a decision needs. What describes
// a key for people (name, labels, who made it) stays on disk.

/// A rate limit: so many requests in a window that opens with the first of them.
package struct RateLimit: BitwiseCopyable, Equatable, Sendable {
  /// 1 to `Limits.rateLimit`.
  package var limit: UInt32
  /// Seconds, 1 to `Limits.rateWindowSeconds`.
  package var window: UInt32

  package init(limit: UInt32, window: UInt32) {
    self.limit = limit
    self.window = window
  }

  /// Whether both lie within their bounds.
  package var isValid: Bool {
    (1...Limits.rateLimit).contains(limit) && (1...Limits.rateWindowSeconds).contains(window)
  }
}

/// An organization as the store keeps it. `number` is OrgKey's own and never used again, so that
/// an identifier that is used again revives nothing.
package struct OrganizationRecord: Equatable, Sendable {
  package var number: Int64
  package var id: String
  /// The parent's number; 0 for a root.
  package var parent: Int64
  package var suspended: Bool
  /// Its row failed its checksum: denies its whole subtree, is never listed.
  package var quarantined: Bool

  package init(
    number: Int64, id: String, parent: Int64, suspended: Bool = false, quarantined: Bool = false
  ) {
    self.number = number
    self.id = id
    self.parent = parent
    self.suspended = suspended
    self.quarantined = quarantined
  }
}

/// A key as the store keeps it. Times are Unix milliseconds; 0 is never.
package struct KeyRecord: BitwiseCopyable, Equatable, Sendable {
  package var number: Int64
  package var id: KeyID
  /// The organization's number.
  package var organization: Int64
  package var environment: Environment
  /// The number of its set of permission patterns.
  package var permissionSet: Int64
  package var expiresAt: Int64
  package var revokedAt: Int64
  package var disabled: Bool
  package var rateLimit: RateLimit?

  package init(
    number: Int64, id: KeyID, organization: Int64, environment: Environment,
    permissionSet: Int64, expiresAt: Int64 = 0, revokedAt: Int64 = 0, disabled: Bool = false,
    rateLimit: RateLimit? = nil
  ) {
    self.number = number
    self.id = id
    self.organization = organization
    self.environment = environment
    self.permissionSet = permissionSet
    self.expiresAt = expiresAt
    self.revokedAt = revokedAt
    self.disabled = disabled
    self.rateLimit = rateLimit
  }
}

/// One secret of a key. `retiresAt` is when its overlap ends, or when it was revoked alone.
package struct SecretRecord: BitwiseCopyable, Equatable, Sendable {
  package var number: Int64
  /// The key's number.
  package var key: Int64
  package var version: UInt32
  package var digest: Digest
  /// Unix milliseconds; 0: stays until the key ends.
  package var retiresAt: Int64
  /// Revoked alone, for good: no clock set back revives it.
  package var revoked: Bool

  package init(
    number: Int64, key: Int64, version: UInt32, digest: Digest, retiresAt: Int64 = 0,
    revoked: Bool = false
  ) {
    self.number = number
    self.key = key
    self.version = version
    self.digest = digest
    self.retiresAt = retiresAt
    self.revoked = revoked
  }
}

/// One committed change as the Directory applies it: in commit order, under its write lock.
/// Things are named by their numbers, so that the same change can be applied anywhere.
package enum Mutation: Sendable {
  case addOrganization(OrganizationRecord)
  /// Itself; what this means for all below follows.
  case suspendOrganization(number: Int64, Bool)
  /// With everything below. `parent` 0 makes it a root.
  case moveOrganization(number: Int64, parent: Int64)
  /// Without children and keys.
  case removeOrganization(number: Int64)
  case addPermissionSet(number: Int64, patterns: [String])
  case addKey(KeyRecord)
  /// Their time was over before they were added. At most `Limits.keysPerMutation` at once.
  case markExpired(numbers: [Int64])
  /// Everything that can change of a key that is not revoked.
  case updateKey(KeyRecord)
  /// At most `Limits.keysPerMutation` at once.
  case revokeKeys(numbers: [Int64], at: Int64)
  /// Of revoked keys, whose secrets stay known as dead. At most `Limits.keysPerMutation` at once.
  case removeKeys(numbers: [Int64])
  case addSecret(SecretRecord)
  case retireSecret(key: Int64, version: UInt32, at: Int64, revoked: Bool)

  /// About how many rows it touches: what is applied in one go is bounded by it.
  package var rowCount: Int {
    switch self {
    case .markExpired(let numbers), .revokeKeys(let numbers, _), .removeKeys(let numbers):
      numbers.count
    default: 1
    }
  }
}
