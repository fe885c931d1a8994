/// Goes through the audit trail in the order of sequences, by whichever index leads to few events
/// that are not asked for. For one page, in one snapshot.
final class AuditScan {
  /// Events of another time in a row, after which the next is looked for by the index of times.
  private static let gap = 1000
  /// Entries of that index which are looked through for it.
  private static let examinedTimes = 200_000

  private enum Stop { case end, full, gap }

  private let filter: AuditFilter
  private let connection: Connection
  private let subtree: Subtree
  private let isNewestFirst: Bool
  /// What follows FROM; takes what is bound first, and the cursor last.
  private let plan: (condition: String, values: [Value])
  /// The sequence that was examined last.
  private var cursor: Int64
  private var leapsGaps: Bool
  private(set) var budget = ScanBudget()
  private var bytes = 0

  init(_ filter: AuditFilter, _ order: AuditOrder, _ connection: Connection) throws(StoreError) {
    self.filter = filter
    self.connection = connection
    subtree = Subtree(filter.organizations, connection)
    switch order {
    case .oldestFirst(let sequence): (isNewestFirst, cursor) = (false, sequence)
    case .newestFirst(let sequence): (isNewestFirst, cursor) = (true, sequence)
    }
    plan = try connection.auditPlan(filter)
    leapsGaps = filter.times != nil && plan.values.isEmpty
  }

  func page(limit: Int, bytes mostBytes: Int) throws(StoreError) -> AuditPage {
    var page = AuditPage()
    while true {
      switch try scan(into: &page, limit, mostBytes) {
      case .end:
        return page
      case .full:
        // Nothing is in front of the first.
        page.next = isNewestFirst && cursor == 1 ? 0 : cursor
        return page
      case .gap:
        guard try leap() else { return page }
      }
    }
  }

  private func scan(
    into page: inout AuditPage, _ limit: Int, _ mostBytes: Int
  ) throws(StoreError) -> Stop {
    var stop = Stop.end
    var missed = 0
    let order =
      isNewestFirst ? "sequence < ? ORDER BY sequence DESC" : "sequence > ? ORDER BY sequence"
    try connection.each(
      "\(AuditEntry.select) \(plan.condition) \(order)", plan.values + [.integer(cursor)]
    ) { (row) throws(StoreError) in
      let isInTime = filter.times?.contains(row.integer(1)) ?? true
      if isInTime, try matches(row) {
        let event = AuditEntry(reading: row)
        bytes += event.sizeBound
        guard bytes <= mostBytes || page.events.isEmpty else {
          stop = .full
          return false
        }
        page.events.append(event)
      }
      cursor = row.integer(0)
      budget.spendOne()
      missed = isInTime ? 0 : missed + 1
      if page.events.count >= limit || budget.isSpent {
        stop = .full
      } else if leapsGaps && missed >= Self.gap {
        stop = .gap
      }
      return stop == .end
    }
    return stop
  }

  private func matches(_ row: Statement) throws(StoreError) -> Bool {
    if filter.organizations.isEmpty { return true }
    let organization = row.integer(4)
    if filter.includeDescendants { return try subtree.contains(organization) }
    return filter.organizations.contains(organization)
  }

  /// Moves the cursor in front of the next event of the times asked for. Sequences follow the clock
  /// but where it was set back, so all entries of these times are looked at, if they are not too
  /// many.
  ///
  /// - Returns: false: there is none.
  private func leap() throws(StoreError) -> Bool {
    guard let times = filter.times else { return false }
    let nearest = isNewestFirst ? "max(iif(sequence < ?4" : "min(iif(sequence > ?4"
    let found = try connection.first(
      """
      SELECT count(*), \(nearest), sequence, NULL)) FROM (
        SELECT sequence FROM audit INDEXED BY audit_at WHERE at BETWEEN ?1 AND ?2 LIMIT ?3)
      """,
      [
        .integer(times.lowerBound), .integer(times.upperBound),
        .integer(Int64(Self.examinedTimes)), .integer(cursor),
      ]
    ) { (count: $0.integer(0), nearest: $0.integer(1)) }
    guard let found, found.count < Self.examinedTimes else {
      leapsGaps = false
      return true
    }
    cursor = isNewestFirst ? found.nearest + 1 : found.nearest - 1
    return found.nearest != 0
  }
}

extension Connection {
  /// How to come by the events of a filter: what follows FROM, up to the condition of the
  /// sequence, and what is bound to it.
  fileprivate func auditPlan(
    _ filter: AuditFilter
  ) throws(StoreError) -> (condition: String, values: [Value]) {
    if !filter.keyID.isEmpty {
      return (
        "INDEXED BY audit_key WHERE key_id = ? AND key_id <> '' AND", [.text(filter.keyID)]
      )
    }
    if filter.organizations.isEmpty { return ("WHERE", []) }
    if let only = filter.organizations.first, filter.organizations.count == 1,
      !filter.includeDescendants
    {
      return ("INDEXED BY audit_organization WHERE organization = ? AND", [.integer(only)])
    }
    let few = try few(
      filter.organizations, includingDescendants: filter.includeDescendants,
      of: "audit INDEXED BY audit_organization")
    guard let few else { return ("WHERE", []) }
    return (
      """
      WHERE sequence IN (
        SELECT sequence FROM audit INDEXED BY audit_organization
        WHERE organization IN (SELECT value FROM json_each(?))) AND
      """, [.text(few)]
    )
  }
}
