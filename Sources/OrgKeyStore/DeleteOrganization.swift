import OrgKeyModel

/// What is deleted with an organization.
package struct OrganizationDeletion: Sendable {
  package var id: String
  /// false: refused while a key that is not revoked would be lost.
  package var revokesKeys = false
  /// false: refused while it has children.
  package var includesDescendants = false

  package init(id: String) { self.id = id }
}

extension Transaction {
  /// Deletes an organization and, when asked to, all below and all their keys. The digests of
  /// keys stay known as revoked; the identifiers are free for others.
  ///
  /// - Returns: how many organizations there were, and how many keys were revoked for it.
  package mutating func deleteOrganization(
    _ deletion: OrganizationDeletion, by author: Author
  ) throws -> (organizations: Int, revokedKeys: Int) {
    let scope = try scope(of: author)
    let top = try organization(id: deletion.id, in: scope)
    try scope.requireOther(top, "delete")
    let below = try organizationsBelow(top, includingDamaged: false)
    guard deletion.includesDescendants || below.isEmpty else {
      throw Refusal(
        .failedPrecondition,
        "organizations lie below it (\(below.count)): include_descendants takes them along")
    }
    let all = [top] + below
    if !deletion.revokesKeys { try requireNoKeys(all) }
    try requireSpace()
    try connection.growCache()
    var revoked = 0
    for organization in all {
      revoked += try buryKeys(of: organization, by: author)
    }
    // Children before parents.
    for organization in all.reversed() { try remove(organization, with: top, by: author) }
    return (all.count, revoked)
  }

  private func requireNoKeys(_ organizations: [OrganizationRow]) throws {
    var count: Int64 = 0
    for organization in organizations {
      count +=
        try connection.integer(
          "SELECT count(*) FROM keys WHERE organization = ? AND revoked_at = 0",
          .integer(organization.number)) ?? 0
    }
    guard count == 0 else {
      throw Refusal(
        .failedPrecondition,
        "keys that are not revoked would be lost (\(count)): revoke_keys revokes them")
    }
  }

  /// - Returns: how many were not revoked before.
  private mutating func buryKeys(
    of organization: OrganizationRow, by author: Author
  ) throws(StoreError) -> Int {
    let number = Value.integer(organization.number)
    let keys = try connection.rows(KeyRow.self, where: "organization = ?", number)
    let active = keys.filter { $0.revokedAt == 0 }
    for key in active {
      try audit(
        "RevokeKeys", by: author, organization: organization, keyID: key.keyID,
        [("reason", .text("its organization was deleted"))])
    }
    try bury(keys, where: "organization = ?", number)
    let now = now
    noteInPieces(active.map(\.number)) { .revokeKeys(numbers: $0, at: now) }
    noteInPieces(keys.map(\.number)) { .removeKeys(numbers: $0) }
    return active.count
  }

  private mutating func remove(
    _ organization: OrganizationRow, with top: OrganizationRow, by author: Author
  ) throws(StoreError) {
    try delete([organization], where: "number = ?", .integer(organization.number))
    mutations.append(.removeOrganization(number: organization.number))
    try connection.run(
      "DELETE FROM request_ids WHERE organization = ?", .integer(organization.number))
    try connection.run(
      "INSERT INTO deleted_organizations VALUES (?, ?, ?, ?)", .integer(organization.number),
      .text(organization.id), .integer(organization.parent), .integer(now))
    var detail: [(String, JSON)] = [("name", .text(organization.name))]
    if organization.number != top.number { detail.append(("deleted_with", .text(top.id))) }
    try audit("DeleteOrganization", by: author, organization: organization, detail)
  }
}
