import OrgKeyModel

struct OrganizationRow: CheckedRow {
  static let table = CheckedTable.organizations

  var number: Int64 = 0
  var id: String
  /// 0, NULL in the table: a root.
  var parent: Int64
  var name: String
  var suspended = false
  var createdAt: Int64

  init(id: String, parent: Int64, name: String, createdAt: Int64) {
    self.id = id
    self.parent = parent
    self.name = name
    self.createdAt = createdAt
  }

  /// In place of one whose row can't be believed. No identifier has a space.
  init(damaged number: Int64, parent: Int64) {
    self.init(id: "damaged row \(number)", parent: parent, name: "", createdAt: 0)
    self.number = number
  }

  init(reading row: Statement) {
    number = row.integer(0)
    id = row.text(1)
    parent = row.integer(2)
    name = row.text(3)
    suspended = row.flag(4)
    createdAt = row.integer(5)
  }

  var fields: [Value] {
    [
      .text(id), parent == 0 ? .null : .integer(parent), .text(name), .flag(suspended),
      .integer(createdAt),
    ]
  }

  var record: OrganizationRecord {
    OrganizationRecord(number: number, id: id, parent: parent, suspended: suspended)
  }
}

struct PermissionSetRow: CheckedRow {
  static let table = CheckedTable.permissionSets

  var number: Int64 = 0
  /// In the order granted, without duplicates, one a line: equal grants have equal text.
  var text: String

  init(patterns: [String]) {
    var seen: Set<String> = []
    text = patterns.filter { seen.insert($0).inserted }.joined(separator: "\n")
  }

  init(reading row: Statement) {
    number = row.integer(0)
    text = row.text(1)
  }

  var fields: [Value] { [.text(text)] }

  var patterns: [String] { Self.patterns(text) }

  static func patterns(_ text: String) -> [String] {
    text.utf8.split(separator: 0x0A).map { String(Substring($0)) }
  }
}

struct KeyRow: CheckedRow {
  static let table = CheckedTable.keys

  var number: Int64 = 0
  var keyID: String
  var organization: Int64
  var name: String
  var environment: String
  var permissionSet: Int64
  var createdAt: Int64
  var expiresAt: Int64 = 0
  var disabled = false
  var revokedAt: Int64 = 0
  var revokedReason = ""
  var rateLimit: RateLimit?
  var createdBy: String
  /// A JSON object; empty if there are none.
  var labels = ""

  init(
    keyID: KeyID, organization: Int64, name: String, environment: Environment,
    permissionSet: Int64, createdAt: Int64, createdBy: String
  ) {
    self.keyID = keyID.text
    self.organization = organization
    self.name = name
    self.environment = environment.text
    self.permissionSet = permissionSet
    self.createdAt = createdAt
    self.createdBy = createdBy
  }

  init(reading row: Statement) {
    number = row.integer(0)
    keyID = row.text(1)
    organization = row.integer(2)
    name = row.text(3)
    environment = row.text(4)
    permissionSet = row.integer(5)
    createdAt = row.integer(6)
    expiresAt = row.integer(7)
    disabled = row.flag(8)
    revokedAt = row.integer(9)
    revokedReason = row.text(10)
    rateLimit = Self.rateLimit(row.integer(11), row.integer(12))
    createdBy = row.text(13)
    labels = row.text(14)
  }

  /// 0 is no limit.
  static func rateLimit(_ limit: Int64, _ window: Int64) -> RateLimit? {
    guard limit > 0 else { return nil }
    return RateLimit(limit: UInt32(clamping: limit), window: UInt32(clamping: window))
  }

  var fields: [Value] {
    [
      .text(keyID), .integer(organization), .text(name), .text(environment),
      .integer(permissionSet), .integer(createdAt), .integer(expiresAt), .flag(disabled),
      .integer(revokedAt), .text(revokedReason), .integer(Int64(rateLimit?.limit ?? 0)),
      .integer(Int64(rateLimit?.window ?? 0)), .text(createdBy), .text(labels),
    ]
  }
}

struct SecretRow: CheckedRow {
  static let table = CheckedTable.secrets

  var number: Int64 = 0
  var key: Int64
  var version: UInt32
  var digest: [UInt8]
  var hint: String
  var createdAt: Int64
  var retiresAt: Int64 = 0
  var revoked = false

  init(key: Int64, version: UInt32, digest: Digest, hint: String, createdAt: Int64) {
    self.key = key
    self.version = version
    self.digest = digest.bytes
    self.hint = hint
    self.createdAt = createdAt
  }

  init(reading row: Statement) {
    number = row.integer(0)
    key = row.integer(1)
    version = UInt32(clamping: row.integer(2))
    digest = row.blob(3)
    hint = row.text(4)
    createdAt = row.integer(5)
    retiresAt = row.integer(6)
    revoked = row.flag(7)
  }

  var fields: [Value] {
    [
      .integer(key), .integer(Int64(version)), .blob(digest), .text(hint), .integer(createdAt),
      .integer(retiresAt), .flag(revoked),
    ]
  }

  func isLive(at now: Int64) -> Bool { !revoked && (retiresAt == 0 || retiresAt > now) }
}

struct DeadDigestRow: CheckedRow {
  static let table = CheckedTable.deadDigests

  var number: Int64 = 0
  var digest: [UInt8]
  /// When the secret stopped working.
  var diedAt: Int64

  init(digest: [UInt8], diedAt: Int64) {
    self.digest = digest
    self.diedAt = diedAt
  }

  init(reading row: Statement) {
    number = row.integer(0)
    digest = row.blob(1)
    diedAt = row.integer(2)
  }

  var fields: [Value] { [.blob(digest), .integer(diedAt)] }
}
