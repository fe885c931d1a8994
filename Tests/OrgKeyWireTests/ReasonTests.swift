import Foundation
import OrgKeyWire
import Testing

/// Against the contract's text itself, read here by other means than the generator's.
@Suite("A reason")
struct ReasonTests {
  private static let contract = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../proto/orgkey.proto")

  @Test("leads to the decision, the status, the sentence and the advice of the contract's table")
  func table() throws {
    let text = try String(contentsOf: ReasonTests.contract, encoding: .utf8)
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("//   |") }.dropFirst()
      .map { line in
        line.split(separator: "|").dropFirst().map { $0.trimmingCharacters(in: .whitespaces) }
      }
    #expect(rows.count == Reason.allCases.count)
    for (row, reason) in zip(rows, Reason.allCases) {
      try #require(row.count == 5)
      #expect(row[0].filter { $0 != "_" }.lowercased() == "\(reason)".lowercased())
      #expect(row[1].filter { $0 != "_" }.lowercased() == "\(reason.decision)".lowercased())
      #expect(Int(row[2]) == reason.httpStatus)
      #expect(row[3] == reason.sentence)
      #expect(row[4] == reason.advice)
    }
  }

  @Test("is told apart only by its decision, as far as the caller of an API can see")
  func sentences() {
    let denials = Reason.allCases.filter { $0 != .unspecified }
    for (decision, reasons) in Dictionary(grouping: denials, by: \.decision) {
      #expect(decision != .allowed && decision != .unspecified)
      #expect(Set(reasons.map(\.sentence)).count == 1)
      #expect(Set(reasons.map(\.httpStatus)).count == 1)
    }
    #expect(Reason.unspecified.decision == .allowed)
  }

  @Test(
    "follows the order of the rules in the contract",
    arguments: [
      (1...8, .invalidAPIKey, 401), (9...11, .orgAccessDenied, 403),
      (12...12, .permissionDenied, 403), (13...13, .rateLimitExceeded, 429),
    ] as [(ClosedRange<UInt32>, Decision, Int)])
  func groups(numbers: ClosedRange<UInt32>, decision: Decision, status: Int) throws {
    for number in numbers {
      let reason = try #require(Reason(rawValue: number))
      #expect(reason.decision == decision && reason.httpStatus == status)
    }
  }
}
