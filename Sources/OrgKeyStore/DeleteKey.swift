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
    try bury([key], where: "number = ?", .integer(key.number))
    mutations.append(.removeKeys(numbers: [key.number]))
    try audit(
      "DeleteKey", by: author, organization: organization(number: key.organization),
      keyID: key.keyID, [("name", .text(key.name))])
  }

  /// Takes keys out of the records. Of their secrets it stays known that they are dead, and since
  /// when: since now, where the key is not revoked yet.
  ///
  /// - Parameter keys: all that meet the condition, read in this transaction.
  mutating func bury(
    _ keys: [KeyRow], where condition: String, _ value: Value
  ) throws(StoreError) {
    let ofKeys = "key IN (SELECT number FROM keys WHERE \(condition))"
    let secrets = try connection.rows(SecretRow.self, where: ofKeys, value)
    let ends = Dictionary(uniqueKeysWithValues: keys.map { ($0.number, $0.revokedAt) })
    try connection.run("DELETE FROM key_usage WHERE \(ofKeys)", value)
    try connection.run("DELETE FROM usage_days WHERE \(ofKeys)", value)
    try connection.run(
      "DELETE FROM secret_usage WHERE secret IN (SELECT number FROM secrets WHERE \(ofKeys))", value
    )
    try delete(secrets, where: ofKeys, value)
    try delete(keys, where: condition, value)
    for secret in secrets {
      let revokedAt = ends[secret.key].flatMap { $0 == 0 ? nil : $0 } ?? now
      let diedAt = secret.retiresAt == 0 ? revokedAt : min(secret.retiresAt, revokedAt)
      var dead = DeadDigestRow(digest: secret.digest, diedAt: diedAt)
      try insert(&dead)
    }
  }
}
