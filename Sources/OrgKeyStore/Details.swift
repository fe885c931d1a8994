package import OrgKeyModel

/// What an application wants to remember with a key.
package struct Label: Equatable, Sendable {
  package var name: String
  package var value: String

  package init(name: String, value: String) {
    self.name = name
    self.value = value
  }

  /// As the table keeps them; empty if there are none.
  static func json(_ labels: [Label]) -> String {
    labels.isEmpty ? "" : audited(labels).encoded
  }

  static func audited(_ labels: [Label]) -> JSON {
    .object(labels.map { ($0.name, .text($0.value)) })
  }

  /// Whether both have the same bytes.
  func isSame(as other: Label) -> Bool {
    name.utf8.elementsEqual(other.name.utf8) && value.utf8.elementsEqual(other.value.utf8)
  }
}

/// The contract's KeyState, with its numbers.
package enum KeyState: Int32, Sendable {
  case active = 1
  case disabled = 2
  case expired = 3
  case revoked = 4

  init(revokedAt: Int64, expiresAt: Int64, disabled: Bool, at now: Int64) {
    if revokedAt != 0 {
      self = .revoked
    } else if expiresAt != 0 && expiresAt <= now {
      self = .expired
    } else {
      self = disabled ? .disabled : .active
    }
  }
}

/// A key as people see it, with the numbers by which counts still in memory can be added.
/// Times are Unix milliseconds, 0 is never.
package struct KeyDetails: Equatable, Sendable {
  package var number: Int64
  package var id: String
  /// The organization's number.
  package var organization: Int64
  package var organizationID: String
  package var name: String
  package var environment: String
  package var permissions: [String]
  package var createdAt: Int64
  package var expiresAt: Int64
  package var disabled: Bool
  package var revokedAt: Int64
  package var revokedReason: String
  package var rateLimit: RateLimit?
  package var createdBy: String
  package var labels: [Label]
  /// Those neither revoked nor retired, newest first: at most two.
  package var secrets: [SecretDetails]
  /// Of all its secrets, dead ones included: by these it is counted in memory.
  package var secretNumbers: [Int64]
  /// On disk; counts still in memory come on top.
  package var usage: UsageCounts

  package func state(at now: Int64) -> KeyState {
    KeyState(revokedAt: revokedAt, expiresAt: expiresAt, disabled: disabled, at: now)
  }
}

package struct SecretDetails: Equatable, Sendable {
  package var number: Int64
  package var version: UInt32
  package var hint: String
  package var createdAt: Int64
  package var retiresAt: Int64
  package var allowed: UInt64
  package var lastUsedAt: Int64
}

/// An organization as it is on disk. Its depth and counts come from the Directory.
package struct OrganizationDetails: Equatable, Sendable {
  package var number: Int64
  package var id: String
  /// Empty: a root.
  package var parentID: String
  package var name: String
  /// Itself.
  package var suspended: Bool
  package var createdAt: Int64
}

extension Connection {
  /// All that is known of a key. Reads more than once: call it inside a transaction.
  func details(of key: KeyRow, at now: Int64) throws(StoreError) -> KeyDetails {
    guard
      let organization = try row(
        OrganizationRow.self, where: "number = ?", .integer(key.organization)),
      let set = try row(PermissionSetRow.self, where: "number = ?", .integer(key.permissionSet))
    else { throw StoreError(.damaged, "key \(key.keyID) has no organization or permission set") }
    // A damaged one works no more, while others of the key may.
    var numbers: [Int64] = []
    let secrets = try secrets(of: key.number, damaged: { numbers.append($0) })
    numbers += secrets.map(\.number)
    return KeyDetails(
      number: key.number, id: key.keyID, organization: key.organization,
      organizationID: organization.id, name: key.name, environment: key.environment,
      permissions: set.patterns, createdAt: key.createdAt, expiresAt: key.expiresAt,
      disabled: key.disabled, revokedAt: key.revokedAt, revokedReason: key.revokedReason,
      rateLimit: key.rateLimit, createdBy: key.createdBy, labels: try labels(key.labels),
      secrets: try live(secrets, at: now), secretNumbers: numbers,
      usage: try usage(of: key.number))
  }

  func details(of organization: OrganizationRow) throws(StoreError) -> OrganizationDetails {
    let parent = try row(OrganizationRow.self, where: "number = ?", .integer(organization.parent))
    return OrganizationDetails(
      number: organization.number, id: organization.id, parentID: parent?.id ?? "",
      name: organization.name, suspended: organization.suspended,
      createdAt: organization.createdAt)
  }

  /// - Parameter damaged: as for `rows`.
  func secrets(
    of key: Int64, damaged: ((Int64) -> Void)? = nil
  ) throws(StoreError) -> [SecretRow] {
    try rows(
      SecretRow.self, where: "key = ? ORDER BY version DESC", .integer(key), damaged: damaged)
  }

  func labels(_ json: String) throws(StoreError) -> [Label] {
    guard !json.isEmpty else { return [] }
    var labels: [Label] = []
    try each("SELECT key, value FROM json_each(?)", [.text(json)]) { row in
      labels.append(Label(name: row.text(0), value: row.text(1)))
      return true
    }
    return labels
  }

  func usage(of key: Int64) throws(StoreError) -> UsageCounts {
    var usage = UsageCounts()
    try each(
      """
      SELECT allowed, denied, last_used, last_denied, last_denied_reason
      FROM key_usage WHERE key = ?
      """, [.integer(key)]
    ) { row in
      usage.allowed = UInt64(clamping: row.integer(0))
      usage.denied = UInt64(clamping: row.integer(1))
      usage.lastAllowedAt = row.integer(2)
      usage.lastDeniedAt = row.integer(3)
      usage.lastDeniedReason = Reason(rawValue: UInt8(clamping: row.integer(4))) ?? .allowed
      return false
    }
    return usage
  }

  fileprivate func usage(
    ofSecret number: Int64
  ) throws(StoreError) -> (allowed: UInt64, lastUsed: Int64)? {
    try first(
      "SELECT allowed, last_used FROM secret_usage WHERE secret = ?", [.integer(number)]
    ) { (allowed: UInt64(clamping: $0.integer(0)), lastUsed: $0.integer(1)) }
  }

  private func live(_ secrets: [SecretRow], at now: Int64) throws(StoreError) -> [SecretDetails] {
    var details: [SecretDetails] = []
    for secret in secrets where secret.isLive(at: now) {
      let usage = try usage(ofSecret: secret.number)
      details.append(
        SecretDetails(
          number: secret.number, version: secret.version, hint: secret.hint,
          createdAt: secret.createdAt, retiresAt: secret.retiresAt, allowed: usage?.allowed ?? 0,
          lastUsedAt: usage?.lastUsed ?? 0))
    }
    return Array(details.prefix(Limits.liveSecretsPerKey))
  }
}

extension Reader {
  /// Reads the counts of keys again that were read a moment ago.
  package func renewUsage(of keys: inout [KeyDetails]) throws(StoreError) {
    try snapshot { () throws(StoreError) in
      for index in keys.indices {
        let usage = try connection.usage(of: keys[index].number)
        // Of a key that was deleted meanwhile it stays what it was.
        guard usage.allowed >= keys[index].usage.allowed, usage.denied >= keys[index].usage.denied
        else { continue }
        keys[index].usage = usage
        for place in keys[index].secrets.indices {
          guard let usage = try connection.usage(ofSecret: keys[index].secrets[place].number)
          else { continue }
          keys[index].secrets[place].allowed = usage.allowed
          keys[index].secrets[place].lastUsedAt = usage.lastUsed
        }
      }
    }
  }
}
