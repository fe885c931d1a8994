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
      Cell(Amount.grouped(key.allowedCount)), Cell(Amount.grouped(key.deniedCount)),
      key.state.cell,
    ]
  }

  /// Keys that nobody seems to use.
  func show(stale keys: [Key]) throws(Failure) {
    let rows = keys.map { key in
      [
        Cell(key.id), Cell(key.name), Cell(key.organizationID), Cell(key.environment),
        Cell(ago(key.createdAt)),
        key.lastUsedAt.map { Cell(ago($0)) } ?? Cell("never used", .warning),
        Cell(Amount.grouped(key.allowedCount)), Cell(Amount.grouped(key.deniedCount)),
      ]
    }
    try show(
      Table(
        columns: [
          .init(title: "ID", minimum: 20), .init(title: "NAME", minimum: 12),
          .init(title: "ORGANIZATION", minimum: 12), .init(title: "ENV", rank: 1, minimum: 4),
          .init(title: "CREATED"), .init(title: "LAST USED", minimum: 10),
          .init(title: "REQUESTS", rank: 2, isNumber: true),
          .init(title: "DENIED", rank: 3, isNumber: true),
        ], rows: rows))
  }

  /// - Parameter organization: the key's own, if it was looked up.
  func show(_ key: Key, of organization: Organization? = nil) throws(Failure) {
    try show(details(of: key, organization))
    guard !key.secrets.isEmpty else {
      if key.state == .revoked { return }
      return try show([style.paint("no live secret: orgkey key rotate \(key.id)", .bad)])
    }
    try show([""])
    try show(secrets(of: key))
    if let traffic = Traffic(key) { try show(traffic) }
  }

  private func details(of key: Key, _ organization: Organization?) -> Details {
    var details = Details()
    details.add("ID", Cell(key.id))
    details.add("Name", Cell(key.name))
    details.add("Organization", place(key, organization))
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
    details.add(
      "Requests",
      Cell(
        "\(Amount.grouped(key.allowedCount)) allowed, \(Amount.grouped(key.deniedCount)) denied"))
    if let denied = key.lastDeniedAt {
      let reason = key.lastDeniedReason.map { ": \($0)" } ?? ""
      details.add("Last denied", Cell(ago(denied) + reason))
    }
    if !key.labels.isEmpty {
      details.add(
        "Labels", Cell(key.labels.map { "\($0.name)=\($0.value)" }.joined(separator: ", ")))
    }
    return details
  }

  private func place(_ key: Key, _ organization: Organization?) -> Cell {
    guard let organization, organization.statusCell.tone == .bad else {
      return Cell(key.organizationID)
    }
    return Cell("\(key.organizationID), \(organization.statusCell.text): nothing passes", .bad)
  }

  private func status(_ key: Key) -> Cell {
    guard let revokedAt = key.revokedAt else { return key.state.cell }
    let reason = key.revokedReason.isEmpty ? "" : ": \(key.revokedReason)"
    return Cell("revoked \(ago(revokedAt))\(reason)", .bad)
  }

  private func secrets(of key: Key) -> Table {
    Table(
      columns: [
        .init(title: "SECRET", isNumber: true), .init(title: "HINT", minimum: 13),
        .init(title: "CREATED"), .init(title: "RETIRES"),
        .init(title: "REQUESTS", isNumber: true), .init(title: "LAST USED", minimum: 10),
      ],
      rows: key.secrets.map { secret in
        [
          Cell("\(secret.version)"), Cell(secret.hint), Cell(ago(secret.createdAt)),
          key.state == .revoked
            ? Cell("revoked", .bad) : Cell(ago(secret.retiresAt, else: "when revoked")),
          Cell(Amount.grouped(secret.allowedCount)), Cell(ago(secret.lastUsedAt, else: "never")),
        ]
      })
  }

  /// What comes next stands on a line of its own, so that it can be copied whole.
  private func show(_ traffic: Traffic) throws(Failure) {
    let tone: Tone = traffic.hasMoved(now) ? .good : .warning
    let sentence = Printable.wrapped(traffic.sentence(now) + ":", to: width ?? .max)
    try show([""] + (sentence + [traffic.advice(now)]).map { style.paint($0, tone) })
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
