internal import OrgKey

/// How keys look to people.
extension Screen {
  func show(_ keys: [Key]) throws(Failure) {
    try show(Table(columns: Self.keyColumns, rows: keys.map(row)))
  }

  private static let keyColumns: [Table.Column] = [
    .init(title: "ID", minimum: 20), .init(title: "NAME", minimum: 12),
    .init(title: "HINT", rank: 5, minimum: 13), .init(title: "ORGANIZATION", minimum: 12),
    .init(title: "ENV", rank: 3, minimum: 4), .init(title: "PERMISSIONS", rank: 4, minimum: 11),
    .init(title: "CREATED", rank: 7), .init(title: "EXPIRES", rank: 6),
    .init(title: "LAST USED", rank: 1), .init(title: "REQUESTS", rank: 8, isNumber: true),
    .init(title: "DENIED", rank: 9, isNumber: true), .init(title: "STATUS"),
  ]

  private func row(_ key: Key) -> [Cell] {
    [
      Cell(key.id), Cell(key.name), Cell(key.secrets.first?.hint ?? "", .faint),
      Cell(key.organizationID), Cell(key.environment),
      Cell(key.permissions.joined(separator: " ")), Cell(ago(key.createdAt)),
      Cell(ago(key.expiresAt, else: "never")), Cell(ago(key.lastUsedAt, else: "never")),
      Cell("\(key.allowedCount)"), Cell("\(key.deniedCount)"), key.state.cell,
    ]
  }

  func show(_ key: Key) throws(Failure) {
    var details = Details()
    details.add("ID", Cell(key.id))
    details.add("Name", Cell(key.name))
    details.add("Organization", Cell(key.organizationID))
    details.add("Environment", Cell(key.environment))
    details.add("Status", status(key))
    details.add(
      "Permissions",
      key.permissions.isEmpty
        ? Cell("none: it may do nothing", .warning)
        : Cell(key.permissions.joined(separator: ", ")))
    details.add("Rate limit", Cell(key.rateLimit?.text ?? "none"))
    details.add(
      "Created", Cell(ago(key.createdAt) + (key.createdBy.isEmpty ? "" : " by \(key.createdBy)")))
    details.add("Expires", Cell(ago(key.expiresAt, else: "never")))
    details.add("Last used", Cell(ago(key.lastUsedAt, else: "never")))
    details.add("Requests", Cell("\(key.allowedCount) allowed, \(key.deniedCount) denied"))
    if let denied = key.lastDeniedAt {
      let reason = key.lastDeniedReason.map { ": \($0)" } ?? ""
      details.add("Last denied", Cell(ago(denied) + reason))
    }
    if !key.labels.isEmpty {
      details.add(
        "Labels", Cell(key.labels.map { "\($0.name)=\($0.value)" }.joined(separator: ", ")))
    }
    for secret in key.secrets { details.add("Secret \(secret.version)", line(secret)) }
    try show(details)
  }

  private func status(_ key: Key) -> Cell {
    guard let revokedAt = key.revokedAt else { return key.state.cell }
    let reason = key.revokedReason.isEmpty ? "" : ": \(key.revokedReason)"
    return Cell("revoked \(ago(revokedAt))\(reason)", .bad)
  }

  private func line(_ secret: Secret) -> Cell {
    let use = secret.lastUsedAt.map { "\(secret.allowedCount) allowed, last used \(ago($0))" }
    let end = secret.retiresAt.map { ", retires \(ago($0))" } ?? ""
    return Cell(
      "\(secret.hint), made \(ago(secret.createdAt)), \(use ?? "never used")\(end)")
  }
}

extension KeyState {
  var cell: Cell {
    switch self {
    case .active: Cell(name, .good)
    case .disabled: Cell(name, .warning)
    case .unknown, .expired, .revoked: Cell(name, .bad)
    }
  }
}

extension RateLimit {
  /// "100 requests in 1h".
  var text: String { Amount.counted(limit, "request") + " in " + TimeText.window(window) }
}
