import OrgKeyModel

/// Applies a filter to rows of the table of keys: what the row itself tells first, then what
/// has to be looked up.
final class KeyMatcher {
  private let filter: KeyFilter
  private let connection: Connection
  private let now: Int64
  private let needle: [UInt8]
  private let subtree: Subtree

  init(_ filter: KeyFilter, _ connection: Connection, now: Int64) {
    self.filter = filter
    self.connection = connection
    self.now = now
    subtree = Subtree([filter.organization], connection)
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
    let state = KeyState(
      revokedAt: key.revokedAt, expiresAt: key.expiresAt, disabled: key.disabled, at: now)
    if !filter.states.isEmpty && !filter.states.contains(state) { return false }
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
      """
      SELECT hint, iif(revoked = 0 AND (retires_at = 0 OR retires_at > ?2), created_at, 0)
      FROM secrets WHERE key = ?1
      """, [.integer(key.number), .integer(now)]
    ) { row in
      newest = max(newest, row.integer(1))
      hasHint =
        hasHint || row.text(0).utf8.reversed().starts(with: filter.secretHint.utf8.reversed())
      return true
    }
    // Without a live secret there is nothing to rotate.
    let isDue = newest != 0 && newest < filter.secretCreatedBefore
    return hasHint && (filter.secretCreatedBefore == 0 || isDue)
  }

  private func isInReach(_ organization: Int64) throws(StoreError) -> Bool {
    guard filter.organization != 0 else { return true }
    guard filter.includeDescendants else { return organization == filter.organization }
    return try subtree.contains(organization)
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
  }
}
