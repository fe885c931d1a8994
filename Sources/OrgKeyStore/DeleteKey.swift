package import OrgKeyModel

extension Transaction {
  /// Removes a revoked key from the records. Its digests stay known as revoked.
  package mutating func deleteKey(_ id: KeyID, by author: Author) throws {
    let scope = try scope(of: author)
    let key = try key(.id(id), in: scope).0
    guard key.revokedAt != 0 else {
      throw Refusal(.failedPrecondition, "the key is not revoked: revoke it before it is deleted")
    }
    try requireSpace()
    try bury(key)
    mutations.append(.removeKeys(numbers: [key.number]))
    try audit(
      "DeleteKey", by: author, organization: organization(number: key.organization),
      keyID: key.keyID, [("name", .text(key.name))])
  }

  /// Takes a revoked key out of all tables but that of dead digests.
  mutating func bury(_ key: KeyRow) throws(StoreError) {
    for secret in try connection.secrets(of: key.number) {
      let diedAt =
        secret.retiresAt == 0 ? key.revokedAt : min(secret.retiresAt, key.revokedAt)
      try delete(secret)
      var dead = DeadDigestRow(digest: secret.digest, diedAt: diedAt)
      try insert(&dead)
      try connection.run("DELETE FROM secret_usage WHERE secret = ?", .integer(secret.number))
    }
    try connection.run("DELETE FROM key_usage WHERE key = ?", .integer(key.number))
    try connection.run("DELETE FROM usage_days WHERE key = ?", .integer(key.number))
    try delete(key)
  }
}
