import OrgKeyModel

/// Which keys a listing shows. What is left as it is restricts nothing.
package struct KeyFilter: Sendable {
  /// The organization's number; 0: all.
  package var organization: Int64 = 0
  package var includeDescendants = false
  package var environment = ""
  /// Empty: all.
  package var states: Set<KeyState> = []
  /// Only keys neither used nor issued since; counts still in memory are not seen.
  package var unusedSince: Int64 = 0
  /// ASCII letters match in either case.
  package var nameContains = ""
  /// Only keys that expire, and before it.
  package var expiresBefore: Int64 = 0
  /// A secret of the key, live or dead, has a hint that ends with this.
  package var secretHint = ""
  /// The newest live secret is older than this.
  package var secretCreatedBefore: Int64 = 0
  package var label: Label?

  package init() {}
}

/// One page of a listing.
package struct KeyPage: Sendable {
  package var keys: [KeyDetails]
  /// Where the next page begins; 0: there is none. A page that is cut short goes on with the
  /// number of the last key that was kept.
  package var next: Int64
}

extension Reader {
  /// Keys, newest first: those with a number below `cursor`, or all if that is 0. A page may
  /// be short or empty though more follow. Damaged rows are left out.
  package func keys(
    _ filter: KeyFilter, before cursor: Int64 = 0, limit: Int, now: Int64
  ) throws(StoreError) -> KeyPage {
    try snapshot { () throws(StoreError) in
      let matching = KeyMatcher(filter, connection, now: now)
      var page = KeyPage(keys: [], next: 0)
      var budget = ScanBudget()
      let (sql, values) = try candidates(filter, cursor > 0 ? cursor : .max)
      try connection.each(sql, values) { (row) throws(StoreError) in
        budget.spendOne()
        let number = row.integer(0)
        if row.isIntact(.keys), let key = try matching.details(row) { page.keys.append(key) }
        let isDone = page.keys.count >= limit || budget.isSpent
        if isDone { page.next = number }
        return !isDone
      }
      if page.next == 1 { page.next = 0 }
      return page
    }
  }

  /// The rows to examine. A few organizations with few keys are read by their index; else it
  /// is cheaper to go down the table and leave out what is elsewhere.
  private func candidates(
    _ filter: KeyFilter, _ cursor: Int64
  ) throws(StoreError) -> (String, [Value]) {
    let select = CheckedTable.keys.select
    let scan = ("\(select) WHERE number < ? ORDER BY number DESC", [Value.integer(cursor)])
    guard filter.organization != 0 else { return scan }
    guard filter.includeDescendants else {
      return (
        "\(select) WHERE organization = ? AND number < ? ORDER BY number DESC",
        [.integer(filter.organization), .integer(cursor)]
      )
    }
    let few = try connection.few(
      [filter.organization], includingDescendants: true, of: "keys")
    guard let organizations = few else { return scan }
    return (
      """
      \(select) WHERE organization IN (SELECT value FROM json_each(?)) AND number < ?
      ORDER BY number DESC
      """, [.text(organizations), .integer(cursor)]
    )
  }
}
