import Foundation
import Testing

@Suite struct CheckTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  @Test func authorizesByExitStatusAndPublicCode() throws {
    let (id, key) = try fixture.issue()
    func ask(_ arguments: [String], _ text: String? = nil) throws -> [String] {
      let outcome = try fixture.orgkey(["authorize"] + arguments, input: text ?? key)
      return ["\(outcome.status)", outcome.output]
    }
    let contacts = ["--permission", "contacts:read"]
    #expect(try ask(["--org", "eu"] + contacts) == ["0", "ALLOWED\n"])
    #expect(try ask(["--own"] + contacts, key + "\n") == ["0", "ALLOWED\n"])
    #expect(try ask(["--own"] + contacts, key + "\r\n") == ["0", "ALLOWED\n"])
    #expect(try ask(["--own"] + contacts, key + "\n\n") == ["1", "INVALID_API_KEY\n"])
    #expect(try ask(["--own"] + contacts, "") == ["1", "INVALID_API_KEY\n"])
    #expect(try ask(["--own", "--permission", "deals:read"]) == ["1", "PERMISSION_DENIED\n"])
    #expect(try ask(["--org", "x"] + contacts) == ["1", "ORG_ACCESS_DENIED\n"])
    #expect(
      try ask(["--own", "--environment", "test"] + contacts) == ["1", "INVALID_API_KEY\n"])
    #expect(try ask(["--own", "--permission", "Contacts"]) == ["64", ""])
    #expect(try ask(contacts) == ["64", ""])
    #expect(try ask(["--own", "--org", "eu"] + contacts) == ["64", ""])
    let reason = try fixture.orgkey(["authorize", "--org", "x"] + contacts, input: key).errors
    #expect(reason.contains("ORGANIZATION_UNKNOWN") && reason.contains(id))
    let shown = try fixture.json(["key", "show", id])
    #expect(shown["allowed_count"] as? Int == 3)
  }

  @Test func takesTheKeyFromAFileBeforeTheEnvironmentBeforeStandardInput() throws {
    let (_, key) = try fixture.issue()
    let path = fixture.daemon.path("key")
    try key.write(toFile: path, atomically: true, encoding: .utf8)
    let wrong = ["ORGKEY_API_KEY": "wrong"]
    func identify(_ arguments: [String], _ input: String, _ environment: [String: String]) throws
      -> Int32
    {
      try fixture.orgkey(["identify"] + arguments, input: input, environment: environment).status
    }
    #expect(try identify(["--key-file", path], "wrong", wrong) == 0)
    #expect(try identify(["--key-file", "-"], key, wrong) == 0)
    #expect(try identify([], "wrong", ["ORGKEY_API_KEY": key]) == 0)
    #expect(try identify([], key, wrong) == 1)
    #expect(try identify([], key, ["ORGKEY_API_KEY": ""]) == 0)
    #expect(try identify(["--key-file", "/nowhere"], key, [:]) == 64)
  }

  @Test func takesNoKeyFromTheCommandLine() throws {
    let (_, key) = try fixture.issue()
    for text in [key, "imported-4711", String(key.dropLast()), "eyJh.eyJz.c2ln"] {
      for arguments in [
        ["authorize", "--own", "--permission", "a:b", text], ["identify", text],
        ["key", "check", text], ["key", "revoke", text, "--yes"], ["key", "show", text],
        ["identify", "--key=\(text)"], ["identify", "--key", text],
      ] {
        let outcome = try fixture.orgkey(arguments)
        #expect(outcome.status == 64, "\(arguments)")
        #expect(!(outcome.output + outcome.errors).contains(text), "\(arguments)")
      }
    }
    // No verb repeats a text of our own form, wherever it stands.
    let elsewhere = try fixture.orgkey(["org", "show", key])
    #expect(elsewhere.status == 64)
    #expect(!elsewhere.errors.contains(key))
    #expect(try fixture.orgkey(["identify"], input: key).status == 0)
  }

  @Test func checksTextsOfflineAndNeverRepeatsThem() throws {
    let (_, key) = try fixture.issue()
    func check(_ text: String) throws -> Command.Outcome {
      try Command.run(["key", "check"], socket: "/nowhere", input: Data(text.utf8))
    }
    let sound = try check(key)
    #expect(sound.status == 0)
    #expect(sound.output.contains("prefix pc, environment live"))
    #expect(!sound.output.contains(key.dropLast(4)))
    let mistyped = String(key.dropLast()) + (key.hasSuffix("0") ? "1" : "0")
    for wrong in [
      "", "Bearer \(key)", "\"\(key)\"", String(key.dropLast(2)), mistyped, "eyJh.eyJz.c2ln",
      String(repeating: "a", count: 300),
    ] {
      let outcome = try check(wrong)
      #expect(outcome.status == 1, "\(wrong)")
      #expect(wrong.isEmpty || !(outcome.output + outcome.errors).contains(wrong))
    }
  }

  @Test func tellsProgramsTheVerdict() throws {
    let (id, key) = try fixture.issue(["--limit", "2/1h"])
    func ask(_ organization: String) throws -> [String: Any] {
      let bytes = try fixture.orgkey(
        [
          "authorize", "--org", organization, "--permission", "contacts:read", "--output", "jsonl",
        ], input: key
      ).bytes
      return try #require(JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    }
    let allowed = try ask("eu")
    #expect(allowed["decision"] as? String == "ALLOWED")
    #expect(allowed["authorized_organization_id"] as? String == "eu")
    #expect(allowed["organization_id"] as? String == "acme")
    #expect((allowed["rate_limit"] as? [String: Any])?["remaining"] as? Int == 1)
    let denied = try ask("nowhere")
    #expect(denied["reason"] as? String == "ORGANIZATION_UNKNOWN")
    #expect(denied["http_status"] as? Int == 403)
    #expect(denied["key_id"] as? String == id)
    #expect(try ask("eu")["decision"] as? String == "RATE_LIMIT_EXCEEDED")
  }
}
