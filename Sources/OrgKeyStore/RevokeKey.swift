package import OrgKeyModel

/// Which key is meant: by its public id, or by the secret itself.
package enum KeyTarget: Sendable {
  case id(KeyID)
  case digest(Digest)
}

extension Transaction {
  /// Revokes a key, or one of its secrets. What is revoked already stays as it is, with its
  /// first time and reason; and whoever presents a retired secret takes nothing from its key.
  ///
  /// - Parameter secretVersion: 0: the whole key.
  package mutating func revokeKey(
    _ target: KeyTarget, secretVersion: UInt32, reason: String, by author: Author
  ) throws -> KeyDetails {
    let scope = try scope(of: author)
    let (key, presented) = try key(target, in: scope)
    if key.revokedAt != 0 { return try connection.details(of: key, at: now) }
    if let presented, !presented.isLive(at: now) {
      try revoke(presented, of: key, reason, by: author)
      return try connection.details(of: key, at: now)
    }
    if secretVersion == 0 { return try revokeWhole(key, reason, by: author) }
    let secrets = try connection.secrets(of: key.number, damaged: { _ in })
    guard let secret = secrets.first(where: { $0.version == secretVersion }) else {
      throw Refusal(.notFound, "the key has no secret of this version")
    }
    try revoke(secret, of: key, reason, by: author)
    return try connection.details(of: key, at: now)
  }

  /// The key that is meant, if it is in reach, and the secret that was presented.
  func key(_ target: KeyTarget, in scope: Scope) throws -> (KeyRow, SecretRow?) {
    let found = try known(in: scope) { () throws(StoreError) -> (KeyRow, SecretRow?)? in
      let (key, presented) = try key(target)
      guard let key, try reaches(scope, organization(number: key.organization)) else { return nil }
      return (key, presented)
    }
    guard let found else { throw Refusal.noSuchKey }
    return found
  }

  private func key(_ target: KeyTarget) throws(StoreError) -> (KeyRow?, SecretRow?) {
    switch target {
    case .id(let id):
      return (try connection.row(KeyRow.self, where: "key_id = ?", .text(id.text)), nil)
    case .digest(let digest):
      let presented = try connection.row(SecretRow.self, where: "digest = ?", .blob(digest.bytes))
      guard let presented else { return (nil, nil) }
      let key = try connection.row(KeyRow.self, where: "number = ?", .integer(presented.key))
      return (key, presented)
    }
  }

  private mutating func revokeWhole(
    _ key: KeyRow, _ reason: String, by author: Author
  ) throws(StoreError) -> KeyDetails {
    var revoked = key
    revoked.revokedAt = now
    revoked.revokedReason = reason
    try update(key, to: revoked)
    mutations.append(.revokeKeys(numbers: [key.number], at: now))
    try audit(
      "RevokeKey", by: author, organization: organization(number: key.organization),
      keyID: key.keyID, [("reason", .text(reason))])
    return try connection.details(of: revoked, at: now)
  }

  private mutating func revoke(
    _ secret: SecretRow, of key: KeyRow, _ reason: String, by author: Author
  ) throws(StoreError) {
    if secret.revoked { return }
    var revoked = secret
    // One whose overlap has ended stays retired since then, but now no clock revives it.
    if secret.isLive(at: now) { revoked.retiresAt = now }
    revoked.revoked = true
    try update(secret, to: revoked)
    mutations.append(
      .retireSecret(
        key: key.number, version: secret.version, at: revoked.retiresAt, revoked: true))
    try audit(
      "RevokeKey", by: author, organization: organization(number: key.organization),
      keyID: key.keyID, secretVersion: secret.version, [("reason", .text(reason))])
  }
}
