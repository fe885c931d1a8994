package import OrgKeyModel

/// How a key was used, as far as it is on disk.
package struct KeyUsage: Sendable {
  /// How often one outcome was met on one day.
  package struct Count: Equatable, Sendable {
    package var day: Int64
    package var reason: Reason
    package var count: UInt64

    package init(day: Int64, reason: Reason, count: UInt64) {
      self.day = day
      self.reason = reason
      self.count = count
    }
  }

  /// The organization's number.
  package var organization: Int64
  /// Of all its secrets: by these it is counted in memory.
  package var secretNumbers: [Int64]
  /// The oldest day first.
  package var counts: [Count]
}

extension Reader {
  /// How a key was used on some days, named by their numbers; nil if there is no such key.
  package func usage(
    of id: KeyID, days: Range<Int64>
  ) throws(StoreError) -> KeyUsage? {
    try snapshot { () throws(StoreError) in
      let key = try connection.row(KeyRow.self, where: "key_id = ?", .text(id.text))
      guard let key else { return nil }
      var usage = KeyUsage(organization: key.organization, secretNumbers: [], counts: [])
      try connection.each(
        "SELECT number FROM secrets WHERE key = ?", [.integer(key.number)]
      ) { row in
        usage.secretNumbers.append(row.integer(0))
        return true
      }
      try connection.each(
        """
        SELECT day, reason, count FROM usage_days WHERE key = ? AND day >= ? AND day < ?
        ORDER BY day, reason
        """, [.integer(key.number), .integer(days.lowerBound), .integer(days.upperBound)]
      ) { row in
        if let reason = Reason(rawValue: UInt8(clamping: row.integer(1))) {
          usage.counts.append(
            .init(day: row.integer(0), reason: reason, count: UInt64(clamping: row.integer(2))))
        }
        return true
      }
      return usage
    }
  }
}
