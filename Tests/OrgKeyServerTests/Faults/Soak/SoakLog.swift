import Synchronization

/// What happened in a soak: how often, and what was wrong.
final class SoakLog: Sendable {
  private let counts = Mutex<[String: Int]>([:])
  private let wrong = Mutex<[String]>([])
  private let wrongCount = Atomic<Int>(0)
  /// All answers.
  let answers = Atomic<Int>(0)

  func count(_ what: String, _ more: Int = 1) {
    counts.withLock { $0[what, default: 0] += more }
  }

  func note(_ fault: String) {
    wrongCount.add(1, ordering: .relaxed)
    wrong.withLock { if $0.count < 20 { $0.append(fault) } }
  }

  var faults: [String] { wrong.withLock { $0 } }

  func count(of what: String) -> Int { counts.withLock { $0[what] ?? 0 } }

  var summary: String {
    let counts = counts.withLock { $0.sorted { $0.key < $1.key } }
    let words = counts.map { "\($0.key) \($0.value)" }
    return (["\(wrongCount.load(ordering: .relaxed)) wrong"] + words).joined(separator: ", ")
  }
}
