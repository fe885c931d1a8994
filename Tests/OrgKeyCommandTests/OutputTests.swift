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
