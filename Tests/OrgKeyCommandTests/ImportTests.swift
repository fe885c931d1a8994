import Foundation
import Testing

/// `org import` and `key import` on files.
@Suite struct ImportTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private func file(_ name: String, _ text: String) throws -> String {
    let path = fixture.daemon.path(name)
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  private func digest(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 64 - digits.count) + digits
  }

  @Test func makesTheOrganizationsOfAFileAndSkipsThemTheNextTime() throws {
    let path = try file(
      "o.csv",
      "\u{FEFF}name,id,parent\r\n\"Berlin, the\r\ncity\",berlin,de\r\nDE,de,eu\r\n,eu,acme\r\n")
    let control = try fixture.orgkey(["org", "import", path])
    #expect(control.status == 65)
    #expect(control.errors.contains("\(path):2: "))
    try "name,id,parent\nBerlin,berlin,de\nDE,de,eu\n,eu,acme\n".write(
      toFile: path, atomically: true, encoding: .utf8)
    let tried = try fixture.orgkey(["org", "import", path, "--dry-run"])
    #expect(tried.output.contains("2 organizations would be imported"))
    #expect(try fixture.orgkey(["org", "show", "berlin"]).status == 65)
    let imported = try fixture.orgkey(["org", "import", path])
    #expect(imported.output == "2 organizations imported; 1 row exists as given\n")
    #expect(imported.errors.isEmpty)
    #expect(try fixture.json(["org", "show", "berlin"])["depth"] as? Int == 3)
    let again = try fixture.json(["org", "import", path])
    #expect(again["imported_count"] as? Int == 0)
    #expect(again["staged_count"] as? Int == 3)
  }

  @Test func tellsTheDaemonsFaultsByLineAndImportsNothing() throws {
    let path = try file(
      "o.csv", "id,parent\n\nx,acme\ny,nowhere\n\n\"z\",\"nowhere\"\neu,x\n")
    let refused = try fixture.orgkey(["org", "import", path])
    #expect(refused.status == 65)
    let lines = refused.errors.split(separator: "\n").compactMap { line in
      line.wholeMatch(of: /.*\/o\.csv:(\d+): .+/).map { String($0.1) }
    }
    #expect(lines == ["4", "6", "7"], "\(refused.errors)")
    #expect(refused.output.isEmpty)
    #expect(try fixture.orgkey(["org", "show", "x"]).status == 65)
    // Rows that another one names are lines too.
    let twice = try file("t.csv", "id,parent\n\n\na,acme\na,eu\n")
    #expect(try fixture.orgkey(["org", "import", twice]).errors.contains(":5: id: line 4 has"))
    let told = try fixture.orgkey(["org", "import", path, "--output", "json"])
    #expect(told.status == 65)
    let answer = try #require(JSONSerialization.jsonObject(with: told.bytes) as? [String: Any])
    let faults = try #require(answer["faults"] as? [[String: Any]])
    #expect(faults.compactMap { $0["line"] as? Int } == [4, 6, 7])
  }

  @Test func takesOverKeys() throws {
    let text = "old-key-4711"
    let known = "c4ac1cc4b5ae5b6e7e5ae5ff10e2ff2c1c10cd0f0a1a1e45f3c7d8f8dc5ee8bd"
    let sum = Process()
    sum.executableURL = URL(filePath: "/bin/sh")
    sum.arguments = ["-c", "printf %s \(text) | sha256sum"]
    let pipe = Pipe()
    sum.standardOutput = pipe
    try sum.run()
    let hex = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
      .prefix(64)
    let lines = """
      {"sha256": "\(hex)", "organization": "acme", "name": "CRM", "permissions": ["contacts:*"], \
      "hint": "old…4711", "labels": {"crm": "1"}, "rate_limit": "100/1h"}
      {"sha256": "\(known)", "organization": "eu", "name": "Other"}
      """
    let tried = try fixture.orgkey(
      ["key", "import", "-", "--format", "jsonl", "--dry-run"], input: lines)
    #expect(tried.output.contains("2 keys would be imported"))
    #expect(try fixture.orgkey(["key", "list"]).output.isEmpty)
    let imported = try fixture.orgkey(["key", "import", "-", "--format", "jsonl"], input: lines)
    #expect(imported.output == "2 keys imported\n", "\(imported.errors)")
    let asked = try fixture.orgkey(
      ["authorize", "--org", "eu", "--permission", "contacts:read"], input: text)
    #expect(asked.output == "ALLOWED\n")
    let again = try fixture.orgkey(["key", "import", "-", "--format", "jsonl"], input: lines)
    #expect(again.status == 65)
    #expect(again.errors.contains("standard input:1: "))
    #expect(again.errors.contains("standard input:2: "))
  }

  @Test func readsALongFileAndShowsHowFarItIsOnATerminalAlone() throws {
    let rows = (1...12_000).map { "\(digest($0)),acme,key \($0)\n" }.joined()
    let path = try file("k.csv", "sha256,organization,name\n" + rows)
    let quiet = try fixture.orgkey(["key", "import", path, "--dry-run"])
    #expect(quiet.status == 0)
    #expect(quiet.errors.isEmpty)
    let shown = try Command.onTerminal(
      ["key", "import", path], socket: fixture.daemon.socket)
    #expect(shown.status == 0)
    #expect(shown.output.contains("\r[#"))
    #expect(shown.output.contains("12,000 keys imported"))
    let short = try file("s.csv", "sha256,organization,name\n\(digest(0)),acme,n\n")
    let brief = try Command.onTerminal(["key", "import", short], socket: fixture.daemon.socket)
    #expect(brief.status == 0)
    #expect(!brief.output.contains("\r[#"))
    // A fault far behind: nothing of the rows before it stays.
    let wrong = try file(
      "w.csv", "sha256,organization,name\n" + rows.replacing(",acme,", with: ",eu,") + "x,eu,n\n")
    #expect(try fixture.orgkey(["key", "import", wrong]).errors.contains("\(wrong):12002: "))
    #expect(try fixture.json(["org", "show", "eu"])["key_count"] as? Int == 0)
  }
}

/// What is refused before any daemon is asked.
@Suite struct ImportFileTests {
  private func run(_ arguments: [String], _ input: String) throws -> Command.Outcome {
    try Command.run(arguments, socket: "/nowhere", input: Data(input.utf8))
  }

  @Test func needsAFormat() throws {
    #expect(try run(["org", "import", "-"], "id\na\n").status == 64)
    #expect(try run(["org", "import", "file.txt"], "").status == 64)
    #expect(try run(["org", "import", "/nowhere/file.csv"], "").status == 64)
    #expect(try run(["org", "import", "/", "--format", "csv"], "").errors.contains("directory"))
    #expect(try run(["org", "import", "-", "--format", "csv"], "id\na\n").status == 69)
  }

  @Test func tellsAllFaultsUpToAHundred() throws {
    func faults(_ count: Int) throws -> Command.Outcome {
      try run(
        ["org", "import", "-", "--format", "csv"],
        "id,name\n" + String(repeating: "a\n", count: count))
    }
    let some = try faults(3)
    #expect(some.status == 65)
    #expect(some.errors.split(separator: "\n").count == 4)
    #expect(some.errors.contains("standard input:4: "))
    #expect(some.errors.hasSuffix("3 faults: nothing was imported\n"))
    let many = try faults(300)
    #expect(many.errors.split(separator: "\n").count == 101)
    #expect(many.errors.contains("at least 100 faults"))
  }

  @Test func neverRepeatsAKeyThatStandsInAFile() throws {
    let key = "some-other-providers-key-4711"
    for format in ["csv", "jsonl"] {
      for text in [key, "\(key),acme\n", "sha256,organization,name\n\(key),acme,n\n"] {
        let refused = try run(["key", "import", "-", "--format", format], text)
        #expect(refused.status == 65)
        #expect(!(refused.output + refused.errors).contains(key))
      }
    }
  }
}
