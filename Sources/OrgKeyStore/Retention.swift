// What is kept for a time only goes in slices, each in a transaction of its own: a change waits
// for one at most.

extension Store {
  /// Rows of one slice.
  private static let retentionSlice = 1000

  /// Deletes some of what was counted up to a day. Between groups.
  ///
  /// - Parameter day: its number.
  /// - Returns: whether there may be more.
  package func forgetUsage(through day: Int64) throws(StoreError) -> Bool {
    try deleteSlice(
      """
      DELETE FROM usage_days WHERE (key, day, reason) IN (
        SELECT key, day, reason FROM usage_days WHERE day <= ?1 ORDER BY day LIMIT ?2)
      """, day)
  }

  /// Deletes some of the audit events from before a time, in Unix milliseconds. Between groups.
  /// Their sequences are never given again. Where deleted organizations stood stays known: it is
  /// one short row each, and others may have stood below.
  ///
  /// - Returns: whether there may be more.
  package func forgetAuditEvents(before time: Int64) throws(StoreError) -> Bool {
    try deleteSlice(
      """
      DELETE FROM audit WHERE sequence IN (
        SELECT sequence FROM audit WHERE at < ?1 ORDER BY at LIMIT ?2)
      """, time)
  }

  /// When the last change was made whose event is kept, by the clock of that time.
  package func newestAuditEventAt() throws(StoreError) -> Int64? {
    try connection.integer("SELECT at FROM audit ORDER BY sequence DESC LIMIT 1")
  }

  private func deleteSlice(_ sql: String, _ bound: Int64) throws(StoreError) -> Bool {
    precondition(group == nil, "a group of changes is open")
    // Deleting needs room in the log, and what there is is for revoking.
    guard !isFull else { throw StoreError(.full, "the disk is full: nothing old is deleted") }
    try connection.run(sql, .integer(bound), .integer(Int64(Self.retentionSlice)))
    return connection.changes == Self.retentionSlice
  }
}
