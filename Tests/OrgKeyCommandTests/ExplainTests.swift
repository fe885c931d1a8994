import Foundation
import Testing

/// Why a key is allowed or denied, step by step.
@Suite struct ExplainTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private func explain(
    _ arguments: [String], _ text: String = "", through prefix: [String] = []
  ) throws -> Command.Outcome {
    try fixture.orgkey(
      ["explain", "--permission", "contacts:read"] + arguments, input: text, through: prefix)
  }

  @Test func answersAsAuthorizeWouldWithoutCountingAsUse() throws {
    let (id, text) = try fixture.issue()
    for which in [[id], []] {
      let allowed = try explain(which + ["--org", "eu"], text)
      #expect(allowed.status == 0)
      #expect(allowed.output.contains("ALLOWED, HTTP 200"))
      #expect(allowed.output.contains("✓ permission") && !allowed.output.contains("✗"))
      let denied = try explain(which + ["--org", "nowhere"], text)
      #expect(denied.status == 1)
      #expect(denied.output.contains("✗ organization"))
      #expect(denied.output.contains("ORG_ACCESS_DENIED, HTTP 403"))
      #expect(denied.output.contains("ORGANIZATION_UNKNOWN"))
      #expect(denied.output.contains("put the organization"))
      #expect(!(allowed.output + denied.output + denied.errors).contains(text))
    }
    let shown = try fixture.json(["key", "show", id])
    #expect(shown["allowed_count"] as? Int == 0 && shown["denied_count"] as? Int == 0)
  }

  @Test func namesTheUsualMistakes() throws {
    let (_, text) = try fixture.issue()
    for (wrong, word) in [
      ("Bearer \(text)", "Bearer"), ("\"\(text)\"", "quotation mark"),
      (String(text.dropLast()), "1 character too short"), ("eyJh.eyJz.c2ln", "JSON web token"),
    ] {
      let outcome = try explain(["--own"], wrong)
      #expect(outcome.status == 1)
      #expect(outcome.output.contains(word), "\(outcome.output)")
      #expect(outcome.output.contains("INVALID_API_KEY, HTTP 401"))
      #expect(!outcome.output.contains(text.dropLast(2)))
    }
  }

  @Test func tellsWhoRevokedWhichSecret() throws {
    let (id, _) = try fixture.issue()
    #expect(try fixture.orgkey(["key", "rotate", id]).status == 0)
    #expect(
      try fixture.orgkey([
        "key", "revoke", id, "--secret-version", "1", "--yes", "--actor", "ana",
      ]).status == 0)
    #expect(try explain([id, "--own"]).status == 0)
    let retired = try explain([id, "--own", "--secret-version", "1"])
    #expect(retired.status == 1)
    #expect(retired.output.contains("SECRET_RETIRED") && retired.output.contains("ana"))
  }

  @Test func tellsProgramsTheSameAndMore() throws {
    let (id, _) = try fixture.issue(["--limit", "5/1h"])
    let bytes = try explain([id, "--org", "eu", "--environment", "test", "--output", "json"]).bytes
    let answer = try #require(JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    let outcome = try #require(answer["outcome"] as? [String: Any])
    #expect(outcome["decision"] as? String == "INVALID_API_KEY")
    #expect(outcome["reason"] as? String == "ENVIRONMENT_MISMATCH")
    #expect(outcome["http_status"] as? Int == 401)
    #expect(outcome["key_id"] as? String == id)
    #expect(outcome["advice"] is String)
    let steps = try #require(answer["steps"] as? [[String: Any]])
    #expect(steps.prefix(2).map { $0["rule"] as? String } == ["key", "environment"])
    #expect(steps.prefix(2).map { $0["passed"] as? Bool } == [true, false])
    #expect(steps.allSatisfy { ($0["found"] as? String)?.isEmpty == false })
  }

  @Test func fitsTheTerminal() throws {
    let (id, _) = try fixture.issue()
    let shown = try Command.onTerminal(
      ["explain", id, "--org", "nowhere", "--permission", "contacts:read"],
      socket: fixture.daemon.socket, environment: ["NO_COLOR": "1"])
    #expect(shown.status == 1)
    #expect(shown.output.split(whereSeparator: \.isNewline).allSatisfy { $0.count <= 80 })
  }

  @Test func refusesWhatContradictsItself() throws {
    let (id, text) = try fixture.issue()
    for arguments in [
      [text, "--own"], [id], [id, "--own", "--org", "eu"], ["--own", "--secret-version", "1"],
      [id, "--own", "--secret-version", "0"], [id, "--own", "--key-file", "f"],
      [id, "--org", "a b"], [id, "--own", "--environment", "Live"],
    ] {
      let outcome = try explain(arguments)
      #expect(outcome.status == 64, "\(arguments)")
      #expect(!(outcome.output + outcome.errors).contains(text))
    }
    #expect(try explain(["key_0000000000000000", "--own"]).status == 65)
  }
}
