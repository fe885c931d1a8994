/// What was done with one key, by whom it may be, and when.
struct KeyHistory {
  struct Operation {
    let act: KeyMachine.Act
    var outcome: KeyMachine.Outcome
    /// Before it was sent, on one clock for all.
    let began: UInt64
    /// After its answer had come; `.max`: none came.
    var ended: UInt64

    var isQuestion: Bool { if case .authorize = act { true } else { false } }
  }

  var operations: [Operation] = []

  /// Where no order of the operations explains what was answered.
  struct Violation: Error, CustomStringConvertible {
    let operation: Operation
    /// Those that were under way when its answer came.
    let pending: [Operation]
    /// Those without an answer, which may be done at any time.
    let unanswered: [KeyMachine.Act]
    /// What came before, as far as it is told.
    let before: [Operation]

    var description: String {
      "\(operation) after \(before) amid \(pending) and \(unanswered)"
    }
  }

  /// Whether there is an order of the operations, in which each stands between its beginning and its
  /// end, that the state machine could have gone through with these outcomes.
  ///
  /// As by Wing and Gong, with Lowe's just-in-time linearization: goes through beginnings and ends
  /// in the order of time, with all that the key may be by then. A change is carried out only when
  /// an end that comes now needs it; what asks is, as soon as its outcome is right, for that takes
  /// nothing from the others. Takes no time to speak of unless many changes are under way at once.
  func check() throws(Violation) {
    var search = Search(operations)
    for (index, isEnd) in events {
      if isEnd { try search.end(index) } else { search.begin(index) }
    }
  }

  /// Beginnings and ends in the order of time.
  private var events: [(index: Int, isEnd: Bool)] {
    var events: [(time: UInt64, index: Int, isEnd: Bool)] = []
    for (index, operation) in operations.enumerated() {
      events.append((operation.began, index, false))
      if operation.ended != .max { events.append((operation.ended, index, true)) }
    }
    return events.sorted { $0.time < $1.time }.map { ($0.index, $0.isEnd) }
  }
}

/// All that a key may be at some time.
private struct Search {
  /// What the key is, and which of the operations that will be answered were carried out.
  struct State: Hashable {
    var key = KeyMachine()
    var done: UInt64 = 0
  }

  /// One of the ways that things may have gone.
  struct Way {
    var state = State()
    /// Of the operations without an answer, those that were carried out.
    var used: UInt64 = 0
  }

  private let operations: [KeyHistory.Operation]
  private var ways = [Way()]
  /// An operation under way that will be answered, and its bit.
  private struct Pending {
    let operation: KeyHistory.Operation
    let index: Int
    let bit: UInt64
  }

  private var changes: [Pending] = []
  private var questions: [Pending] = []
  private var unanswered: [KeyMachine.Act] = []
  private var freeBits = UInt64.max

  init(_ operations: [KeyHistory.Operation]) { self.operations = operations }

  mutating func begin(_ index: Int) {
    let operation = operations[index]
    if operation.outcome == .unknown {
      // A question without an answer tells nothing.
      if !operation.isQuestion { unanswered.append(operation.act) }
      precondition(unanswered.count <= UInt64.bitWidth)
      return
    }
    precondition(freeBits != 0, "more than 64 operations at once")
    let bit = freeBits & ~(freeBits - 1)
    freeBits &= ~bit
    let pending = Pending(operation: operation, index: index, bit: bit)
    guard operation.isQuestion else { return changes.append(pending) }
    questions.append(pending)
    for number in ways.indices { ask(&ways[number].state) }
  }

  /// Leaves only the ways on which the operation was carried out before this.
  mutating func end(_ index: Int) throws(KeyHistory.Violation) {
    guard let bit = (changes + questions).first(where: { $0.index == index })?.bit else { return }
    var right: [Way] = []
    var open = Ways()
    for way in ways { open.add(way) }
    while let way = open.next() {
      if way.state.done & bit != 0 {
        right.append(way)
      } else {
        // Something must have been carried out first, or itself now.
        for next in ways(after: way) { open.add(next) }
      }
    }
    if right.isEmpty { throw violation(index) }
    changes.removeAll { $0.index == index }
    questions.removeAll { $0.index == index }
    freeBits |= bit
    var left = Ways()
    for way in right {
      var way = way
      way.state.done &= ~bit
      left.add(way)
    }
    ways = left.all
  }

  /// With one more change carried out.
  private func ways(after way: Way) -> [Way] {
    var ways: [Way] = []
    for change in changes where way.state.done & change.bit == 0 {
      let (act, outcome) = (change.operation.act, change.operation.outcome)
      guard let key = way.state.key.after(act, outcome) else { continue }
      var next = way
      next.state.key = key
      next.state.done |= change.bit
      ask(&next.state)
      ways.append(next)
    }
    for (place, act) in unanswered.enumerated() where way.used >> UInt64(place) & 1 == 0 {
      // Of those that are alike the first will do; what changes nothing may as well come later.
      let isFirst = !unanswered[..<place].indices.contains {
        unanswered[$0] == act && way.used >> UInt64($0) & 1 == 0
      }
      guard isFirst, let key = way.state.key.after(act, .unknown), key != way.state.key else {
        continue
      }
      var next = way
      next.state.key = key
      next.used |= 1 << UInt64(place)
      ask(&next.state)
      ways.append(next)
    }
    return ways
  }

  /// Carries out the questions under way to which the answer was right.
  private func ask(_ state: inout State) {
    for question in questions where state.done & question.bit == 0 {
      let (act, outcome) = (question.operation.act, question.operation.outcome)
      if state.key.after(act, outcome) != nil { state.done |= question.bit }
    }
  }

  private func violation(_ index: Int) -> KeyHistory.Violation {
    let ended = operations[index].ended
    let before = operations.filter { $0.ended < ended }.sorted { $0.ended < $1.ended }
    return KeyHistory.Violation(
      operation: operations[index],
      pending: (changes + questions).map(\.operation), unanswered: unanswered,
      before: before.suffix(12))
  }
}

/// Ways without those that are no better than another: that came to the same with more of the
/// operations without an answer carried out.
private struct Ways {
  private(set) var all: [Search.Way] = []
  private var used: [Search.State: [UInt64]] = [:]
  private var place = 0

  mutating func add(_ way: Search.Way) {
    if used[way.state]?.contains(where: { $0 & ~way.used == 0 }) == true { return }
    used[way.state, default: []].append(way.used)
    all.append(way)
  }

  /// The next one that was added.
  mutating func next() -> Search.Way? {
    guard place < all.count else { return nil }
    place += 1
    return all[place - 1]
  }
}
