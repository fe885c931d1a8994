import OrgKeyModel
@testable import OrgKeyStore

// What can be done to keys and organizations after their beginning, each in a group of its own.

func newSecret(_ number: Int) -> NewSecret {
  NewSecret(digest: digest(number), hint: "pc_live_…\(1000 + number)")
}

extension Transaction {
  /// - Parameter secret: the number of the one that is made.
  mutating func rotate(
    _ key: Int, to secret: Int, _ overlap: Overlap = .untilRevoked,
    by author: Author = administrator, request: (inout Rotation) -> Void = { _ in }
  ) throws -> KeyDetails {
    var rotation = Rotation(id: keyID(key), overlap: overlap)
    request(&rotation)
    return try rotateKey(rotation, by: author) { _ in newSecret(secret) }
  }
}

extension Changing {
  @discardableResult
  func rotate(
    _ key: Int, to secret: Int, _ overlap: Overlap = .untilRevoked, at time: Int64 = now,
    by author: Author = administrator, request: (inout Rotation) -> Void = { _ in }
  ) throws -> KeyDetails {
    try change(at: time) {
      try $0.rotate(key, to: secret, overlap, by: author, request: request)
    }
  }

  @discardableResult
  func update(
    _ key: Int, at time: Int64 = now, by author: Author = administrator,
    _ set: (inout KeyChanges) -> Void
  ) throws -> KeyDetails {
    var changes = KeyChanges()
    set(&changes)
    return try change(at: time) { try $0.updateKey(keyID(key), changes, by: author) }
  }

  func delete(key: Int, at time: Int64 = now, by author: Author = administrator) throws {
    try change(at: time) { try $0.deleteKey(keyID(key), by: author) }
  }

  @discardableResult
  func revokeKeys(
    of organization: String, below: Bool = false, reason: String = "", at time: Int64 = now,
    by author: Author = administrator
  ) throws -> Int {
    try change(at: time) {
      try $0.revokeKeys(
        of: organization, includeDescendants: below, reason: reason, by: author)
    }
  }

  @discardableResult
  func suspend(
    _ id: String, _ suspended: Bool = true, by author: Author = administrator
  ) throws -> OrganizationDetails {
    try change { try $0.suspendOrganization(id: id, suspended, by: author) }
  }

  @discardableResult
  func move(
    _ id: String, under parent: String?, by author: Author = administrator
  ) throws -> OrganizationDetails {
    try change { try $0.moveOrganization(id: id, under: parent, by: author) }
  }

  @discardableResult
  func delete(
    organization id: String, keys: Bool = false, below: Bool = false, at time: Int64 = now,
    by author: Author = administrator
  ) throws -> [Int] {
    var deletion = OrganizationDeletion(id: id)
    deletion.revokesKeys = keys
    deletion.includesDescendants = below
    let asked = deletion
    let outcome = try change(at: time) { try $0.deleteOrganization(asked, by: author) }
    return [outcome.organizations, outcome.revokedKeys]
  }
}

extension Store {
  /// The audit trail's events of a method, oldest first: of which key or else organization, of
  /// which secret, and the detail.
  func events(_ method: String) throws -> [String] {
    var events: [String] = []
    try connection.each(
      """
      SELECT iif(key_id = '', organization_id, key_id) || ' ' || secret_version || ' ' || detail
      FROM audit WHERE method = ? ORDER BY sequence
      """, [.text(method)]
    ) { row in
      events.append(row.text(0))
      return true
    }
    return events
  }

  func eventCount() throws -> Int64 { try count("SELECT count(*) FROM audit") }
}
