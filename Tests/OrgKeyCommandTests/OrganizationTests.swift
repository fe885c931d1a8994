import Foundation
import Testing

@Suite struct OrganizationTests {
  let fixture: Fixture

  init() throws {
    fixture = try Fixture()
    #expect(try fixture.orgkey(["org", "put", "berlin", "--parent", "eu"]).status == 0)
  }

  private func organization(_ id: String) throws -> [String: Any] {
    try fixture.json(["org", "show", id])
  }

  private func answers(_ key: String) throws -> String {
    try fixture.orgkey(
      ["authorize", "--own", "--permission", "contacts:read"], input: key
    ).output
  }

  @Test func movesWithAllBelow() throws {
    let moved = try fixture.orgkey(["org", "move", "eu", "--to-root"])
    #expect(moved.output == "eu is now a root, with all below it: 2 organizations, 0 active keys\n")
    #expect(try organization("eu")["parent_id"] == nil)
    #expect(try organization("berlin")["depth"] as? Int == 1)
    #expect(try fixture.orgkey(["org", "move", "berlin", "--to", "acme"]).status == 0)
    #expect(try organization("berlin")["parent_id"] as? String == "acme")
    #expect(try fixture.orgkey(["org", "move", "acme", "--to", "berlin"]).status == 65)
    #expect(try fixture.orgkey(["org", "move", "acme", "--to", "nowhere"]).status == 65)
    for wrong in [[], ["--to", "eu", "--to-root"], ["--to", "a b"]] {
      #expect(try fixture.orgkey(["org", "move", "acme"] + wrong).status == 64, "\(wrong)")
    }
  }

  @Test func namesItsOwnOptionsWhereTheDaemonNamesFields() throws {
    _ = try fixture.issue()
    func refusal(_ arguments: [String]) throws -> String {
      let refused = try fixture.orgkey(["org"] + arguments)
      #expect(refused.status == 65)
      return refused.errors
    }
    #expect(try refusal(["delete", "acme", "--yes"]).contains("--descendants takes"))
    let keys = try refusal(["delete", "acme", "--yes", "--descendants"])
    #expect(keys.contains("--revoke-keys revokes"))
    #expect(try refusal(["put", "berlin", "--parent", "acme"]).contains("orgkey org move"))
  }

  @Test func suspendsAndResumesWithYes() throws {
    let (_, key) = try fixture.issue()
    let unasked = try fixture.orgkey(["org", "suspend", "acme"])
    #expect(unasked.status == 64)
    #expect(unasked.errors.contains("--yes"))
    #expect(try answers(key) == "ALLOWED\n")
    let suspended = try fixture.orgkey(["org", "suspend", "acme", "--yes"])
    #expect(
      suspended.output
        == "acme is suspended, with all below it: 3 organizations, 1 active key\n")
    #expect(try answers(key) == "ORG_ACCESS_DENIED\n")
    let tree = try fixture.orgkey(["org", "list", "--tree"]).output
    #expect(tree.contains("acme  Acme  1 key  suspended\n"))
    #expect(tree.contains("berlin  suspended above\n"))
    let below = try fixture.orgkey(["org", "resume", "eu", "--output", "json"])
    #expect(below.output.contains("\"suspended_by_ancestor\" : true"))
    #expect(try fixture.orgkey(["org", "resume", "eu"]).errors.contains("above it is suspended"))
    #expect(try fixture.orgkey(["org", "resume", "acme"]).status == 0)
    #expect(try answers(key) == "ALLOWED\n")
  }

  @Test func asksOnATerminalAndNamesWhatItHits() throws {
    let (_, key) = try fixture.issue()
    func suspend(typing answer: String) throws -> Command.Outcome {
      try Command.onTerminal(
        ["org", "suspend", "acme"], socket: fixture.daemon.socket, typing: answer)
    }
    let kept = try suspend(typing: "no\n")
    #expect(kept.status == 64)
    #expect(kept.output.contains("acme, \"Acme\": 3 organizations, 1 active key"))
    #expect(try answers(key) == "ALLOWED\n")
    #expect(try suspend(typing: "yes\n").status == 0)
    #expect(try answers(key) == "ORG_ACCESS_DENIED\n")
  }

  @Test func deletesWhatItNamed() throws {
    let (_, key) = try fixture.issue()
    func delete(
      _ arguments: [String], of id: String = "acme", typing answer: String
    ) throws -> Command.Outcome {
      try Command.onTerminal(
        ["org", "delete", id] + arguments, socket: fixture.daemon.socket, typing: answer)
    }
    // Where it would be refused all the same, nobody is asked.
    for (id, wanting) in [("eu", []), ("acme", ["--descendants"])] as [(String, [String])] {
      let refused = try delete(wanting, of: id, typing: "yes\n")
      #expect(refused.status == 65)
      #expect(!refused.output.contains("Type yes"))
    }
    #expect(try delete(["--descendants", "--revoke-keys"], typing: "\n").status == 64)
    #expect(try answers(key) == "ALLOWED\n")
    let deleted = try delete(["--descendants", "--revoke-keys"], typing: "yes\n")
    #expect(deleted.status == 0)
    #expect(deleted.output.contains("3 organizations, 1 active key"))
    #expect(deleted.output.contains("acme and 2 organizations below it deleted, 1 key revoked"))
    #expect(try answers(key) == "INVALID_API_KEY\n")
    #expect(try fixture.orgkey(["org", "list"]).output.isEmpty)
    let again = try fixture.orgkey(["org", "delete", "acme", "--yes", "--output", "json"])
    #expect(again.status == 65)
    #expect(again.output.isEmpty)
  }

  @Test func confinesWhoActsForAnOrganization() throws {
    let acting = ["--acting-org", "eu", "--actor", "ana"]
    func status(_ arguments: [String]) throws -> Int32 {
      try fixture.orgkey(["org"] + arguments + acting).status
    }
    #expect(try status(["suspend", "berlin", "--yes"]) == 0)
    #expect(try status(["resume", "berlin"]) == 0)
    #expect(try status(["suspend", "acme", "--yes"]) == 77)
    #expect(try status(["move", "berlin", "--to", "acme"]) == 77)
    #expect(try status(["delete", "eu", "--yes", "--descendants"]) == 65)
    #expect(try status(["delete", "berlin", "--yes"]) == 0)
  }
}
