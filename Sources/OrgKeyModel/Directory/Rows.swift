// The rows of the Directory's tables. Handles are plain numbers here, 0 for none; there are a
// million of some, so each byte counts.

/// An organization in a Directory. Good until the organization is removed.
package struct OrganizationHandle: BitwiseCopyable, Hashable, Sendable {
  let index: UInt32
}

/// A key in a Directory. Good until the key is removed.
package struct KeyHandle: BitwiseCopyable, Hashable, Sendable {
  let index: UInt32
}

/// A secret in a Directory. Good until the secret is removed.
package struct SecretHandle: BitwiseCopyable, Hashable, Sendable {
  let index: UInt32
}

struct OrganizationRow: BitwiseCopyable {
  struct Flags: OptionSet, BitwiseCopyable {
    let rawValue: UInt8
    static let suspended = Flags(rawValue: 1)
    static let suspendedByAncestor = Flags(rawValue: 2)
    static let quarantined = Flags(rawValue: 4)
  }

  var number: UInt32 = 0
  var id: UInt32 = 0
  var parent: UInt32 = 0
  /// An ancestor further up; see `Directory.ancestor(of:atDepth:)`.
  var jump: UInt32 = 0
  /// Children form a list in the order of their numbers.
  var firstChild: UInt32 = 0
  var lastChild: UInt32 = 0
  var nextSibling: UInt32 = 0
  var previousSibling: UInt32 = 0
  /// In memory, dead ones included; `keyCount` counts the active ones.
  var heldKeyCount: UInt32 = 0
  var keyCount: UInt32 = 0
  var childCount: UInt32 = 0
  var subtreeKeyCount: UInt32 = 0
  var subtreeOrganizationCount: UInt32 = 0
  /// The Directory's stamp when it was put where it is.
  var placedAt: UInt32 = 0
  var idBytes: UInt8 = 0
  var depth: UInt8 = 0
  var jumpDepth: UInt8 = 0
  var flags: Flags = []

  /// Itself, or by one above it.
  var isClosed: Bool { !flags.isEmpty }
}

/// 44 bytes.
struct KeyRow: BitwiseCopyable {
  struct Flags: OptionSet, BitwiseCopyable {
    let rawValue: UInt8
    static let disabled = Flags(rawValue: 1)
    static let revoked = Flags(rawValue: 2)
    /// Counts no longer as active. Decisions look at the time itself.
    static let markedExpired = Flags(rawValue: 4)
  }

  var number: UInt32 = 0
  var id = KeyID.none
  var organization: UInt32 = 0
  var permissionSet: UInt32 = 0
  var limiter: UInt32 = 0
  var firstSecret: UInt32 = 0
  /// When it was revoked, if it was; else when it expires, 0 for never. Never both: nothing
  /// asks when a revoked key would have expired.
  var end = PackedTime(0)
  private var environmentLow: UInt16 = 0
  private var environmentHigh: UInt8 = 0
  var flags: Flags = []

  /// Below `environmentBound`.
  var environment: UInt32 {
    get { UInt32(environmentHigh) << 16 | UInt32(environmentLow) }
    set {
      environmentLow = UInt16(truncatingIfNeeded: newValue)
      environmentHigh = UInt8(truncatingIfNeeded: newValue >> 16)
    }
  }

  static let environmentBound: UInt32 = 1 << 24

  var countsAsActive: Bool { flags.isEmpty }
}

/// 56 bytes. Of a key that was deleted only this is left, with its key's handle 0.
struct SecretRow: BitwiseCopyable {
  let digest: Digest
  var retiresAt: Int64
  let number: UInt32
  var key: UInt32
  /// Of the same key, the next older one.
  var next: UInt32
  private var versionAndRevoked: UInt32

  /// Versions are below this: the bit above them tells a secret that was revoked.
  static let versionBound: UInt32 = 1 << 31

  init(_ record: SecretRecord, number: UInt32, key: UInt32, next: UInt32) {
    digest = record.digest
    retiresAt = record.retiresAt
    self.number = number
    self.key = key
    self.next = next
    versionAndRevoked = record.version
    if record.revoked { revoke() }
  }

  var version: UInt32 { versionAndRevoked & (Self.versionBound - 1) }
  var isRevoked: Bool { versionAndRevoked & Self.versionBound != 0 }

  mutating func revoke() { versionAndRevoked |= Self.versionBound }
}

struct PermissionSetRow: BitwiseCopyable {
  var text: UInt32 = 0
  var bytes: UInt16 = 0
  var count: UInt8 = 0
}

struct EnvironmentRow: BitwiseCopyable {
  let environment: Environment?
  /// Its characters and NULs.
  var text = InlineArray<24, UInt8>(repeating: 0)

  init(_ environment: Environment?) {
    self.environment = environment
    guard let environment else { return }
    for index in 0..<environment.short.count { text[index] = environment.short[index] }
  }
}

/// A time in milliseconds in two words, for rows of 4-byte alignment.
struct PackedTime: BitwiseCopyable {
  private let low: UInt32
  private let high: Int32

  init(_ time: Int64) {
    low = UInt32(truncatingIfNeeded: time)
    high = Int32(truncatingIfNeeded: time >> 32)
  }

  var time: Int64 { Int64(high) << 32 | Int64(low) }
}
