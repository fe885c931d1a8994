internal import OrgKey

/// Whether a key's requests have moved from its older secret to its newer one: what `key show` tells
/// and `key rotate --finish` goes by.
struct Traffic {
  /// How long the old secret must have been silent, unless another time is asked for.
  static let quietTime = Duration.seconds(600)

  let keyID: String
  let old: Secret
  let new: Secret

  /// nil: the key has not two secrets that work.
  init?(_ key: Key) {
    guard key.state != .revoked, let new = key.secrets.first, let old = key.secrets.last,
      old.version < new.version
    else {
      return nil
    }
    (keyID, self.old, self.new) = (key.id, old, new)
  }

  /// Whether requests arrive with the new secret and none did with the old one for so long.
  func hasMoved(_ now: Timestamp, quietFor length: Duration = quietTime) -> Bool {
    new.lastUsedAt != nil && !isOldInUse(now, length)
  }

  private func isOldInUse(_ now: Timestamp, _ length: Duration) -> Bool {
    // A use that seems to lie ahead, because the clock was set back, was not long ago.
    old.lastUsedAt.map { now.duration(since: $0) < length } ?? false
  }

  /// "not yet: secret 1 was last used 12s ago (88 requests), secret 2 has never been used".
  func sentence(_ now: Timestamp, quietFor length: Duration = quietTime) -> String {
    (hasMoved(now, quietFor: length) ? "traffic has moved" : "not yet")
      + ": secret \(old.version) \(use(of: old, now)), secret \(new.version) \(use(of: new, now))"
  }

  /// What comes next, as a command line where there is one.
  func advice(_ now: Timestamp, quietFor length: Duration = quietTime) -> String {
    if hasMoved(now, quietFor: length) { return "finish with orgkey key rotate --finish \(keyID)" }
    if new.lastUsedAt == nil { return "deploy secret \(new.version), then look again" }
    return "look again when secret \(old.version) has been silent for \(TimeText.window(length))"
  }

  private func use(of secret: Secret, _ now: Timestamp) -> String {
    guard let usedAt = secret.lastUsedAt else { return "has never been used" }
    return "was last used \(TimeText.relative(usedAt, now: now)) "
      + "(\(Amount.counted(secret.allowedCount, "request")))"
  }
}
