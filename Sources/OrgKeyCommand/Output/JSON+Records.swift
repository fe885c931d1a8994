internal import OrgKey

// What --output json shows: the contract's messages, their times as RFC 3339 under the field's
// name without its unit. What is not set is left out.

struct OrganizationJSON: Encodable {
  let organizationId: String
  let parentId: String?
  let name: String
  let suspended: Bool
  let suspendedByAncestor: Bool
  let depth: UInt32
  let keyCount: UInt64
  let childCount: UInt64
  let subtreeKeyCount: UInt64
  let subtreeOrganizationCount: UInt64

  init(_ organization: Organization) {
    organizationId = organization.id
    parentId = organization.parentID
    name = organization.name
    suspended = organization.isSuspended
    suspendedByAncestor = organization.isSuspendedByAncestor
    depth = organization.depth
    keyCount = organization.keyCount
    childCount = organization.childCount
    subtreeKeyCount = organization.subtreeKeyCount
    subtreeOrganizationCount = organization.subtreeOrganizationCount
  }
}

struct KeyJSON: Encodable {
  struct Limit: Encodable {
    let limit: UInt32
    let windowS: Int64
  }

  struct SecretJSON: Encodable {
    let version: UInt32
    let hint: String
    let createdAt: String
    let retiresAt: String?
    let allowedCount: UInt64
    let lastUsedAt: String?
  }

  struct LabelJSON: Encodable {
    let name: String
    let value: String
  }

  let keyId: String
  let organizationId: String
  let name: String
  let environment: String
  let permissions: [String]
  let state: String
  let createdAt: String
  let expiresAt: String?
  let revokedAt: String?
  let revokedReason: String?
  let rateLimit: Limit?
  let secrets: [SecretJSON]
  let allowedCount: UInt64
  let deniedCount: UInt64
  let lastUsedAt: String?
  let createdBy: String
  let lastDeniedAt: String?
  let lastDeniedReason: String?
  let disabled: Bool
  let labels: [LabelJSON]

  init(_ key: Key) {
    keyId = key.id
    organizationId = key.organizationID
    name = key.name
    environment = key.environment
    permissions = key.permissions
    state = key.state.name
    createdAt = TimeText.rfc3339(key.createdAt)
    expiresAt = key.expiresAt.map(TimeText.rfc3339)
    revokedAt = key.revokedAt.map(TimeText.rfc3339)
    revokedReason = key.revokedReason.isEmpty ? nil : key.revokedReason
    rateLimit = key.rateLimit.map {
      Limit(limit: $0.limit, windowS: $0.window.components.seconds)
    }
    secrets = key.secrets.map(SecretJSON.init)
    allowedCount = key.allowedCount
    deniedCount = key.deniedCount
    lastUsedAt = key.lastUsedAt.map(TimeText.rfc3339)
    createdBy = key.createdBy
    lastDeniedAt = key.lastDeniedAt.map(TimeText.rfc3339)
    lastDeniedReason = key.lastDeniedReason?.description
    disabled = key.isDisabled
    labels = key.labels.map { LabelJSON(name: $0.name, value: $0.value) }
  }
}

extension KeyJSON.SecretJSON {
  init(_ secret: Secret) {
    version = secret.version
    hint = secret.hint
    createdAt = TimeText.rfc3339(secret.createdAt)
    retiresAt = secret.retiresAt.map(TimeText.rfc3339)
    allowedCount = secret.allowedCount
    lastUsedAt = secret.lastUsedAt.map(TimeText.rfc3339)
  }
}

struct StatisticsJSON: Encodable {
  struct Counter: Encodable {
    let name: String
    let value: UInt64
  }

  struct Activity: Encodable {
    let keyId: String
    let allowedPerS: Double
    let deniedPerS: Double
  }

  let version: String
  let startedAt: String
  let keyCount: UInt64
  let organizationCount: UInt64
  let connectionCount: UInt64
  let residentBytes: UInt64
  let databaseBytes: UInt64
  let walBytes: UInt64
  let freeDiskBytes: UInt64
  let quarantinedRowCount: UInt64
  let counters: [Counter]
  let busiestKeys: [Activity]
  let usageAgeMs: Int64

  init(_ statistics: Statistics) {
    version = statistics.version
    startedAt = TimeText.rfc3339(statistics.startedAt)
    keyCount = statistics.keyCount
    organizationCount = statistics.organizationCount
    connectionCount = statistics.connectionCount
    residentBytes = statistics.residentBytes
    databaseBytes = statistics.databaseBytes
    walBytes = statistics.walBytes
    freeDiskBytes = statistics.freeDiskBytes
    quarantinedRowCount = statistics.quarantinedRowCount
    counters = statistics.counters.map { Counter(name: $0.name, value: $0.value) }
    busiestKeys = statistics.busiestKeys.map {
      Activity(
        keyId: $0.keyID, allowedPerS: $0.allowedPerSecond, deniedPerS: $0.deniedPerSecond)
    }
    usageAgeMs = Int64(statistics.usageAge / .milliseconds(1))
  }
}

extension KeyState {
  /// As `--state` takes it and JSON shows it.
  var name: String {
    switch self {
    case .unknown: "unknown"
    case .active: "active"
    case .disabled: "disabled"
    case .expired: "expired"
    case .revoked: "revoked"
    }
  }
}
