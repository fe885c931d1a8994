import Foundation
import Testing

/// What is written where, and how.
@Suite struct OutputTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  @Test func coloursOnlyATerminalUnlessTold() throws {
    _ = try fixture.issue()
    let escape = "\u{1B}["
    func list(_ environment: [String: String]) throws -> Bool {
      try fixture.orgkey(["key", "list"], environment: environment).output.contains(escape)
    }
    #expect(try !list([:]))
    #expect(try list(["CLICOLOR_FORCE": "1"]))
    #expect(try !list(["CLICOLOR_FORCE": "0"]))
    #expect(try !list(["CLICOLOR_FORCE": "1", "NO_COLOR": "1"]))
    func shown(_ environment: [String: String]) throws -> Bool {
      try Command.onTerminal(
        ["key", "list"], socket: fixture.daemon.socket, environment: environment
      ).output.contains(escape)
    }
    #expect(try shown(["TERM": "xterm"]))
    #expect(try !shown(["TERM": "xterm", "NO_COLOR": "1"]))
    #expect(try !shown(["TERM": "dumb"]))
  }

  @Test func fitsTablesToTheTerminalAndNowhereElse() throws {
    let name = String(repeating: "long ", count: 30) + "end"
    _ = try fixture.orgkey(["key", "issue", "acme", "--name", name])
    let shown = try Command.onTerminal(
      ["key", "list"], socket: fixture.daemon.socket, environment: ["NO_COLOR": "1"]
    ).output
    let lines = shown.split(whereSeparator: \.isNewline)
    #expect(lines.count == 2)
    #expect(lines.allSatisfy { $0.count <= 80 })
    #expect(shown.contains("…"))
    let one = try Command.onTerminal(
      ["key", "show", String(lines[1].prefix(20))], socket: fixture.daemon.socket,
      environment: ["NO_COLOR": "1"]
    ).output
    #expect(one.split(whereSeparator: \.isNewline).allSatisfy { $0.count <= 80 })
    #expect(one.contains("long end"))
    #expect(try fixture.orgkey(["key", "list"]).output.contains(name))
  }

  @Test func listsByEveryCondition() throws {
    let (first, text) = try fixture.issue(["--label", "crm=1", "--expires-in", "10d"])
    let (second, _) = try fixture.issue(["--environment", "test"])
    _ = try fixture.orgkey(["key", "issue", "eu", "--name", "Other"])
    func ids(_ arguments: [String]) throws -> [String] {
      let listed = try fixture.orgkey(["key", "list", "--output", "jsonl"] + arguments)
      #expect(listed.status == 0, "\(listed.errors)")
      return listed.output.matches(of: /"key_id":"(key_[0-9a-z]{16})"/).map { String($0.1) }
    }
    #expect(try ids([]).count == 3)
    #expect(try ids(["acme"]) == [second, first])
    #expect(try ids(["acme", "--descendants"]).count == 3)
    #expect(try ids(["--environment", "test"]) == [second])
    #expect(try ids(["--label", "crm=1"]) == [first])
    #expect(try ids(["--hint", String(text.suffix(4))]) == [first])
    #expect(try ids(["--expires-within", "14d"]) == [first])
    #expect(try ids(["--expires-within", "1d"]) == [])
    #expect(try ids(["--unused-for", "1d"]) == [])
    #expect(try ids(["--secret-older-than", "1d"]) == [])
    #expect(try ids(["--name", "CRM"]) == [second, first])
    #expect(try ids(["--state", "revoked", "--state", "disabled"]) == [])
    #expect(try ids(["--limit-results", "2"]).count == 2)
    #expect(try fixture.orgkey(["key", "list", "--descendants"]).status == 64)
  }

  @Test func writesOneFieldBare() throws {
    let (first, text) = try fixture.issue(["--limit", "5/1h"])
    let (second, _) = try fixture.issue()
    func field(_ name: String, _ arguments: [String]) throws -> Command.Outcome {
      try fixture.orgkey(arguments + ["--field", name])
    }
    #expect(try field("key_id", ["key", "list"]).output == "\(second)\n\(first)\n")
    #expect(try field("name", ["key", "show", first]).output == "CRM\n")
    #expect(try field("disabled", ["key", "show", first]).output == "false\n")
    #expect(try field("allowed_count", ["key", "show", first]).output == "0\n")
    #expect(try field("permissions", ["key", "show", first]).output == "[\"contacts:*\"]\n")
    #expect(
      try field("rate_limit", ["key", "list"]).output == "\n{\"limit\":5,\"window_s\":3600}\n")
    #expect(try field("last_used_at", ["key", "show", first]).output == "\n")
    let unknown = try field("keyId", ["key", "show", first])
    #expect(unknown.status == 64)
    #expect(unknown.errors.contains("key_id, "))
    #expect(try field("name", ["key", "show", first, "--output", "json"]).status == 64)
    #expect(try field("key_id", ["key", "rotate", first]).status == 64)
    #expect(try field("key_id", ["key", "issue", "acme", "--name", "n"]).status == 64)
    let decision = try fixture.orgkey(
      ["authorize", "--own", "--permission", "a:b", "--field", "reason"], input: text)
    #expect(decision.status == 1)
    #expect(decision.output == "PERMISSION_MISSING\n")
  }

  @Test func listsWhatIsDueWithoutWhatHasEnded() throws {
    let (kept, _) = try fixture.issue(["--expires-in", "10d"])
    let (revoked, _) = try fixture.issue(["--expires-in", "10d"])
    #expect(try fixture.orgkey(["key", "revoke", revoked, "--yes"]).status == 0)
    func ids(_ arguments: [String]) throws -> String {
      try fixture.orgkey(["key", "list", "--field", "key_id"] + arguments).output
    }
    #expect(try ids(["--expires-within", "14d"]) == "\(kept)\n")
    #expect(try ids(["--secret-older-than", "1ms"]) == "\(kept)\n")
    #expect(
      try ids(["--expires-within", "14d", "--state", "revoked"]) == "\(revoked)\n")
  }

  @Test func listsStaleKeys() throws {
    let (unused, _) = try fixture.issue()
    let (disabled, _) = try fixture.issue()
    #expect(try fixture.orgkey(["key", "disable", disabled]).status == 0)
    func ids(_ arguments: [String]) throws -> String {
      try fixture.orgkey(["key", "stale", "--field", "key_id"] + arguments).output
    }
    #expect(try ids([]) == "")
    #expect(try ids(["--unused-for", "1ms"]) == "\(unused)\n")
    #expect(try ids(["eu", "--unused-for", "1ms"]) == "")
    #expect(try ids(["acme", "--descendants", "--unused-for", "1ms"]) == "\(unused)\n")
    let none = try fixture.orgkey(["key", "stale"])
    #expect(none.output.isEmpty)
    #expect(none.errors.contains("unused for 30d"))
    let shown = try Command.onTerminal(
      ["key", "stale", "--unused-for", "1ms"], socket: fixture.daemon.socket,
      environment: ["NO_COLOR": "1"]
    ).output
    #expect(shown.contains("never used") && shown.contains("orgkey key revoke"))
    #expect(try fixture.orgkey(["key", "stale", "--descendants"]).status == 64)
  }

  @Test func showsOrganizations() throws {
    #expect(try fixture.orgkey(["org", "list", "--tree"]).output == "acme  Acme\n└─ eu\n")
    #expect(try fixture.orgkey(["org", "list", "acme", "--tree"]).output == "acme  Acme\n└─ eu\n")
    let below = try fixture.orgkey(["org", "list", "--descendants", "--output", "jsonl"]).output
    #expect(below.split(separator: "\n").count == 2)
    let shown = try fixture.json(["org", "show", "acme"])
    #expect(shown["subtree_organization_count"] as? Int == 2)
    #expect(try fixture.orgkey(["org", "show", "eu"]).output.contains("acme"))
    #expect(try fixture.orgkey(["org", "show", "nowhere"]).status == 65)
    #expect(try fixture.orgkey(["org", "put", "eu", "--parent", "x"]).status == 65)
  }

  @Test func refusesOfflineWhatCanBeTold() throws {
    for arguments in [
      ["bogus"], ["key", "list", "--unused-for", "soon"], ["org", "put", "a b"],
      ["org", "put", "a", "--name", "\n"], ["key", "issue", "acme", "--name", ""],
      ["key", "issue", "acme", "--name", "n", "--permission", "A"],
      ["key", "issue", "acme", "--name", "n", "--limit", "0/1h"],
      ["key", "issue", "acme", "--name", "n", "--expires-at", "2001-01-01T00:00:00Z"],
      ["key", "issue", "acme", "--name", "n", "--grantable", "*"],
      ["key", "show", "key_1"], ["key", "revoke"],
      ["key", "revoke", "key_0000000000000000", "--by-secret"],
    ] {
      let outcome = try Command.run(arguments, socket: "/nowhere")
      #expect(outcome.status == 64, "\(arguments)")
      #expect(outcome.output.isEmpty)
    }
    #expect(try Command.run(["--version"], socket: nil).output == "orgkey 0.1.0\n")
    #expect(try Command.run(["key", "issue", "--help"], socket: nil).output.contains("KEY=$("))
  }

  @Test func framesAndUnframesTheSocketsMessages() throws {
    func filter(_ arguments: [String], _ input: Data) throws -> Command.Outcome {
      try Command.run(arguments, socket: nil, input: input)
    }
    // call_id 7, health: two fields of the contract's Request.
    let request = Data([0x08, 7, 0x82, 0x03, 0])
    let frame = try filter(["frame"], request).bytes
    #expect(frame == Data([0, 0, 0, 0, 5]) + request)
    #expect(try filter(["unframe"], frame).bytes == request)
    #expect(try filter(["unframe"], frame + frame).status == 65)
    #expect(try filter(["unframe", "--all"], frame + frame).bytes == request + request)
    for wrong in [Data(), Data("HTTP/1.1 400".utf8), frame.dropLast(), frame.prefix(3)] {
      let outcome = try filter(["unframe"], Data(wrong))
      #expect(outcome.status == 65)
      #expect(outcome.bytes.isEmpty)
    }
    #expect(try filter(["frame"], Data(count: 1 << 20)).bytes.count == 5 + 1 << 20)
    #expect(try filter(["frame"], Data(count: 1 << 20 + 1)).status == 65)
  }
}
