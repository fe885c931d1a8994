internal import OrgKeyModel
internal import OrgKeyStore

/// Says what the rule of the key found, of a key that the records tell of.
struct KeyProse {
  let story: KeyStory
  let now: Int64

  /// - Parameters:
  ///   - reason: what the rule found.
  ///   - isServed: whether the Directory has the secret.
  func found(_ reason: Reason, isServed: Bool) -> String {
    switch reason {
    case .keyRevoked: revoked
    case .secretRetired: retired
    case .keyExpired: "\(named) expired \(TimeText.exact(story.key.expiresAt, now: now))"
    case .keyDisabled: "\(named) \(done("disabled", story.disabled))"
    case .keyUnknown, .keyMalformed: forgotten(isServed: isServed)
    default: good
    }
  }

  private var named: String { "\(story.key.id) \"\(story.key.name)\"" }

  private func secret(_ version: UInt32, _ hint: String) -> String {
    hint.isEmpty ? "secret \(version)" : "secret \(version) (\(hint))"
  }

  /// "was disabled 2h ago by ana (uid 0)".
  private func done(_ what: String, _ act: Act?) -> String {
    guard let act else { return "is \(what)" }
    return "was \(what) \(TimeText.relative(act.at, now: now)) by \(act.author)"
  }

  private var revoked: String {
    let at = TimeText.relative(story.key.revokedAt, now: now)
    let author = story.revoked.map { " by \($0.author)" } ?? ""
    return "\(named) was revoked \(at)\(author)\(because(story.key.revokedReason))"
  }

  private func because(_ reason: String) -> String { reason.isEmpty ? "" : ": \(reason)" }

  private var retired: String {
    guard let secret = story.secret else { return "the secret of \(named) is retired" }
    let what: String
    let act: Act?
    if let revoked = secret.revoked {
      (what, act) = ("revoked", revoked)
    } else if secret.rotatedOut != nil || !secret.revokedForGood {
      (what, act) = ("rotated out", secret.rotatedOut)
    } else {
      (what, act) = ("rotated out or revoked", nil)
    }
    let at = TimeText.relative(secret.retiresAt, now: now)
    let author = act.map { " by \($0.author)" } ?? ""
    return "\(self.secret(secret.version, secret.hint)) of \(named) was \(what) "
      + "\(at)\(author)\(because(act?.reason ?? "")); \(live)"
  }

  /// "secret 2 (pc_live_…3fA9) is live".
  private var live: String {
    let live = story.key.secrets.map { secret($0.version, $0.hint) }
    switch live.count {
    case 0: return "the key has no live secret: rotate it to make one"
    case 1: return "\(live[0]) is live"
    default: return "\(live.joined(separator: " and ")) are live"
    }
  }

  /// Why the Directory does not tell a secret that the records have.
  private func forgotten(isServed: Bool) -> String {
    let before = now - Limits.deadSecretLifetimeMilliseconds
    let end = "; that is more than 30 days ago, and by now its text is told as unknown"
    if story.key.revokedAt != 0, story.key.revokedAt <= before { return revoked + end }
    guard let secret = story.secret else {
      return "\(named) has no secret: rotate it to make one"
    }
    if secret.retiresAt != 0, secret.retiresAt <= before { return retired + end }
    return isServed
      ? "\(named) changed while it was looked at: ask again"
      : "\(self.secret(secret.version, secret.hint)) of \(named) is not served: its record, or one "
        + "that it needs, was found damaged when the daemon started"
  }

  private var good: String {
    guard let secret = story.secret else { return named }
    let isFirst = secret.version == 1
    let author = secret.made?.author ?? (isFirst ? story.key.createdBy : "")
    var text =
      "\(self.secret(secret.version, secret.hint)) of \(named), \(isFirst ? "issued" : "made by rotation") "
      + TimeText.relative(secret.createdAt, now: now)
    if !author.isEmpty { text += " by \(author)" }
    if secret.retiresAt != 0 {
      text += "; rotated out, it works until \(TimeText.exact(secret.retiresAt, now: now))"
    }
    if story.key.expiresAt != 0 {
      text += "; the key expires \(TimeText.exact(story.key.expiresAt, now: now))"
    }
    return text
  }
}
