import OrgKeyModel

/// Applies a filter to rows of the table of keys: what the row itself tells first, then what
/// has to be looked up.
final class KeyMatcher {
  private let filter: KeyFilter
  private let connection: Connection
  private let now: Int64
  private let needle: [UInt8]
  /// Whether an organization lies in the filter's subtree, as far as it was asked.
  private var reached: [Int64: Bool] = [:]

  init(_ filter: KeyFilter, _ connection: Connection, now: Int64) {
    self.filter = filter
    self.connection = connection
    self.now = now
    needle = filter.nameContains.utf8.map(Self.lowercased)
  }

  /// The key, if it is one the filter shows.
  func details(_ row: Statement) throws(StoreError) -> KeyDetails? {
    let key = KeyRow(reading: row)
    guard matches(key), try isInReach(key.organization), try matchesSecrets(key),
      try matchesUsage(key)
    else { return nil }
    // With a damaged permission set the key is served no more than with a damaged row.
    do throws(StoreError) {
      let details = try connection.details(of: key, at: now)
      guard filter.states.isEmpty || filter.states.contains(details.state(at: now)) else {
        return nil
      }
      if let label = filter.label, !details.labels.contains(where: label.isSame(as:)) { return nil }
      return details
    } catch {
      if error.category == .damaged { return nil }
      throw error
    }
  }

  private func matches(_ key: KeyRow) -> Bool {
    if !filter.environment.isEmpty && filter.environment != key.environment { return false }
    if filter.unusedSince != 0 && key.createdAt >= filter.unusedSince { return false }
    if filter.expiresBefore != 0 {
      guard key.expiresAt != 0, key.expiresAt < filter.expiresBefore else { return false }
    }
    if filter.label != nil && key.labels.isEmpty { return false }
    return needle.isEmpty || key.name.utf8.map(Self.lowercased).contains(needle)
  }

  private func matchesUsage(_ key: KeyRow) throws(StoreError) -> Bool {
    guard filter.unusedSince != 0 else { return true }
    return try connection.usage(of: key.number).lastAllowedAt < filter.unusedSince
  }

  private func matchesSecrets(_ key: KeyRow) throws(StoreError) -> Bool {
    guard !filter.secretHint.isEmpty || filter.secretCreatedBefore != 0 else { return true }
    var newest: Int64 = 0
    var hasHint = filter.secretHint.isEmpty
    try connection.each(
      "SELECT hint, created_at FROM secrets WHERE key = ? ORDER BY version",
      [.integer(key.number)]
    ) { row in
      newest = row.integer(1)
      hasHint =
        hasHint || row.text(0).utf8.reversed().starts(with: filter.secretHint.utf8.reversed())
      return true
    }
    return hasHint && (filter.secretCreatedBefore == 0 || newest < filter.secretCreatedBefore)
  }

  /// Climbs from an organization to the filter's, remembering what it passes.
  private func isInReach(_ organization: Int64) throws(StoreError) -> Bool {
    guard filter.organization != 0 else { return true }
    guard filter.includeDescendants else { return organization == filter.organization }
    var passed: [Int64] = []
    var current = organization
    var answer = false
    while current != 0 && passed.count <= Limits.depth {
      if let known = reached[current] {
        answer = known
        break
      }
      passed.append(current)
      if current == filter.organization {
        answer = true
        break
      }
      current =
        try connection.integer(
          "SELECT parent FROM organizations WHERE number = ?", .integer(current)) ?? 0
    }
    for number in passed { reached[number] = answer }
    return answer
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
  }
}
