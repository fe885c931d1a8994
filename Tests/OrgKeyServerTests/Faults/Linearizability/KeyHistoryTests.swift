import Testing

/// What judges histories is judged itself, by histories made by hand.
@Suite struct KeyHistoryTests {
  typealias Line = (
    began: UInt64, ended: UInt64, act: KeyMachine.Act, outcome: KeyMachine.Outcome
  )
  private static let first = KeyMachine.Act.authorize(version: 1)
  private static let second = KeyMachine.Act.authorize(version: 2)

  private func isRight(_ lines: [Line]) -> Bool {
    let history = KeyHistory(
      operations: lines.map {
        .init(act: $0.act, outcome: $0.outcome, began: $0.began, ended: $0.ended)
      })
    do throws(KeyHistory.Violation) { try history.check() } catch { return false }
    return true
  }

  private static let right: [[Line]] = [
    [],
    [(1, 2, first, .allowed), (3, 4, .revoke, .done), (5, 6, first, .revoked)],
    // While it is revoked, both answers are right, in this order.
    [(1, 8, .revoke, .done), (2, 3, first, .allowed), (4, 5, first, .revoked)],
    // Begun before and answered after.
    [(1, 6, first, .allowed), (2, 3, .revoke, .done), (4, 5, first, .revoked)],
    // Without an answer it may be done later, or never.
    [(1, .max, .revoke, .unknown), (2, 3, first, .allowed), (4, 5, first, .revoked)],
    [(1, .max, .revoke, .unknown), (2, 3, first, .allowed), (4, 5, first, .allowed)],
    [
      (1, 9, .disable, .done), (2, 8, .enable, .done), (3, 4, first, .allowed),
      (5, 6, first, .disabled), (10, 11, first, .allowed),
    ],
    [
      (1, .max, .disable, .unknown), (2, 3, first, .allowed), (4, 5, .enable, .done),
      (6, 7, first, .disabled),
    ],
    [
      (1, 2, .rotate, .rotated(version: 2)), (3, 4, first, .retired), (5, 6, second, .allowed),
      (7, 8, .retire(version: 2), .done), (9, 10, second, .retired),
    ],
    [(1, .max, .rotate, .unknown), (2, 3, first, .retired), (4, 5, .rotate, .rotated(version: 3))],
    // Two at once.
    [(1, 4, .rotate, .rotated(version: 3)), (2, 3, .rotate, .rotated(version: 2))],
    [
      (1, 5, .revoke, .done), (2, 6, .disable, .refused), (3, 4, .rotate, .rotated(version: 2)),
      (7, 8, .enable, .refused),
    ],
  ]

  private static let wrong: [[Line]] = [
    [(1, 2, first, .revoked)],
    // The new enemy: begun after the answer to the revocation.
    [(1, 2, .revoke, .done), (3, 4, first, .allowed)],
    // Seen revoked, and then not.
    [(1, 8, .revoke, .done), (2, 3, first, .revoked), (4, 5, first, .allowed)],
    [(1, .max, .revoke, .unknown), (2, 3, first, .revoked), (4, 5, first, .allowed)],
    // An answer that needs what had not begun.
    [(1, 2, first, .disabled), (3, 4, .disable, .done)],
    [
      (1, .max, .disable, .unknown), (2, 3, first, .disabled), (4, 5, .enable, .done),
      (6, 7, first, .disabled),
    ],
    // One change can't be seen twice.
    [
      (1, 8, .disable, .done), (2, 9, .enable, .done), (3, 4, first, .disabled),
      (5, 6, first, .allowed), (10, 11, first, .disabled),
    ],
    [(1, 2, .rotate, .rotated(version: 2)), (3, 4, first, .allowed)],
    [(1, 2, .rotate, .rotated(version: 3))],
    [(1, 4, .rotate, .rotated(version: 2)), (2, 3, .rotate, .rotated(version: 2))],
    [(1, 2, .disable, .refused)],
    [(1, 2, .revoke, .done), (3, 4, .enable, .done)],
    [(1, 2, .retire(version: 1), .done), (3, 4, first, .allowed)],
  ]

  @Test(arguments: Self.right.indices) func whatCanBeIsRight(_ index: Int) {
    #expect(isRight(Self.right[index]))
  }

  @Test(arguments: Self.wrong.indices) func whatCannotBeIsWrong(_ index: Int) {
    #expect(!isRight(Self.wrong[index]))
  }

  /// Histories of a machine on which up to eight work at once are right, and are wrong with one
  /// answer exchanged for one that was impossible all the time.
  @Test(arguments: 0..<200) func historiesOfAMachineAreRightUntilOneAnswerIsChanged(seed: Int) {
    var machine = KeyMachine()
    var history = KeyHistory()
    var clock: UInt64 = 0
    func now() -> UInt64 {
      clock += 1
      return clock
    }
    var open: [(act: KeyMachine.Act, began: UInt64)] = []
    for _ in 0..<200 {
      if open.count < 8 { open.append((Self.anyAct(), now())) }
      guard Bool.random(), let (act, began) = open.popLast() else { continue }
      let outcome = Self.outcomes.first { machine.after(act, $0) != nil } ?? .unknown
      machine = machine.after(act, outcome) ?? machine
      history.operations.append(
        .init(act: act, outcome: outcome, began: began, ended: now()))
      open.shuffle()
    }
    #expect(throws: Never.self) { try history.check() }
    // Nothing rotates ten thousand times.
    history.operations.append(
      .init(act: .rotate, outcome: .rotated(version: 10_000), began: now(), ended: now()))
    #expect(throws: KeyHistory.Violation.self) { try history.check() }
  }

  private static func anyAct() -> KeyMachine.Act {
    [first, second, first, .disable, .enable, .rotate, .retire(version: 1), .revoke]
      .randomElement() ?? first
  }

  private static let outcomes: [KeyMachine.Outcome] =
    [.allowed, .disabled, .revoked, .retired, .done, .refused]
    + (2...200).map { .rotated(version: $0) }
}
