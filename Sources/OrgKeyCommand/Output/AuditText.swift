internal import OrgKey

/// An audit event in people's words.
struct AuditText {
  let event: AuditEvent

  /// "ana (uid 33) for acme".
  var who: String {
    let uid = "uid \(event.peerUID)"
    let person = event.actor.map { "\($0) (\(uid))" } ?? uid
    return person + (event.actingOrganizationID.map { " for \($0)" } ?? "")
  }

  /// The key, "key_… secret 2", else the organization.
  var target: String {
    guard let key = event.keyID else { return event.organizationID ?? "" }
    return key + (event.secretVersion.map { " secret \($0)" } ?? "")
  }

  /// "name: CRM → CRM sync; disabled: no → yes".
  var change: String {
    guard let detail = event.detail else { return "" }
    guard case .object(let members) = JSONValue(detail) else { return detail }
    return members.sorted { $0.key < $1.key }.compactMap(Self.text).joined(separator: "; ")
  }

  private static func text(_ name: String, _ value: JSONValue) -> String? {
    let isTime = name.hasSuffix("_unix_ms")
    let words = name.replacing(/_unix_ms$|_id$/, with: "").replacing("_", with: " ")
    func text(_ value: JSONValue?) -> String { value.flatMap { plain($0, isTime) } ?? "none" }
    if case .object(let change) = value, Set(change.keys) == ["from", "to"] {
      return "\(words): \(text(change["from"])) → \(text(change["to"]))"
    }
    if value == .flag(true) { return words }
    return plain(value, isTime).map { "\(words): \($0)" }
  }

  /// nil: nothing.
  private static func plain(_ value: JSONValue, _ isTime: Bool) -> String? {
    switch value {
    case .null: nil
    case .flag(let flag): flag ? "yes" : "no"
    case .integer(0) where isTime: "never"
    case .integer(let milliseconds) where isTime:
      TimeText.rfc3339(Timestamp(unixMilliseconds: milliseconds))
    case .integer(let integer): "\(integer)"
    case .number(let number): "\(number)"
    case .text(let text): text.isEmpty ? nil : text
    case .list(let list):
      list.isEmpty ? nil : list.compactMap { plain($0, isTime) }.joined(separator: ", ")
    case .object(let members):
      members.isEmpty
        ? nil
        : members.sorted { $0.key < $1.key }
          .map { "\($0.key)=\(plain($0.value, isTime) ?? "")" }.joined(separator: ", ")
    }
  }
}

extension Screen {
  /// Where a line has no room for it, what changed stands below.
  func show(_ events: [AuditEvent]) throws(Failure) {
    let whole = table(of: events) { [Cell($0.change)] }.lines(width: nil, style: style)
    guard let width, whole.contains(where: { Printable.width($0) > width }) else {
      return try show(whole)
    }
    let heads = table(of: events) { _ in [] }.lines(width: width, style: style)
    let below = events.map { event in
      let change = AuditText(event: event).change
      return change.isEmpty ? [] : Printable.wrapped(Printable.line(change), to: width - 2)
    }
    try show(
      [heads[0]]
        + zip(heads.dropFirst(), below).flatMap { head, change in
          [head] + change.map { "  " + style.paint($0, .faint) }
        })
  }

  /// - Parameter change: one cell, or none.
  private func table(of events: [AuditEvent], change: (AuditText) -> [Cell]) -> Table {
    let rows = events.map { event in
      let text = AuditText(event: event)
      return [
        Cell(ago(event.at)), Cell(text.who), Cell(event.method), Cell(text.target),
        Cell(event.organizationID ?? ""),
      ] + change(text)
    }
    let columns: [Table.Column] = [
      .init(title: "WHEN"), .init(title: "WHO", minimum: 14), .init(title: "METHOD", minimum: 12),
      .init(title: "TARGET", minimum: 20), .init(title: "ORGANIZATION", rank: 1, minimum: 12),
      .init(title: "CHANGE"),
    ]
    return Table(columns: Array(columns.prefix(rows.first?.count ?? 0)), rows: rows)
  }

  /// One event as it comes, on a line of its own.
  func show(following event: AuditEvent) throws(Failure) {
    let text = AuditText(event: event)
    let time = TimeText.rfc3339(event.at).prefix("2026-03-01T09:30:00".count) + "Z"
    let place = event.keyID == nil ? "" : event.organizationID.map { " of \($0)" } ?? ""
    let parts = [String(time), text.who, event.method, text.target + place, text.change]
    let line = Printable.line(parts.filter { !$0.isEmpty }.joined(separator: "  "))
    try show([width.map { Printable.cut(line, to: $0) } ?? line])
  }
}
