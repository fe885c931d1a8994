package import OrgKeyModel

/// How long the present secret of a key goes on working beside a new one.
package enum Overlap: Sendable, Equatable {
  case untilRevoked
  /// Milliseconds.
  case length(Int64)
  case none
}

/// What is asked for when a key gets another secret.
package struct Rotation: Sendable {
  package var id: KeyID
  package var overlap: Overlap
  /// Empty: none.
  package var requestID = ""
  /// Of all that was asked for, so that a retry is told from another request.
  package var requestFingerprint: [UInt8] = []

  package init(id: KeyID, overlap: Overlap) {
    self.id = id
    self.overlap = overlap
  }
}

/// What is kept of a secret that was made.
package struct NewSecret: Sendable {
  package var digest: Digest
  package var hint: String

  package init(digest: Digest, hint: String) {
    self.digest = digest
    self.hint = hint
  }
}

extension Transaction {
  /// Gives a key a second secret, and says how long the present one goes on working.
  ///
  /// - Parameter secret: makes the secret, for the key's environment.
  package mutating func rotateKey(
    _ rotation: Rotation, by author: Author, secret: (Environment) throws -> NewSecret
  ) throws -> KeyDetails {
    let scope = try scope(of: author)
    let key = try key(.id(rotation.id), in: scope).0
    try requireNew(
      requestID: rotation.requestID, fingerprint: rotation.requestFingerprint,
      in: key.organization)
    try key.requireNotRevoked("rotated")
    try author.requireGrantable(permissions(of: key), in: scope)
    try requireSpace()
    let secrets = try connection.secrets(of: key.number)
    let present = try onlyLive(secrets)
    let new = try secret(key.record().environment)
    try requireUnknown(new.digest)
    let version = (secrets.first?.version ?? 0) + 1
    try addSecret(to: key.number, version: version, new.digest, new.hint)
    let retiresAt = try present.map { (old) throws(StoreError) in
      try retire(old, of: key, rotation.overlap)
    }
    try remember(
      requestID: rotation.requestID, fingerprint: rotation.requestFingerprint,
      in: key.organization, keyID: key.keyID, secretVersion: version)
    var detail: [(String, JSON)] = [("hint", .text(new.hint))]
    if let present {
      detail.append(("retired_version", .integer(Int64(present.version))))
      detail.append(("retires_at_unix_ms", .integer(retiresAt ?? 0)))
    }
    try audit(
      "RotateKey", by: author, organization: organization(number: key.organization),
      keyID: key.keyID, secretVersion: version, detail)
    return try connection.details(of: key, at: now)
  }

  /// The live secret of a key that has less than two; nil if it has none.
  private func onlyLive(_ secrets: [SecretRow]) throws(Refusal) -> SecretRow? {
    let live = secrets.filter { $0.isLive(at: now) }
    if live.count >= Limits.liveSecretsPerKey, let older = live.last {
      throw Refusal(
        .failedPrecondition,
        "the key has two live secrets: revoke the older one first, which is secret "
          + "\(older.version) (\(older.hint))")
    }
    return live.last
  }

  /// - Returns: when it retires; 0: it stays until it is revoked.
  private mutating func retire(
    _ secret: SecretRow, of key: KeyRow, _ overlap: Overlap
  ) throws(StoreError) -> Int64 {
    var retired = secret
    switch overlap {
    case .untilRevoked: break
    case .length(let length):
      // An earlier end, from a rotation before, stays.
      let end = now + length
      retired.retiresAt = secret.retiresAt == 0 ? end : min(secret.retiresAt, end)
    case .none:
      retired.retiresAt = now
      // No clock that is set back brings it to life again.
      retired.revoked = true
    }
    guard retired.retiresAt != secret.retiresAt || retired.revoked else { return secret.retiresAt }
    try update(secret, to: retired)
    mutations.append(
      .retireSecret(
        key: key.number, version: secret.version, at: retired.retiresAt, revoked: retired.revoked))
    return retired.retiresAt
  }

  /// The patterns that a key is granted.
  func permissions(of key: KeyRow) throws(StoreError) -> [String] {
    let set = try connection.row(
      PermissionSetRow.self, where: "number = ?", .integer(key.permissionSet))
    guard let set else {
      throw StoreError(.damaged, "key \(key.keyID) has no permission set")
    }
    return set.patterns
  }
}

extension KeyRow {
  func requireNotRevoked(_ what: String) throws(Refusal) {
    guard revokedAt == 0 else {
      throw Refusal(
        .failedPrecondition, "the key is revoked, for good: it can't be \(what); issue another")
    }
  }
}
