import Foundation
import Testing

/// Who changed what.
@Suite struct AuditTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private func events(_ arguments: [String]) throws -> [[String: Any]] {
    let listed = try fixture.orgkey(["audit", "--output", "json"] + arguments)
    #expect(listed.status == 0, "\(listed.errors)")
    return try #require(JSONSerialization.jsonObject(with: listed.bytes) as? [[String: Any]])
  }

  private func methods(_ arguments: [String]) throws -> [String] {
    try events(arguments).compactMap { $0["method"] as? String }
  }

  @Test func listsByEveryCondition() throws {
    let (id, _) = try fixture.issue()
    _ = try fixture.orgkey(["key", "issue", "eu", "--name", "n"])
    _ = try fixture.orgkey(["key", "update", id, "--name", "CRM sync"])
    let all = ["UpdateKey", "IssueKey", "IssueKey", "PutOrganization", "PutOrganization"]
    #expect(try methods([]) == all)
    #expect(try methods(["--oldest-first"]) == all.reversed())
    #expect(try methods(["--key", id]) == ["UpdateKey", "IssueKey"])
    #expect(try methods(["eu"]) == ["IssueKey", "PutOrganization"])
    #expect(try methods(["acme"]) == ["UpdateKey", "IssueKey", "PutOrganization"])
    #expect(try methods(["acme", "--descendants"]) == all)
    #expect(try methods(["--since", "1h"]) == all)
    #expect(try methods(["--from", "2099-01-01T00:00:00Z"]) == [])
    #expect(try methods(["--to", "2020-01-01T00:00:00Z"]) == [])
    #expect(try methods(["--limit-results", "2"]) == Array(all.prefix(2)))
    let sequences = try events(["--oldest-first"]).compactMap { $0["sequence"] as? Int }
    #expect(sequences == sequences.sorted() && Set(sequences).count == all.count)
    #expect(
      try methods(["--after", "\(sequences[2])"]) == [all[1], all[0]])
  }

  @Test func tellsProgramsEverythingAboutAnEvent() throws {
    let (id, text) = try fixture.issue(["--label", "crmId=1"])
    let arguments = [
      "key", "update", id, "--name", "CRM sync", "--no-labels", "--actor", "ana", "--acting-org",
      "acme", "--grantable", "*",
    ]
    #expect(try fixture.orgkey(arguments).status == 0)
    let event = try #require(try events(["--key", id]).first)
    #expect(event["key_id"] as? String == id)
    #expect(event["organization_id"] as? String == "acme")
    #expect(event["actor"] as? String == "ana")
    #expect(event["acting_organization_id"] as? String == "acme")
    #expect(event["peer_uid"] as? UInt32 == getuid())
    #expect((event["at"] as? String)?.hasSuffix("Z") == true)
    let detail = try #require(event["detail"] as? [String: [String: Any]])
    #expect(detail["name"] as? [String: String] == ["from": "CRM", "to": "CRM sync"])
    #expect(detail["labels"]?["from"] as? [String: String] == ["crmId": "1"])
    let lines = try fixture.orgkey(["audit", "--output", "jsonl"])
    #expect(lines.output.split(separator: "\n").count == 4)
    #expect(!lines.output.contains(text))
  }

  @Test func tellsPeopleWhoDidWhat() throws {
    let (id, _) = try fixture.issue()
    _ = try fixture.orgkey(["key", "update", id, "--name", "CRM sync", "--actor", "ana"])
    let plain = try fixture.orgkey(["audit"]).output
    #expect(plain.contains(/ana\ \(uid\ \d+\)\ +UpdateKey\ +key_/))
    #expect(plain.contains("name: CRM → CRM sync"))
    let shown = try Command.onTerminal(
      ["audit"], socket: fixture.daemon.socket, environment: ["NO_COLOR": "1"]
    ).output.split(whereSeparator: \.isNewline)
    #expect(shown.allSatisfy { $0.count <= 80 })
    #expect(shown[1].contains(id))
    #expect(shown[2] == "  name: CRM → CRM sync")
    let none = try fixture.orgkey(["audit", "--to", "2020-01-01T00:00:00Z"])
    #expect(none.status == 0 && none.output.isEmpty && none.errors == "no such events\n")
  }

  @Test func endsATableAtAHundredUnlessTold() throws {
    for number in 0..<110 { _ = try fixture.orgkey(["org", "put", "o\(number)"]) }
    let table = try fixture.orgkey(["audit"])
    #expect(table.output.split(separator: "\n").count == 101)
    #expect(table.errors.contains("only the first 100"))
    let more = try fixture.orgkey(["audit", "--limit-results", "111"])
    #expect(more.output.split(separator: "\n").count == 112)
    #expect(try events([]).count == 112)
  }

  @Test func followsEachEventOnceAlsoOverRestarts() throws {
    let following = try Following(fixture, ["--output", "jsonl"])
    let impatient = try Following(fixture, ["--field", "organization_id", "--timeout", "200ms"])
    var expected: [String] = []
    func put(_ id: String) throws {
      #expect(try fixture.orgkey(["org", "put", id]).status == 0)
      expected.append(id)
    }
    for number in 0..<3 { try put("a\(number)") }
    #expect(try following.organizations(3) == expected)
    try fixture.daemon.restart { impatient.waitUntilItSays("waiting for the daemon") }
    for number in 0..<3 { try put("b\(number)") }
    #expect(try following.organizations(3) == expected.suffix(3))
    try fixture.daemon.restart()
    try put("c")
    #expect(try following.organizations(1) == ["c"])
    #expect(try impatient.lines(7) == expected)
    impatient.waitUntilItSays("answers again")
    #expect(following.interrupt().status == 0)
    #expect(impatient.interrupt().status == 0)
  }

  @Test func followsFromThePastAndOnlyWhatIsWanted() throws {
    let since = try Following(fixture, ["--since", "1h", "--field", "organization_id"])
    #expect(try since.lines(2) == ["acme", "eu"])
    let below = try Following(fixture, ["eu", "--after", "0", "--output", "jsonl"])
    #expect(try below.organizations(1) == ["eu"])
    _ = try fixture.issue()
    _ = try fixture.orgkey(["key", "issue", "eu", "--name", "n"])
    #expect(try below.organizations(1) == ["eu"])
    #expect(try since.lines(2) == ["acme", "eu"])
    #expect(below.interrupt().status == 0)
    #expect(since.interrupt().status == 0)
  }

  @Test func endsFollowingWhenTheTrailIsAnother() throws {
    let following = try Following(fixture, ["--output", "jsonl"])
    try fixture.daemon.restart {
      for name in ["db", "db-wal", "db-shm"] {
        try? FileManager.default.removeItem(atPath: fixture.daemon.path(name))
      }
    }
    let (status, errors) = following.end()
    #expect(status == 70)
    #expect(errors.contains("another database"))
  }

  @Test func refusesWhatContradictsItself() throws {
    for arguments in [
      ["--descendants"], ["--since", "1h", "--from", "2020-01-01T00:00:00Z"], ["--key", "x"],
      ["--limit-results", "0"], ["--follow", "--output", "json"],
      ["--follow", "--limit-results", "1"], ["--follow", "--to", "2020-01-01T00:00:00Z"],
      ["a b"], ["--since", "yesterday"],
    ] {
      let outcome = try Command.run(["audit"] + arguments, socket: "/nowhere")
      #expect(outcome.status == 64, "\(arguments)")
    }
    #expect(try Command.run(["audit", "--follow"], socket: "/nowhere").status == 69)
  }
}

/// `orgkey audit --follow`, which has said that it follows.
private final class Following {
  private let process = Process()
  private let output = Pipe()
  private let errors = Pipe()
  private var read = Data()
  private var said = ""

  init(_ fixture: Fixture, _ arguments: [String]) throws {
    process.executableURL = URL(filePath: Command.path)
    process.arguments = ["audit", "--follow", "--socket", fixture.daemon.socket] + arguments
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    waitUntilItSays("following the audit trail")
  }

  /// On standard error.
  func waitUntilItSays(_ text: String) {
    while !said.contains(text) {
      let more = errors.fileHandleForReading.availableData
      guard !more.isEmpty else { return #expect(Bool(false), "it said: \(said)") }
      said += String(decoding: more, as: UTF8.self)
    }
  }

  /// Waits for so many lines.
  func lines(_ count: Int) throws -> [String] {
    var lines: [String] = []
    while lines.count < count {
      if let end = read.firstIndex(of: UInt8(ascii: "\n")) {
        lines.append(String(decoding: read[..<end], as: UTF8.self))
        read = Data(read[(end + 1)...])
      } else {
        let more = output.fileHandleForReading.availableData
        try #require(!more.isEmpty)
        read += more
      }
    }
    return lines
  }

  /// Waits for so many events, and tells their organizations.
  func organizations(_ count: Int) throws -> [String] {
    try lines(count).map { line in
      let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return try #require(event?["organization_id"] as? String)
    }
  }

  func interrupt() -> (status: Int32, errors: String) {
    process.interrupt()
    return end()
  }

  /// Waits for its end; nothing more may have come by then.
  func end() -> (status: Int32, errors: String) {
    let rest = try? output.fileHandleForReading.readToEnd()
    #expect(read.isEmpty && rest?.isEmpty ?? true)
    let last = try? errors.fileHandleForReading.readToEnd()
    process.waitUntilExit()
    return (process.terminationStatus, said + String(decoding: last ?? Data(), as: UTF8.self))
  }

  deinit { process.terminate() }
}
