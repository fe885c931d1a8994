package import OrgKeyModel

extension Store {
  /// At most so many entries in one call of `flush`: a change waits no longer than for these.
  package static let usageChunk = 1000

  /// Adds counts to those on disk, in one transaction. Between groups. What was counted of a key
  /// that has been deleted since is dropped: nothing would ever delete it again.
  ///
  /// - Throws: `.full` or `.tryAgain`: nothing was added, so keep the counts and try later.
  ///   Anything else: exit.
  package func flush(_ entries: some Collection<UsageTally.Entry>) throws(StoreError) {
    precondition(entries.count <= Self.usageChunk, "flush in chunks")
    precondition(group == nil, "a group of changes is open")
    // What the reserve gave is for revoking.
    guard !isFull else { throw StoreError(.full, "the disk is full: usage is not written") }
    // By key, so that each page is visited once; of one key the last denial last.
    let sorted = entries.sorted { ($0.key, $0.last) < ($1.key, $1.last) }
    try connection.run("BEGIN IMMEDIATE")
    do throws(StoreError) {
      for entry in sorted { try connection.add(entry) }
      try connection.run("COMMIT")
    } catch {
      if connection.isInTransaction { try? connection.run("ROLLBACK") }
      throw error
    }
  }
}

extension Connection {
  fileprivate func add(_ entry: UsageTally.Entry) throws(StoreError) {
    let isAllowed = entry.reason == .allowed
    guard try isAllowed ? addAllowed(entry) : addDenied(entry) else { return }
    let key = Value.integer(Int64(entry.key))
    let count = Value.integer(Int64(clamping: entry.count))
    if isAllowed {
      try run(
        """
        INSERT INTO secret_usage VALUES (?, ?, ?) ON CONFLICT (secret) DO UPDATE SET
          allowed = allowed + excluded.allowed, last_used = max(last_used, excluded.last_used)
        """, .integer(Int64(entry.secret)), count, .integer(entry.lastAt))
    }
    try run(
      """
      INSERT INTO usage_days VALUES (?, ?, ?, ?) ON CONFLICT (key, day, reason) DO UPDATE SET
        count = count + excluded.count
      """, key, .integer(entry.day), .integer(Int64(entry.reason.rawValue)), count)
  }

  // A row of key_usage goes with its key. So the table of keys, which is large, is asked only
  // when there is none: for what is counted of a key for the first time.

  /// - Returns: false: there is no such key.
  private func addAllowed(_ entry: UsageTally.Entry) throws(StoreError) -> Bool {
    let values: [Value] = [
      .integer(Int64(entry.key)), .integer(Int64(clamping: entry.count)), .integer(entry.lastAt),
    ]
    try run(
      """
      UPDATE key_usage SET allowed = allowed + ?2, last_used = max(last_used, ?3) WHERE key = ?1
      """, values)
    if changes == 1 { return true }
    try run(
      "INSERT INTO key_usage SELECT number, ?2, 0, ?3, 0, 0 FROM keys WHERE number = ?1", values)
    return changes == 1
  }

  /// - Returns: false: there is no such key.
  private func addDenied(_ entry: UsageTally.Entry) throws(StoreError) -> Bool {
    let values: [Value] = [
      .integer(Int64(entry.key)), .integer(Int64(clamping: entry.count)), .integer(entry.lastAt),
      .integer(Int64(entry.reason.rawValue)),
    ]
    try run(
      """
      UPDATE key_usage SET denied = denied + ?2,
        last_denied_reason = iif(?3 >= last_denied, ?4, last_denied_reason),
        last_denied = max(last_denied, ?3) WHERE key = ?1
      """, values)
    if changes == 1 { return true }
    try run(
      "INSERT INTO key_usage SELECT number, 0, ?2, 0, ?3, ?4 FROM keys WHERE number = ?1", values)
    return changes == 1
  }
}
