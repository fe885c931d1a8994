import Glibc
import OrgKeySystem
import OrgKeyWire
import Testing

/// Random sequences of all changes, with restarts in between, against a model in memory.
///
/// `make test` runs as many steps as fit in 45 s, from another seed each time. `SEED` and `STEPS` in
/// the environment, as `make property` sets them, choose both.
@Suite struct PropertyTests {
  private static let milliseconds: Int64 = 45_000

  private func number(_ variable: String) -> UInt64? {
    getenv(variable).flatMap { UInt64(String(cString: $0)) }
  }

  @Test func daemonAndModelNeverDiffer() throws {
    let seed = number("SEED") ?? UInt64.random(in: 1...999_999)
    let steps = number("STEPS").map(Int.init)
    print("property: seed \(seed)")
    let began = Clock.monotonicMilliseconds()
    func elapsed() -> Int64 { Clock.monotonicMilliseconds() - began }
    let run = try PropertyRun(seed: seed)
    do {
      while steps.map({ run.stepCount < $0 }) ?? (elapsed() < Self.milliseconds) { try run.step() }
      try run.compareAll()
    } catch {
      Issue.record("\(run.report(of: error))")
    }
    print("property: \(run.summary), \(elapsed()) ms")
    guard run.stepCount >= 20_000 else { return }
    // What never happened was not tested.
    #expect(Set(Reason.allCases).subtracting(run.reasons.keys).isEmpty)
  }
}
