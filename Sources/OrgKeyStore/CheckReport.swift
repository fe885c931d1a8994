/// Something wrong in a database file.
package struct DatabaseFault: Equatable, Sendable {
  package enum Reach: Int, Sendable, Comparable {
    /// One row: not served, and what depends on it is denied.
    case row
    /// A table: what is there is readable, but not all that should be.
    case table
    /// The file: SQLite can't read it, or not rely on it.
    case file

    package static func < (left: Reach, right: Reach) -> Bool { left.rawValue < right.rawValue }
  }

  package var reach: Reach
  package var description: String
}

/// The last audit event that a database has: up to there it is complete.
package struct AuditMark: Equatable, Sendable {
  package var sequence: Int64
  /// Unix milliseconds; 0 when the event itself is gone.
  package var at: Int64
}

/// What a database file holds, verified whole.
package struct CheckReport: Sendable {
  package internal(set) var databaseID = ""
  package internal(set) var schema: Int64 = 0
  package internal(set) var organizations = 0
  package internal(set) var keys = 0
  package internal(set) var secrets = 0
  /// nil: none was ever written.
  package internal(set) var lastEvent: AuditMark?
  /// The first of them.
  package private(set) var faults: [DatabaseFault] = []
  package private(set) var faultCount = 0
  /// How far the worst of them reaches; nil: all is well.
  package private(set) var worst: DatabaseFault.Reach?
  /// What there is in the tables, whatever their totals say.
  var found = Totals()

  private static let faultsKept = 1000

  mutating func note(_ reach: DatabaseFault.Reach, _ description: String) {
    faultCount += 1
    worst = max(worst ?? reach, reach)
    guard faults.count < Self.faultsKept else { return }
    faults.append(DatabaseFault(reach: reach, description: description))
  }

  /// Takes over the rows that are not served.
  mutating func note(_ report: LoadReport) {
    for row in report.quarantined { note(.row, "\(row)") }
    faultCount += report.quarantinedCount - report.quarantined.count
  }
}
