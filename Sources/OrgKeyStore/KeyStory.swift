package import OrgKeyModel

/// What the records tell of a key and of one of its secrets, for whoever looks for what is wrong.
package struct KeyStory: Sendable {
  package var key: KeyDetails
  /// nil: the key has none of the version asked for.
  package var secret: SecretStory?
  // By whom, as far as the audit trail still has it.
  package var revoked: Act?
  package var disabled: Act?
}

/// One secret of a key, live or dead.
package struct SecretStory: Sendable {
  package var version: UInt32
  package var hint: String
  package var createdAt: Int64
  /// Unix milliseconds; 0: stays until the key ends.
  package var retiresAt: Int64
  /// For good: alone, or by a rotation without overlap.
  package var revokedForGood: Bool
  // By whom, as far as the audit trail still has it.
  package var made: Act?
  package var rotatedOut: Act?
  package var revoked: Act?
}

/// Who did something, and when, by the audit trail.
package struct Act: Equatable, Sendable {
  package var at: Int64
  /// "ana (uid 0)".
  package var author: String
  /// Of revoking: why; may be empty.
  package var reason = ""
}

/// Where a secret belongs.
package struct SecretPlace: Sendable {
  /// The key's number.
  package var key: Int64
  /// The organization's number.
  package var organization: Int64
  package var version: UInt32

  package init(key: Int64, organization: Int64, version: UInt32) {
    self.key = key
    self.organization = organization
    self.version = version
  }
}

/// Whose a text is, or was.
package enum SecretTrace: Sendable {
  case known(SecretPlace)
  /// Of a key that was deleted; when the secret stopped working.
  case deleted(at: Int64)
  /// Its record, or its key's, fails its checksum.
  case damaged
}

extension Reader {
  /// Events of a key, or of an organization, among which the author of a change is looked for.
  private static let examinedEvents: Int64 = 5000

  /// Where a secret of a key belongs; nil if there is no such key.
  ///
  /// - Parameter version: 0: the newest. The answer has 0 when the key has none of this version.
  package func place(of id: KeyID, version: UInt32) throws(StoreError) -> SecretPlace? {
    try snapshot { () throws(StoreError) in
      let key = try connection.row(KeyRow.self, where: "key_id = ?", .text(id.text))
      guard let key else { return nil }
      let secret = try connection.secrets(of: key.number, damaged: { _ in }).first {
        version == 0 || $0.version == version
      }
      return SecretPlace(
        key: key.number, organization: key.organization, version: secret?.version ?? 0)
    }
  }

  /// Whose secret has a digest, for as long as the digest is kept, which is for good.
  package func trace(_ digest: Digest) throws(StoreError) -> SecretTrace? {
    do throws(StoreError) {
      return try snapshot { () throws(StoreError) in try find(.blob(digest.bytes)) }
    } catch {
      if error.category == .damaged { return .damaged }
      throw error
    }
  }

  private func find(_ digest: Value) throws(StoreError) -> SecretTrace? {
    if let secret = try connection.row(SecretRow.self, where: "digest = ?", digest),
      let key = try connection.row(KeyRow.self, where: "number = ?", .integer(secret.key))
    {
      return .known(
        SecretPlace(key: key.number, organization: key.organization, version: secret.version))
    }
    let dead = try connection.row(DeadDigestRow.self, where: "digest = ?", digest)
    return dead.map { .deleted(at: $0.diedAt) }
  }

  /// - Returns: nil if there is no such key.
  package func story(of place: SecretPlace, now: Int64) throws(StoreError) -> KeyStory? {
    try snapshot { () throws(StoreError) in
      let row = try connection.row(KeyRow.self, where: "number = ?", .integer(place.key))
      guard let row else { return nil }
      let secret = try connection.secrets(of: row.number, damaged: { _ in }).first {
        $0.version == place.version
      }
      var story = KeyStory(
        key: try connection.details(of: row, at: now),
        secret: secret.map {
          SecretStory(
            version: $0.version, hint: $0.hint, createdAt: $0.createdAt, retiresAt: $0.retiresAt,
            revokedForGood: $0.revoked)
        })
      try tellActs(&story)
      return story
    }
  }

  /// The last time each thing was done that explains how the key is.
  private func tellActs(_ story: inout KeyStory) throws(StoreError) {
    try connection.each(
      """
      SELECT at, actor, uid, method, secret_version, iif(json_valid(detail), detail, '{}')
      FROM audit INDEXED BY audit_key WHERE key_id = ? AND key_id <> ''
      ORDER BY sequence DESC LIMIT ?
      """, [.text(story.key.id), .integer(Self.examinedEvents)]
    ) { (row) throws(StoreError) in
      let act = Act(row)
      let (version, detail) = (UInt32(clamping: row.integer(4)), row.text(5))
      switch row.text(3) {
      case "RevokeKey" where version != 0:
        guard story.secret?.version == version, story.secret?.revoked == nil else { break }
        story.secret?.revoked = act
        story.secret?.revoked?.reason = try member("reason", of: detail)
      case "RevokeKey", "RevokeKeys":
        story.revoked = story.revoked ?? act
      case "UpdateKey":
        if story.disabled == nil, try member("disabled.to", of: detail) == "1" {
          story.disabled = act
        }
      case let method:
        if story.secret?.version == version { story.secret?.made = act }
        guard method == "RotateKey", let secret = story.secret, secret.rotatedOut == nil,
          try member("retired_version", of: detail) == "\(secret.version)"
        else { break }
        story.secret?.rotatedOut = act
      }
      return true
    }
  }

  /// Who suspended an organization; nil if the audit trail does not tell any more.
  package func suspension(of organization: Int64) throws(StoreError) -> Act? {
    try connection.first(
      """
      SELECT at, actor, uid FROM (
        SELECT at, actor, uid, method FROM audit INDEXED BY audit_organization
        WHERE organization = ? ORDER BY sequence DESC LIMIT ?)
      WHERE method = 'SuspendOrganization' LIMIT 1
      """, [.integer(organization), .integer(Self.examinedEvents)], Act.init)
  }

  /// A member of an event's detail as text, truth as 1; empty if there is none.
  private func member(_ path: String, of detail: String) throws(StoreError) -> String {
    try connection.first("SELECT json_extract(?, ?)", [.text(detail), .text("$.\(path)")]) {
      $0.text(0)
    } ?? ""
  }
}

extension Act {
  /// - Parameter row: when, actor, uid.
  init(_ row: Statement) {
    at = row.integer(0)
    author = Author.text(actor: row.text(1), uid: UInt32(clamping: row.integer(2)))
  }
}
