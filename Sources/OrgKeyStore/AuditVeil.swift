/// Leaves out of events what they tell of organizations outside the subtree that their reader acts
/// for. Remembers identifiers, so it is good for one snapshot.
final class AuditVeil {
  /// Where the detail of an event can name an organization.
  private static let paths = ["parent_id", "parent_id.from", "parent_id.to", "deleted_with"]

  private let inside: Subtree
  private let connection: Connection
  private var answers: [String: Bool] = [:]
  private let pathList: String

  init(_ inside: Subtree, _ connection: Connection) {
    self.inside = inside
    self.connection = connection
    pathList = JSON.list(Self.paths.map { "$.\($0)" }).encoded
  }

  func cover(_ event: inout AuditEntry) throws(StoreError) {
    if try !isVisible(event.actingOrganizationID) { event.actingOrganizationID = "" }
    guard Self.paths.contains(where: { event.detail.utf8.contains($0.utf8) }) else { return }
    event.detail = try covered(event.detail)
  }

  private func covered(_ detail: String) throws(StoreError) -> String {
    // It has no checksum: what can't be read can't be vouched for.
    guard try connection.integer("SELECT json_valid(?)", .text(detail)) == 1 else { return "" }
    var hidden: [String] = []
    try connection.each(
      """
      SELECT value, json_extract(?1, value) FROM json_each(?2)
      WHERE json_type(?1, value) = 'text'
      """, [.text(detail), .text(pathList)]
    ) { (row) throws(StoreError) in
      if try !isVisible(row.text(1)) { hidden.append(row.text(0)) }
      return true
    }
    var covered = detail
    for path in hidden {
      covered =
        try connection.first("SELECT json_replace(?, ?, '')", [.text(covered), .text(path)]) {
          $0.text(0)
        } ?? ""
    }
    return covered
  }

  /// An identifier may have been used before, by an organization elsewhere: whose it was then is
  /// not known, so all that ever had it must be inside.
  private func isVisible(_ id: String) throws(StoreError) -> Bool {
    if id.isEmpty { return true }
    if let known = answers[id] { return known }
    var numbers: [Int64] = []
    try connection.each(
      """
      SELECT number FROM organizations WHERE id = ?1
      UNION ALL SELECT number FROM deleted_organizations WHERE id = ?1
      """, [.text(id)]
    ) { row in
      numbers.append(row.integer(0))
      return true
    }
    var isVisible = !numbers.isEmpty
    for number in numbers where isVisible { isVisible = try inside.contains(number) }
    answers[id] = isVisible
    return isVisible
  }
}
