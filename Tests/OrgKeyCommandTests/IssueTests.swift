import Foundation
import Testing

@Suite struct IssueTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  @Test func issuesTheTextAloneOnStandardOutput() throws {
    let issued = try fixture.orgkey(
      ["key", "issue", "acme", "--name", "CRM", "--permission", "contacts:*"])
    #expect(issued.output.wholeMatch(of: /pc_live_[0-9A-Za-z]{38}\n/) != nil)
    let id = String(issued.errors.prefix(20))
    #expect(id.wholeMatch(of: /key_[0-9a-z]{16}/) != nil)
    #expect(issued.errors.contains("contacts:*"))
    let text = issued.output.trimmingCharacters(in: .newlines)
    #expect(!issued.errors.contains(text))
    for format in ["table", "json", "jsonl"] {
      let listed = try fixture.orgkey(["key", "list", "--output", format]).output
      #expect(listed.contains(id))
      #expect(!listed.contains(text))
    }
  }

  @Test func givesTheKeyWhatWasAskedFor() throws {
    let (id, _) = try fixture.issue([
      "--environment", "test", "--expires-at", "2099-01-31T00:00:00Z", "--limit", "100/1h",
      "--label", "crm=1=2", "--actor", "ana", "--permission", "deals:read",
    ])
    let key = try fixture.json(["key", "show", id])
    #expect(key["environment"] as? String == "test")
    #expect(key["expires_at"] as? String == "2099-01-31T00:00:00.000Z")
    #expect(key["rate_limit"] as? [String: Int] == ["limit": 100, "window_s": 3600])
    #expect(key["labels"] as? [[String: String]] == [["name": "crm", "value": "1=2"]])
    #expect(key["permissions"] as? [String] == ["contacts:*", "deals:read"])
    #expect((key["created_by"] as? String)?.contains("ana") == true)
  }

  @Test func namesTheKeyAndTheTextInJSON() throws {
    for format in ["json", "jsonl"] {
      let issued = try fixture.orgkey([
        "key", "issue", "acme", "--name", "n", "--output", format,
      ])
      let answer = try #require(
        JSONSerialization.jsonObject(with: issued.bytes) as? [String: Any])
      let text = try #require(answer["api_key"] as? String)
      #expect(text.wholeMatch(of: /pc_live_[0-9A-Za-z]{38}/) != nil)
      #expect((answer["key"] as? [String: Any])?["organization_id"] as? String == "acme")
      #expect(format == "json" || issued.output.split(separator: "\n").count == 1)
    }
  }

  @Test func writesTheTextIntoANewFileOfItsOwn() throws {
    let path = fixture.daemon.path("key")
    let arguments = ["key", "issue", "acme", "--name", "n", "--out", path]
    let issued = try fixture.orgkey(arguments)
    #expect(issued.status == 0)
    #expect(issued.output.isEmpty)
    var status = stat()
    #expect(unsafe stat(path, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
    #expect(try fixture.orgkey(["key", "check", "--key-file", path]).status == 0)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(try fixture.orgkey(arguments).status == 64)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    let keys = try fixture.orgkey(["key", "list", "--output", "jsonl"]).output
    #expect(keys.split(separator: "\n").count == 1)
  }

  @Test func leavesNoFileOfAKeyThatIsRefused() throws {
    let path = fixture.daemon.path("key")
    let refused = try fixture.orgkey(["key", "issue", "nobody", "--name", "n", "--out", path])
    #expect(refused.status == 65)
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func namesTheKeyWhoseTextIsLost() throws {
    let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
    let issued = try Command.run(
      ["key", "issue", "acme", "--name", "n"], socket: fixture.daemon.socket, output: full)
    #expect(issued.status == 70)
    #expect(issued.errors.contains("orgkey key revoke \(issued.errors.prefix(20))"))
  }

  @Test func issuesNoSecondKeyForARequestID() throws {
    let (id, _) = try fixture.issue(["--request-id", "r1"])
    let again = try fixture.orgkey([
      "key", "issue", "acme", "--name", "CRM", "--permission", "contacts:*", "--request-id", "r1",
    ])
    #expect(again.status == 65)
    #expect(again.errors.contains(id))
    #expect(again.output.isEmpty)
  }

  @Test func warnsWhenTheTextIsOnAScreen() throws {
    let shown = try Command.onTerminal(
      ["key", "issue", "acme", "--name", "n"], socket: fixture.daemon.socket)
    #expect(shown.status == 0)
    #expect(shown.output.contains("--out FILE"))
    let piped = try fixture.orgkey(["key", "issue", "acme", "--name", "n"])
    #expect(!piped.errors.contains("--out FILE"))
  }

  @Test func grantsNoMoreThanTheOneActedFor() throws {
    func issue(_ organization: String, _ permission: String, _ arguments: [String] = []) throws
      -> Int32
    {
      try fixture.orgkey(
        [
          "key", "issue", organization, "--name", "n", "--permission", permission,
          "--acting-org", "eu", "--actor", "ana", "--grantable", "contacts:*",
        ] + arguments
      ).status
    }
    #expect(try issue("eu", "contacts:read") == 0)
    #expect(try issue("eu", "deals:read") == 77)
    #expect(try issue("acme", "contacts:read") == 77)
    #expect(try issue("eu", "contacts:read", ["--limit", "5/1s", "--max-limit", "5/1s"]) == 0)
    #expect(try issue("eu", "contacts:read", ["--limit", "6/1s", "--max-limit", "5/1s"]) == 77)
    let seen = try fixture.orgkey(["key", "list", "--acting-org", "eu", "--output", "jsonl"])
    #expect(seen.output.split(separator: "\n").count == 2)
  }
}
