package import OrgKeyModel

/// A key to be issued: what was asked for, and the secret that was made for it.
package struct NewKey: Sendable {
  package var id: KeyID
  package var organizationID: String
  package var name: String
  package var environment: Environment
  package var permissions: [String] = []
  package var expiresAt: Int64 = 0
  /// As asked for; nil if none was.
  package var rateLimit: RateLimit?
  /// What a key gets for which none was asked, and none is laid down by the author's maximum.
  package var defaultRateLimit: RateLimit?
  package var labels: [Label] = []
  /// Empty: none.
  package var requestID = ""
  /// Of all that was asked for, so that a retry is told from another request.
  package var requestFingerprint: [UInt8] = []
  package var digest: Digest
  package var hint: String

  package init(
    id: KeyID, organizationID: String, name: String, environment: Environment, digest: Digest,
    hint: String
  ) {
    self.id = id
    self.organizationID = organizationID
    self.name = name
    self.environment = environment
    self.digest = digest
    self.hint = hint
  }
}

extension Transaction {
  /// Issues a key with its first secret.
  package mutating func issueKey(_ new: NewKey, by author: Author) throws -> KeyDetails {
    let scope = try scope(of: author)
    let organization = try organization(id: new.organizationID, in: scope)
    try requireNew(
      requestID: new.requestID, fingerprint: new.requestFingerprint, in: organization.number)
    try author.requireGrantable(new.permissions, in: scope)
    let limit = try author.grantedLimit(new.rateLimit, default: new.defaultRateLimit, in: scope)
    // It may have passed while the call waited; then nobody would count the key as expired.
    try Validation.expiry(new.expiresAt, now: now)
    try requireSpace()
    try requireUnknown(new.digest)

    var key = KeyRow(
      keyID: new.id, organization: organization.number, name: new.name,
      environment: new.environment, permissionSet: try permissionSet(new.permissions),
      createdAt: now, createdBy: author.text)
    key.expiresAt = new.expiresAt
    key.rateLimit = limit
    key.labels = Label.json(new.labels)
    try insert(&key)
    mutations.append(.addKey(key.record(id: new.id, environment: new.environment)))
    try addSecret(to: key.number, version: 1, new.digest, new.hint)
    try remember(
      requestID: new.requestID, fingerprint: new.requestFingerprint, in: organization.number,
      keyID: key.keyID, secretVersion: 1)
    let details = try connection.details(of: key, at: now)
    try audit(
      "IssueKey", by: author, organization: organization, keyID: key.keyID, secretVersion: 1,
      key.audited(permissions: .list(details.permissions), hint: new.hint))
    return details
  }

  /// A digest stays known for good, so that no dead secret comes to life as another key's.
  func requireUnknown(_ digest: Digest) throws {
    guard try !isKnown(digest) else {
      throw Refusal(.alreadyExists, "this secret is known already")
    }
  }

  func isKnown(_ digest: Digest) throws(StoreError) -> Bool {
    try connection.integer(
      "SELECT 1 FROM secrets WHERE digest = ?1 UNION ALL SELECT 1 FROM dead_digests WHERE digest = ?1",
      .blob(digest.bytes)) != nil
  }

  /// - Parameter createdAt: nil: now.
  mutating func addSecret(
    to key: Int64, version: UInt32, _ digest: Digest, _ hint: String, createdAt: Int64? = nil
  ) throws(StoreError) {
    var secret = SecretRow(
      key: key, version: version, digest: digest, hint: hint, createdAt: createdAt ?? now)
    try insert(&secret)
    mutations.append(
      .addSecret(
        SecretRecord(number: secret.number, key: key, version: version, digest: digest)))
  }

  /// The number of a set of patterns, which is stored once.
  mutating func permissionSet(_ patterns: [String]) throws(StoreError) -> Int64 {
    var set = PermissionSetRow(patterns: patterns)
    let known = try connection.row(PermissionSetRow.self, where: "patterns = ?", .text(set.text))
    if let known { return known.number }
    try insert(&set)
    mutations.append(.addPermissionSet(number: set.number, patterns: set.patterns))
    return set.number
  }
}

extension KeyRow {
  func record(id: KeyID, environment: Environment) -> KeyRecord {
    KeyRecord(
      number: number, id: id, organization: organization, environment: environment,
      permissionSet: permissionSet, expiresAt: expiresAt, revokedAt: revokedAt,
      disabled: disabled, rateLimit: rateLimit)
  }

  /// As the Directory has it.
  ///
  /// - Throws: `.damaged` if a text of it can't be what it should be.
  func record() throws(StoreError) -> KeyRecord {
    guard let id = KeyID(keyID), let environment = Environment(environment) else {
      throw StoreError(.damaged, "row \(number) of table keys holds what can't be")
    }
    return record(id: id, environment: environment)
  }

  /// What the audit trail keeps of a key when it is made.
  func audited(permissions: JSON, hint: String) -> [(String, JSON)] {
    var detail: [(String, JSON)] = [
      ("name", .text(name)), ("environment", .text(environment)), ("permissions", permissions),
    ]
    if expiresAt != 0 { detail.append(("expires_at_unix_ms", .integer(expiresAt))) }
    if let rateLimit { detail.append(("rate_limit", .text(rateLimit.text))) }
    detail.append(("hint", .text(hint)))
    if !labels.isEmpty { detail.append(("labels", .encoded(labels))) }
    return detail
  }
}

extension RateLimit {
  /// As the audit trail has it: "100/3600s".
  var text: String { "\(limit)/\(window)s" }
}
