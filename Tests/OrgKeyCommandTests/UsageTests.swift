import Foundation
import Testing

/// A key's requests day by day.
@Suite struct UsageTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private func ask(_ text: String, _ permission: String, times: Int) throws {
    for _ in 0..<times {
      _ = try fixture.orgkey(
        ["authorize", "--own", "--permission", permission], input: text)
    }
  }

  private func days(_ arguments: [String]) throws -> [[String: Any]] {
    let bytes = try fixture.orgkey(["key", "usage"] + arguments + ["--output", "json"]).bytes
    return try #require(JSONSerialization.jsonObject(with: bytes) as? [[String: Any]])
  }

  @Test func tellsWhatWasAllowedAndWhyTheRestWasDenied() throws {
    let (id, text) = try fixture.issue()
    try ask(text, "contacts:read", times: 3)
    try ask(text, "deals:read", times: 2)
    let today = try #require(try days([id]).last)
    #expect(today["allowed_count"] as? Int == 3)
    let denials = try #require(today["denials"] as? [[String: Any]])
    #expect(denials.count == 1)
    #expect(denials.first?["reason"] as? String == "PERMISSION_MISSING")
    #expect(denials.first?["count"] as? Int == 2)
    let day = try #require(today["day"] as? String)
    #expect(day.wholeMatch(of: /\d{4}-\d\d-\d\dT00:00:00\.000Z/) != nil)
    #expect(try days([id, "--days", "1"]).count == 1)
    #expect(try days([id, "--from", String(day.prefix(10))]).count == 1)
    #expect(try days([id, "--from", "2020-01-01", "--to", "2020-01-31"]).isEmpty)
  }

  @Test func drawsABarForEachDay() throws {
    let (id, text) = try fixture.issue()
    try ask(text, "contacts:read", times: 2)
    try ask(text, "deals:read", times: 1)
    let plain = try fixture.orgkey(["key", "usage", id])
    let lines = plain.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(
      lines.prefix(31).dropFirst().allSatisfy { $0.prefixMatch(of: /\d{4}-\d\d-\d\d\ \ /) != nil })
    #expect(lines[29].hasSuffix("0         0  ·"))
    #expect(lines[30].contains(/\ 2\ +1\ \ █+░+$/))
    #expect(lines[32] == "30 days: 2 allowed, 1 denied")
    #expect(plain.output.contains("PERMISSION_MISSING  1 request. Grant the key"))
    #expect(try fixture.orgkey(["key", "usage", id, "--days", "7"]).output.contains("7 days: "))
    let (unused, _) = try fixture.issue()
    let empty = try fixture.orgkey(["key", "usage", unused])
    #expect(empty.output.contains("30 days: 0 allowed, 0 denied"))
    #expect(empty.output.hasSuffix("denied\n"))
  }

  @Test func fitsTheTerminal() throws {
    let (id, text) = try fixture.issue()
    try ask(text, "contacts:read", times: 2)
    try ask(text, "deals:read", times: 2)
    func shown(_ environment: [String: String]) throws -> String {
      try Command.onTerminal(
        ["key", "usage", id], socket: fixture.daemon.socket, environment: environment
      ).output
    }
    let plain = try shown(["NO_COLOR": "1"]).split(whereSeparator: \.isNewline)
    #expect(plain.allSatisfy { $0.count <= 80 })
    #expect(plain.contains { $0.count == 80 && $0.hasSuffix("░") && $0.contains("█") })
    #expect(try shown(["TERM": "xterm"]).contains("\u{1B}[32m█"))
  }

  @Test func refusesWhatIsNoPeriod() throws {
    let id = "key_0000000000000000"
    for arguments in [
      ["x"], [id, "--days", "0"], [id, "--days", "401"], [id, "--from", "tomorrow"],
      [id, "--days", "3", "--from", "2026-01-01"], [id, "--from", "2020-01-01"],
      [id, "--from", "2026-02-01", "--to", "2026-01-01"], [id, "--from", "2026-02-30"],
    ] {
      let outcome = try Command.run(["key", "usage"] + arguments, socket: "/nowhere")
      #expect(outcome.status == 64, "\(arguments)")
    }
    #expect(try fixture.orgkey(["key", "usage", id]).status == 65)
  }
}
