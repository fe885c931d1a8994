import OrgKeySystem
import Synchronization
import Testing

@testable import OrgKeyWire

/// Something that is changed to and fro while clients ask without pause: whoever began to ask
/// after a change was answered, and was answered before the next one was sent, must have been
/// told of the state in between.
struct Flipping {
  let daemon: InProcess
  /// What is asked, and what it must be while the change is made, and while it is not.
  let ask: @Sendable (RawClient) throws -> OrgKeyWire.Reason
  let changed: OrgKeyWire.Reason
  let unchanged: OrgKeyWire.Reason

  /// - Parameters change, undo: must be answered OK.
  func run(
    rounds: Int, change: @escaping (RawClient) throws -> Void,
    undo: @escaping (RawClient) throws -> Void
  ) throws {
    // Odd while a change is under way; 2, 6, 10… when it is made, 0, 4, 8… when it is not.
    let phase = Atomic<Int>(0)
    let faults = Mutex<[String]>([])
    let told = Atomic<Int>(0)
    let (ask, changed, unchanged) = (ask, changed, unchanged)
    let askers = try (0..<4).map { number in
      let client = try daemon.client()
      return try Thread("asker-\(number)") {
        while true {
          let before = phase.load(ordering: .sequentiallyConsistent)
          if before < 0 { return }
          do {
            let reason = try ask(client)
            guard before % 2 == 0, phase.load(ordering: .sequentiallyConsistent) == before else {
              continue
            }
            told.add(1, ordering: .relaxed)
            let expected = before % 4 == 2 ? changed : unchanged
            if reason != expected { faults.withLock { $0.append("\(before): \(reason)") } }
          } catch {
            return faults.withLock { $0.append("\(error)") }
          }
        }
      }
    }
    defer {
      phase.store(-1, ordering: .sequentiallyConsistent)
      for asker in askers { asker.join() }
    }
    let administrator = try daemon.client()
    for _ in 0..<rounds {
      for step in [change, undo] {
        phase.add(1, ordering: .sequentiallyConsistent)
        try step(administrator)
        phase.add(1, ordering: .sequentiallyConsistent)
        // Until somebody was told of this state.
        let goal = told.load(ordering: .relaxed) + 4
        while told.load(ordering: .relaxed) < goal, faults.withLock({ $0.isEmpty }) {
          _ = try administrator.call(.health(.init()))
        }
      }
    }
    #expect(faults.withLock { $0 } == [])
  }
}
