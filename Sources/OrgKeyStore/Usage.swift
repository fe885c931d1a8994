package import OrgKeyModel

extension Store {
  /// At most so many entries in one call of `flush`: a change waits no longer than for these.
  package static let usageChunk = 1000

  /// Adds counts to those on disk, in one transaction. Between groups.
  ///
  /// - Throws: `.full` or `.tryAgain`: nothing was added, so keep the counts and try later.
  ///   Anything else: exit.
  package func flush(_ entries: some Collection<UsageTally.Entry>) throws(StoreError) {
    precondition(entries.count <= Self.usageChunk, "flush in chunks")
    precondition(group == nil, "a group of changes is open")
    // What the reserve gave is for revoking.
    guard !isFull else { throw StoreError(.full, "the disk is full: usage is not written") }
    // In the order of the tables, so that each page is visited once.
    let sorted = entries.sorted {
      ($0.key, $0.secret, $0.reason.rawValue) < ($1.key, $1.secret, $1.reason.rawValue)
    }
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
    let key = Value.integer(Int64(entry.key))
    let count = Value.integer(Int64(clamping: entry.count))
    let at = Value.integer(entry.lastAt)
    let reason = Value.integer(Int64(entry.reason.rawValue))
    if entry.reason == .allowed {
      try addAllowed(key, .integer(Int64(entry.secret)), count, at)
    } else {
      try addDenied(key, count, at, reason)
    }
    try run(
      """
      INSERT INTO usage_days VALUES (?, ?, ?, ?) ON CONFLICT (key, day, reason) DO UPDATE SET
        count = count + excluded.count
      """, key, .integer(entry.lastAt / 86_400_000), reason, count)
  }

  private func addAllowed(
    _ key: Value, _ secret: Value, _ count: Value, _ at: Value
  ) throws(StoreError) {
    try run(
      """
      INSERT INTO key_usage VALUES (?, ?, 0, ?, 0, 0) ON CONFLICT (key) DO UPDATE SET
        allowed = allowed + excluded.allowed, last_used = max(last_used, excluded.last_used)
      """, key, count, at)
    try run(
      """
      INSERT INTO secret_usage VALUES (?, ?, ?) ON CONFLICT (secret) DO UPDATE SET
        allowed = allowed + excluded.allowed, last_used = max(last_used, excluded.last_used)
      """, secret, count, at)
  }

  private func addDenied(
    _ key: Value, _ count: Value, _ at: Value, _ reason: Value
  ) throws(StoreError) {
    try run(
      """
      INSERT INTO key_usage VALUES (?, 0, ?, 0, ?, ?) ON CONFLICT (key) DO UPDATE SET
        denied = denied + excluded.denied,
        last_denied_reason =
          iif(excluded.last_denied >= last_denied, excluded.last_denied_reason, last_denied_reason),
        last_denied = max(last_denied, excluded.last_denied)
      """, key, count, at, reason)
  }
}
