import Foundation
import Testing

/// Keys that are changed, stopped and deleted.
@Suite struct ChangeTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private func update(_ id: String, _ arguments: [String]) throws -> [String: Any] {
    let updated = try fixture.orgkey(["key", "update", id, "--output", "json"] + arguments)
    #expect(updated.status == 0, "\(updated.errors)")
    return try #require(
      JSONSerialization.jsonObject(with: updated.bytes) as? [String: Any])
  }

  private func status(_ arguments: [String], _ text: String? = nil) throws -> Int32 {
    try fixture.orgkey(arguments, input: text ?? "").status
  }

  @Test func setsWhatIsNamedAndLeavesTheRest() throws {
    let (id, _) = try fixture.issue(["--label", "crm=1", "--expires-in", "1d", "--limit", "5/1h"])
    func rest() throws -> [String] {
      try ["permissions", "expires_at", "rate_limit", "labels", "state"].map { field in
        try fixture.orgkey(["key", "show", id, "--field", field]).output
      }
    }
    let before = try rest()
    #expect(try update(id, ["--name", "CRM, Europe"])["name"] as? String == "CRM, Europe")
    #expect(try rest() == before)
    let freed = try update(
      id, ["--never-expires", "--unlimited", "--no-labels", "--no-permissions"])
    #expect(freed["expires_at"] == nil && freed["rate_limit"] == nil)
    #expect((freed["labels"] as? [Any])?.isEmpty == true)
    #expect((freed["permissions"] as? [Any])?.isEmpty == true)
    #expect(freed["name"] as? String == "CRM, Europe")
    let set = try update(
      id,
      [
        "--expires-at", "2099-01-31T00:00:00Z", "--limit", "7/1m", "--label", "a=1", "--label",
        "b=2", "--permission", "deals:read", "--permission", "a:b",
      ])
    #expect(set["expires_at"] as? String == "2099-01-31T00:00:00.000Z")
    #expect(set["rate_limit"] as? [String: Int] == ["limit": 7, "window_s": 60])
    #expect(set["permissions"] as? [String] == ["deals:read", "a:b"])
    #expect((set["labels"] as? [[String: String]])?.map { $0["name"] } == ["a", "b"])
    #expect(try update(id, ["--expires-in", "90d"])["expires_at"] is String)
  }

  @Test func addsAndTakesAway() throws {
    let (id, _) = try fixture.issue(["--label", "crm=1", "--permission", "deals:read"])
    let changed = try update(
      id,
      [
        "--add-permission", "a:b", "--add-permission", "contacts:*", "--remove-permission",
        "deals:read", "--add-label", "team=x", "--add-label", "crm=2",
      ])
    #expect(changed["permissions"] as? [String] == ["contacts:*", "a:b"])
    #expect(
      changed["labels"] as? [[String: String]] == [
        ["name": "team", "value": "x"], ["name": "crm", "value": "2"],
      ])
    let gone = try update(id, ["--remove-label", "team"])
    #expect((gone["labels"] as? [Any])?.count == 1)
    // Not granted as such: taking it away would change nothing, and seem to.
    let covered = try fixture.orgkey(["key", "update", id, "--remove-permission", "contacts:read"])
    #expect(covered.status == 65)
    #expect(covered.errors.contains("contacts:*, a:b"))
    #expect(try status(["key", "update", id, "--remove-label", "team"]) == 65)
  }

  @Test func takesEffectForTheNextCheck() throws {
    let (id, text) = try fixture.issue()
    let ask = ["authorize", "--own", "--permission", "contacts:read"]
    #expect(try status(ask, text) == 0)
    _ = try update(id, ["--permission", "deals:read"])
    #expect(try status(ask, text) == 1)
    _ = try update(id, ["--add-permission", "contacts:read", "--limit", "1/1h"])
    #expect(try status(ask, text) == 0)
    #expect(try status(ask, text) == 1)
  }

  @Test func stopsAndLetsWorkAgain() throws {
    let (first, text) = try fixture.issue()
    let (second, _) = try fixture.issue()
    let unknown = "key_0000000000000000"
    let disabled = try fixture.orgkey(["key", "disable", first, unknown, second])
    #expect(disabled.status == 65)
    #expect(disabled.errors.contains(unknown))
    #expect(disabled.output.contains("\(first) (CRM, acme) is disabled"))
    #expect(try status(["identify"], text) == 1)
    #expect(try fixture.json(["key", "show", second])["disabled"] as? Bool == true)
    let enabled = try fixture.orgkey(["key", "enable", first, second, "--output", "jsonl"])
    #expect(enabled.status == 0)
    #expect(enabled.output.split(separator: "\n").count == 2)
    #expect(try status(["identify"], text) == 0)
    #expect(
      try status(["key", "enable", first, "--acting-org", "acme", "--grantable", "a:b"]) == 77)
  }

  @Test func tellsThatAnOrganizationStopsAKeyWhoseStateIsActive() throws {
    let (id, _) = try fixture.issue()
    #expect(try !fixture.orgkey(["key", "show", id]).output.contains("suspended"))
    #expect(try status(["org", "suspend", "acme", "--yes"]) == 0)
    let shown = try fixture.orgkey(["key", "show", id])
    #expect(shown.output.contains("acme, suspended: nothing passes"))
    #expect(try fixture.json(["key", "show", id])["state"] as? String == "active")
  }

  @Test func deletesOnlyWhatIsRevoked() throws {
    let (id, text) = try fixture.issue()
    #expect(try status(["key", "delete", id]) == 64)
    let early = try fixture.orgkey(["key", "delete", id, "--yes"])
    #expect(early.status == 65)
    #expect(early.errors.contains("orgkey key revoke \(id)"))
    func onTerminal(_ answer: String) throws -> Command.Outcome {
      try Command.onTerminal(
        ["key", "delete", id], socket: fixture.daemon.socket, typing: answer)
    }
    #expect(try onTerminal("yes\n").output.contains("orgkey key revoke \(id)"))
    #expect(try status(["key", "revoke", id, "--yes"]) == 0)
    let kept = try onTerminal("no\n")
    #expect(kept.status == 64)
    #expect(kept.output.contains(id) && kept.output.contains("CRM"))
    #expect(try status(["key", "show", id]) == 0)
    #expect(try onTerminal("yes\n").status == 0)
    #expect(try status(["key", "show", id]) == 65)
    #expect(try status(["identify"], text) == 1)
    #expect(try status(["key", "delete", id, "--yes"]) == 65)
  }

  @Test func revokesAllKeysOfAnOrganization() throws {
    let (own, _) = try fixture.issue()
    for name in ["a", "b"] { _ = try fixture.orgkey(["key", "issue", "eu", "--name", name]) }
    func onTerminal(_ arguments: [String]) throws -> String {
      let outcome = try Command.onTerminal(
        ["key", "revoke", "--all-of", "acme"] + arguments, socket: fixture.daemon.socket,
        typing: "no\n")
      #expect(outcome.status == 64)
      return outcome.output
    }
    #expect(try onTerminal([]).contains("all keys of acme alone: 1 active key,"))
    #expect(try onTerminal(["--descendants"]).contains("2 organizations, 3 active keys,"))
    #expect(try status(["key", "revoke", "--all-of", "acme"]) == 64)
    let revoked = try fixture.orgkey(
      ["key", "revoke", "--all-of", "acme", "--yes", "--reason", "ended"])
    #expect(revoked.output == "1 key of acme revoked\n")
    #expect(try fixture.json(["key", "show", own])["revoked_reason"] as? String == "ended")
    let below = try fixture.json(
      ["key", "revoke", "--all-of", "acme", "--descendants", "--yes"])
    #expect(below["revoked_key_count"] as? Int == 2)
    let left = try fixture.orgkey(["key", "list", "--state", "active", "--output", "jsonl"])
    #expect(left.output.isEmpty)
  }

  @Test func refusesWhatContradictsItself() throws {
    let id = "key_0000000000000000"
    for arguments in [
      ["update", id], ["update", id, "--name", ""], ["update", id, "--permission", "A"],
      ["update", id, "--permission", "a:b", "--add-permission", "c:d"],
      ["update", id, "--no-permissions", "--remove-permission", "c:d"],
      ["update", id, "--label", "a=b", "--no-labels"],
      ["update", id, "--never-expires", "--expires-in", "1d"],
      ["update", id, "--unlimited", "--limit", "1/1s"],
      ["update", id, "--expires-at", "2001-01-01T00:00:00Z"],
      ["update", id, "--name", "n", "--grantable", "*"], ["disable"], ["enable", "x"],
      ["delete"], ["delete", "x", "--yes"], ["revoke", "--all-of", "a b", "--yes"],
      ["revoke", id, "--all-of", "a", "--yes"], ["revoke", id, "--descendants", "--yes"],
      ["revoke", "--all-of", "a", "--by-secret", "--yes"],
      ["revoke", "--all-of", "a", "--secret-version", "1", "--yes"],
    ] {
      let outcome = try Command.run(["key"] + arguments, socket: "/nowhere")
      #expect(outcome.status == 64, "\(arguments)")
    }
  }
}
