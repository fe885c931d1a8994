import Foundation
import Testing

/// Every input that is kept, seeds and past failures, through the functions that are fuzzed.
@Suite("What is kept for fuzzing", .serialized)
struct ReplayTests {
  private static let kept = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "fuzz")

  @Test("is taken as it must be", arguments: FuzzTarget.allCases)
  func replay(target: FuzzTarget) throws {
    var count = 0
    for folder in ["corpus", "failures"] {
      let path = Self.kept.appending(path: "\(folder)/\(target.rawValue)").path
      let names = try? FileManager.default.contentsOfDirectory(atPath: path)
      for name in (names ?? []).sorted() {
        let input = try Data(contentsOf: URL(filePath: "\(path)/\(name)"))
        #expect(throws: Never.self, "\(folder)/\(target.rawValue)/\(name)") {
          try target.run(Array(input))
        }
        count += 1
      }
    }
    #expect(count > 10)
  }
}
