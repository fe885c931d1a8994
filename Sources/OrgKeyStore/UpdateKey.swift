package import OrgKeyModel

/// What is to be set of a key; what is nil stays as it is.
package struct KeyChanges: Sendable {
  package var name: String?
  package var permissions: [String]?
  /// 0: never.
  package var expiresAt: Int64?
  /// nil inside: unlimited.
  package var rateLimit: RateLimit??
  package var disabled: Bool?
  package var labels: [Label]?

  package init() {}
}

extension Transaction {
  /// Changes what a key is. Setting what it is already changes nothing.
  package mutating func updateKey(
    _ id: KeyID, _ changes: KeyChanges, by author: Author
  ) throws -> KeyDetails {
    let scope = try scope(of: author)
    let key = try key(.id(id), in: scope).0
    try key.requireNotRevoked("changed")
    let granted = try permissions(of: key)
    try author.requireGrantable(granted, in: scope)
    if let wanted = changes.permissions { try author.requireGrantable(wanted, in: scope) }
    if let limit = changes.rateLimit { try author.requireSettable(limit, in: scope) }
    try requireSpace()
    var changed = key
    let detail = try apply(changes, to: &changed, granted)
    guard !detail.isEmpty else { return try connection.details(of: key, at: now) }
    try update(key, to: changed)
    mutations.append(.updateKey(try changed.record()))
    try audit(
      "UpdateKey", by: author, organization: organization(number: key.organization),
      keyID: key.keyID, detail)
    return try connection.details(of: changed, at: now)
  }

  /// - Returns: what was changed, from what to what.
  private mutating func apply(
    _ changes: KeyChanges, to key: inout KeyRow, _ granted: [String]
  ) throws -> [(String, JSON)] {
    var detail: [(String, JSON)] = []
    func note(_ name: String, _ old: JSON, _ new: JSON) {
      if old.encoded.utf8.elementsEqual(new.encoded.utf8) { return }
      detail.append((name, .change(from: old, to: new)))
    }
    if let name = changes.name {
      note("name", .text(key.name), .text(name))
      key.name = name
    }
    if let permissions = changes.permissions {
      note("permissions", .list(granted), .list(permissions))
      key.permissionSet = try permissionSet(permissions)
    }
    if let expiresAt = changes.expiresAt {
      try Validation.expiry(expiresAt, now: now)
      note("expires_at_unix_ms", .integer(key.expiresAt), .integer(expiresAt))
      key.expiresAt = expiresAt
    }
    if let limit = changes.rateLimit {
      note("rate_limit", .text(key.rateLimit?.text ?? ""), .text(limit?.text ?? ""))
      key.rateLimit = limit
    }
    if let disabled = changes.disabled {
      note("disabled", .flag(key.disabled), .flag(disabled))
      key.disabled = disabled
    }
    if let labels = changes.labels {
      note("labels", Label.audited(try connection.labels(key.labels)), Label.audited(labels))
      key.labels = Label.json(labels)
    }
    return detail
  }
}
