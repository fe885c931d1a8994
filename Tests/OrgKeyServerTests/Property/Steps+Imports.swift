import OrgKeyModel
import OrgKeyWire

@testable import OrgKeyServer

extension Steps {
  /// A part of a tree, its rows in any order, most often without fault.
  mutating func importOrganizations(_ model: Model) -> Request.Method {
    var rows: [ImportOrganizationsRequestRow] = []
    for _ in 0..<1 + chance.below(6) {
      let id = chance.pick(Self.organizations)
      if rows.contains(where: { $0.organizationID == id }) { continue }
      let existing = model.organizations[id]
      let above = rows.map(\.organizationID) + ["", organization(model)]
      rows.append(
        .init(
          organizationID: id, parentID: existing?.parent ?? chance.pick(above),
          name: existing?.name ?? chance.pick(["", "Acme"])))
    }
    if chance.one(in: 3) { spoil(&rows[chance.below(rows.count)]) }
    rows.shuffle(using: &chance)
    return .importOrganizations(.init(rows: rows, last: true, dryRun: chance.one(in: 5)))
  }

  private mutating func spoil(_ row: inout ImportOrganizationsRequestRow) {
    switch chance.below(3) {
    case 0: row.organizationID = "a b"
    case 1: row.parentID = "nowhere"
    default: row.parentID = chance.pick(Self.organizations.filter { $0 != row.organizationID })
    }
  }

  /// - Returns: the texts of the keys, too.
  mutating func importKeys(_ model: Model, _ now: Int64) -> (ImportKeysRequest, [String]) {
    var rows: [ImportKeysRequestRow] = []
    var texts: [String] = []
    for _ in 0..<1 + chance.below(4) {
      imported += 1
      let text = chance.pick(["legacy-\(imported)", "pc_live_\(imported)", "\(imported)!"])
      texts.append(text)
      rows.append(
        .init(
          sha256: Digest(ofKey: text.utf8.span).bytes, hint: "…\(imported)",
          organizationID: chance.pick(model.organizations.keys.sorted() + ["nowhere"]),
          name: "legacy", environment: chance.pick(Self.environments),
          permissions: chance.pick(Self.grants),
          createdAtUnixMs: chance.pick([0, now - 86_400_000]),
          expiresAtUnixMs: chance.pick([0, 0, now + 1_000, now + 86_400_000]),
          rateLimit: chance.one(in: 3) ? limit() : nil, labels: labels()))
    }
    if chance.one(in: 3) {
      let place = chance.below(rows.count)
      spoil(&rows[place], &texts[place], model)
    }
    return (ImportKeysRequest(rows: rows, last: true, dryRun: chance.one(in: 5)), texts)
  }

  private mutating func spoil(
    _ row: inout ImportKeysRequestRow, _ text: inout String, _ model: Model
  ) {
    switch chance.below(4) {
    case 0: row.sha256.removeLast()
    case 1: row.name = ""
    default:
      // Known, and perhaps dead.
      guard let known = chance.pick(last: 100, of: model.texts) else { return }
      text = known
      row.sha256 = Digest(ofKey: known.utf8.span).bytes
    }
  }
}
