import OrgKeyModel

/// Tells what lies at or below some organizations as the tree is now; those that were deleted lie
/// where they stood. Remembers what it passes, so it is good for one snapshot.
final class Subtree {
  private let connection: Connection
  private var answers: [Int64: Bool]

  /// - Parameter tops: their numbers; of organizations that may be deleted.
  init(_ tops: [Int64], _ connection: Connection) {
    self.connection = connection
    answers = [:]
    for top in tops { answers[top] = true }
  }

  /// Climbs from an organization to one of the tops, or to a root.
  func contains(_ organization: Int64) throws(StoreError) -> Bool {
    var passed: [Int64] = []
    var current = organization
    // One that was deleted may have stood below others that were moved deeper since.
    while current != 0, answers[current] == nil, passed.count <= 2 * Limits.depth {
      passed.append(current)
      current = try parent(of: current)
    }
    let answer = answers[current] ?? false
    for number in passed { answers[number] = answer }
    return answer
  }

  /// 0: none, or none that can be believed.
  private func parent(of number: Int64) throws(StoreError) -> Int64 {
    do throws(StoreError) {
      let present = try connection.row(
        OrganizationRow.self, where: "number = ?", .integer(number))
      if let present { return present.parent }
    } catch {
      if error.category == .damaged { return 0 }
      throw error
    }
    return try connection.integer(
      "SELECT parent FROM deleted_organizations WHERE number = ?", .integer(number)) ?? 0
  }
}
