internal import OrgKey

/// What is said, on standard error, of a text that was made.
struct Announcement {
  /// Whose it is, and what comes next. The first begins with the key's id.
  var lines: [String]
  /// What to do if the text is lost: what it was made for exists.
  let remedy: String
  /// How a script takes the text from standard output.
  let capture: String
}

extension Announcement {
  init(ofIssued key: Key) {
    let may =
      key.permissions.isEmpty
      ? "nothing, for want of a permission" : key.permissions.joined(separator: ", ")
    let limit = key.rateLimit.map { ", \($0.text)" } ?? ""
    let end = key.expiresAt.map { ", until \(TimeText.rfc3339($0))" } ?? ""
    lines = [
      "\(key.id) (\(key.environment)) may \(may) in \(key.organizationID) and all below"
        + limit + end
    ]
    remedy =
      "the text of \(key.id) is lost; revoke it (orgkey key revoke \(key.id)) and issue another"
    capture = "KEY=$(orgkey key issue …)"
  }

  init(ofRotated key: Key, now: Timestamp) {
    let version = key.secrets.first?.version ?? 0
    lines = ["\(key.id) has a new secret, \(key.secrets.first?.text ?? "")"]
    if let traffic = Traffic(key) {
      lines += [
        traffic.old.remainder(now),
        "next: deploy the new secret",
        "      see traffic arrive on it:  orgkey key show \(key.id)",
        "      then revoke the old one:   orgkey key rotate --finish \(key.id)",
      ]
    } else {
      lines.append("it is the key's only one: no text of it from before works")
    }
    if let warning = key.warning { lines.append(warning) }
    remedy =
      "the text of secret \(version) of \(key.id) is lost; revoke it (orgkey key revoke "
      + "\(key.id) --secret-version \(version)) and rotate again"
    capture = "KEY=$(orgkey key rotate …)"
  }
}

extension Secret {
  /// "2 (pc_live_…3fA9)".
  var text: String { hint.isEmpty ? "\(version)" : "\(version) (\(hint))" }

  /// How long this one goes on working beside a newer one.
  fileprivate func remainder(_ now: Timestamp) -> String {
    guard let retiresAt else { return "secret \(text) goes on working until it is revoked" }
    return "secret \(text) goes on working until \(TimeText.rfc3339(retiresAt)), "
      + TimeText.relative(retiresAt, now: now)
  }
}

extension Key {
  /// Why no secret of it works at present, and what to do; nil: they work.
  var warning: String? {
    switch state {
    case .active: nil
    case .disabled: "warning: the key is disabled: nothing passes until orgkey key enable \(id)"
    case .expired:
      "warning: the key is expired: nothing passes until it is extended, "
        + "orgkey key update \(id) --expires-in 90d"
    case .revoked: "warning: the key is revoked, for good: issue another"
    case .unknown: "warning: the key is in a state that this orgkey does not know: upgrade it"
    }
  }
}
