import OrgKeyModel

extension Transaction {
  /// Revokes all keys of an organization, or of all its subtree.
  ///
  /// - Returns: how many were not revoked before.
  package mutating func revokeKeys(
    of organizationID: String, includeDescendants: Bool, reason: String, by author: Author
  ) throws -> Int {
    let scope = try scope(of: author)
    let top = try organization(id: organizationID, in: scope)
    var organizations = [top]
    if includeDescendants { organizations += try organizationsBelow(top, includingDamaged: true) }
    try connection.growCache()
    var count = 0
    for organization in organizations {
      count += try revokeKeys(of: organization, reason, by: author)
    }
    return count
  }

  /// Revokes an organization's own keys. A row that is damaged is left as it is: it may be served
  /// from memory, if it was whole when it was loaded, and so is revoked there; from disk it is
  /// never served again.
  mutating func revokeKeys(
    of organization: OrganizationRow, _ reason: String, by author: Author
  ) throws(StoreError) -> Int {
    var damaged: [Int64] = []
    let keys = try connection.rows(
      KeyRow.self, where: "organization = ?", .integer(organization.number),
      damaged: { damaged.append($0) }
    ).filter { $0.revokedAt == 0 }
    for key in keys {
      var revoked = key
      revoked.revokedAt = now
      revoked.revokedReason = reason
      try update(key, to: revoked)
      try audit(
        "RevokeKeys", by: author, organization: organization, keyID: key.keyID,
        [("reason", .text(reason))])
    }
    let now = now
    noteInPieces(keys.map(\.number) + damaged) { .revokeKeys(numbers: $0, at: now) }
    return keys.count
  }

  /// Notes a change of many keys for the Directory.
  mutating func noteInPieces(_ numbers: [Int64], _ mutation: ([Int64]) -> Mutation) {
    var rest = numbers[...]
    while !rest.isEmpty {
      mutations.append(mutation(Array(rest.prefix(Limits.keysPerMutation))))
      rest = rest.dropFirst(Limits.keysPerMutation)
    }
  }
}
