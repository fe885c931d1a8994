import Glibc
import OrgKeySystem
import Synchronization
import Testing

/// Everything at once, for a long time: mixed load from several threads, with restarts, kills,
/// failing disks and hostile clients in its midst.
///
/// `make test` takes 20 s of it; `make soak` half an hour, or as long as `SOAK_MINUTES` says.
@Suite struct SoakTests {
  /// Of a secret's row and its place in the index, with the room that tables have to grow: dead
  /// secrets stay in memory for 30 days.
  private static let bytesPerSecret = 128

  private let minutes = getenv("SOAK_MINUTES").flatMap { Int64(String(cString: $0)) }
  private var milliseconds: Int64 { minutes.map { $0 * 60_000 } ?? 20_000 }

  @Test func mixedLoadWithFaultsIsAnsweredRightAndLeavesNothingBehind() throws {
    let soak = try Soak()
    let began = Clock.monotonicMilliseconds()
    func elapsed() -> Int64 { Clock.monotonicMilliseconds() - began }
    var minute: Int64 = 0
    func phase(_ fault: SoakFault) throws {
      guard soak.log.faults.isEmpty else { return }
      try soak.phase(fault, milliseconds: minutes == nil ? 800 : 8_000)
      guard elapsed() / 60_000 > minute else { return }
      minute = elapsed() / 60_000
      print("soak: minute \(minute): \(soak.report)")
    }
    // First with all that ends a daemon; then one daemon has to last, so that leaks can be seen.
    while elapsed() < milliseconds / 2, soak.log.faults.isEmpty {
      for fault in SoakFault.allCases where !fault.needsStrace || Tracer.isPossible {
        try phase(fault)
      }
    }
    while elapsed() < milliseconds, soak.log.faults.isEmpty {
      for fault in SoakFault.harmless { try phase(fault) }
    }
    soak.end()
    print("soak: \(elapsed() / 1_000) s: \(soak.report)")
    #expect(soak.log.faults == [])
    try expectFlatMemory(soak)
  }

  /// At equal population, the dead secrets taken out: the last quarter of one daemon's life against
  /// the second one, in which it has warmed up.
  private func expectFlatMemory(_ soak: Soak) throws {
    let pauses = soak.residence
    guard let minutes else { return }
    if minutes >= 10 { #expect(pauses.count >= 16) }
    guard pauses.count >= 16 else { return }
    print("soak: KiB:", pauses.map { "\($0.bytes >> 10) \($0.after)" }.joined(separator: ", "))
    func most(_ quarter: Int) -> Int {
      let part = pauses[pauses.count * quarter / 4..<pauses.count * (quarter + 1) / 4].map {
        (bytes: $0.bytes, allowance: ($0.secrets - pauses[0].secrets) * Self.bytesPerSecret)
      }
      guard let most = part.max(by: { $0.bytes - $0.allowance < $1.bytes - $1.allowance }) else {
        return 0
      }
      print(
        "soak: at most \(most.bytes) bytes of memory in quarter \(quarter + 1), of them "
          + "\(most.allowance) for dead secrets")
      return most.bytes - most.allowance
    }
    let (early, late) = (most(1), most(3))
    print("soak: \(early) bytes of memory, then \(late), without dead secrets")
    #expect(late <= early + early / 20)
  }
}

extension Soak {
  fileprivate var report: String {
    let answers = log.answers.load(ordering: .relaxed)
    let resident = residence.last?.bytes ?? 0
    return "\(answers) answers, \(log.summary), \(resident >> 10) KiB, \(descriptors) descriptors"
  }
}
