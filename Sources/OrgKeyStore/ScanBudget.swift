import OrgKeySystem

/// What one call may go through of a table, so that no listing keeps the others waiting or holds an
/// old state of the log for long.
struct ScanBudget {
  static let rows = 20_000
  private static let milliseconds: Int64 = 50

  private(set) var examined = 0
  private let deadline = Clock.monotonicMilliseconds() + Self.milliseconds

  mutating func spendOne() { examined += 1 }

  var isSpent: Bool {
    examined >= Self.rows || examined % 64 == 0 && Clock.monotonicMilliseconds() >= deadline
  }
}
