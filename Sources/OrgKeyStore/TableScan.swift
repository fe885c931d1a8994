import OrgKeySystem

/// Reads a large table in stretches, which threads share among themselves, and hands them on in
/// the order of the table.
///
/// Where a stretch ends is told by the first row of the next one, not by its numbers: where damage
/// has put a number out of order, the rows are still met as by a scan from end to end. Were one
/// met twice or never, the totals would tell.
final class TableScan<Record: BitwiseCopyable & Sendable>: Sendable {
  let table: CheckedTable
  private let interpret: @Sendable (borrowing RawRow) -> ScannedRow<Record>
  private let state = Condition(State())

  /// Stretches that may lie in memory, read ahead: some 12 MB.
  private let readAhead = 32

  /// - Parameter interpret: what an intact row comes to.
  init(
    _ table: CheckedTable,
    _ interpret: @escaping @Sendable (borrowing RawRow) -> ScannedRow<Record>
  ) {
    self.table = table
    self.interpret = interpret
  }

  /// The rows of one stretch, in order, and what they add up to.
  struct Stretch: Sendable {
    var found = Found()
    var rows: [ScannedRow<Record>] = []
  }

  private struct State {
    var plan = StretchPlan()
    var delivered = 0
    /// Read, by their positions.
    var read: [Int: Result<Stretch, StoreError>] = [:]
  }

  private enum Step {
    case deliver(Result<Stretch, StoreError>)
    case read(StretchPlan.Part)
    case wait
    case end
  }

  /// Reads what nobody else has begun to read, and hands on all stretches, one after the other.
  func deliver(
    on connection: Connection, _ receive: (Stretch) -> Void
  ) throws(StoreError) {
    while true {
      switch try nextStep(connection) {
      case .deliver(let result): receive(try result.get())
      case .read(let part): read(part, on: connection)
      case .wait:
        state.wait(untilMilliseconds: nil, for: { $0.read[$0.delivered] != nil }) { _ in }
      case .end: return
      }
    }
  }

  private func nextStep(_ connection: Connection) throws(StoreError) -> Step {
    let step = state.change { state in
      Result { () throws(StoreError) -> Step in
        if let ready = state.read.removeValue(forKey: state.delivered) {
          state.delivered += 1
          return .deliver(ready)
        }
        if let part = try state.plan.next(of: table, connection) { return .read(part) }
        return state.delivered < state.plan.given ? .wait : .end
      }
    }
    return try step.get()
  }

  /// Reads ahead of `deliver`, on another thread, until all is read or `stop`. What fails is left
  /// to `deliver` to find.
  func help(on connection: Connection) {
    while let part = nextPartAhead(connection) { read(part, on: connection) }
  }

  private func nextPartAhead(_ connection: Connection) -> StretchPlan.Part? {
    state.wait(
      untilMilliseconds: nil,
      for: { $0.plan.isAtEnd || $0.plan.given - $0.delivered < readAhead }
    ) { try? $0.plan.next(of: table, connection) }
  }

  /// Ends `help`.
  func stop() { state.change { $0.plan.isAtEnd = true } }

  private func read(_ part: StretchPlan.Part, on connection: Connection) {
    let result = Result { () throws(StoreError) in try stretch(part, connection) }
    state.change { $0.read[part.position] = result }
  }

  private func stretch(
    _ part: StretchPlan.Part, _ connection: Connection
  ) throws(StoreError) -> Stretch {
    let fields = table.fields.count
    var stretch = Stretch()
    stretch.rows.reserveCapacity(StretchPlan.length)
    try connection.eachRow(of: table, from: part.start) { row in
      if row.integer(0) == part.end { return false }
      let isIntact = stretch.found.add(row, of: table, fields: fields)
      stretch.rows.append(
        isIntact ? interpret(row) : .faulty(number: row.integer(0), .checksum))
      return true
    }
    return stretch
  }
}
