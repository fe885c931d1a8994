import Foundation
import Testing

/// The provider's procedure: make a new secret, deploy it, see traffic arrive, revoke the old one.
@Suite struct RotateTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private func rotate(_ id: String, _ arguments: [String] = []) throws -> String {
    let rotated = try fixture.orgkey(["key", "rotate", id] + arguments)
    #expect(rotated.status == 0, "\(rotated.errors)")
    return rotated.output.trimmingCharacters(in: .newlines)
  }

  private func passes(_ text: String) throws -> Bool {
    try fixture.orgkey(
      ["authorize", "--own", "--permission", "contacts:read"], input: text
    ).status == 0
  }

  private func finish(_ id: String, _ arguments: [String] = ["--yes"]) throws -> Command.Outcome {
    try fixture.orgkey(["key", "rotate", "--finish", id] + arguments)
  }

  private func secrets(_ id: String) throws -> [[String: Any]] {
    let shown = try fixture.json(["key", "show", id])
    return try #require(shown["secrets"] as? [[String: Any]])
  }

  @Test func printsTheNewTextAloneAndSaysWhatComesNext() throws {
    let (id, old) = try fixture.issue()
    let rotated = try fixture.orgkey(["key", "rotate", id])
    #expect(rotated.output.wholeMatch(of: /pc_live_[0-9A-Za-z]{38}\n/) != nil)
    let new = rotated.output.trimmingCharacters(in: .newlines)
    #expect(rotated.errors.hasPrefix("\(id) has a new secret, 2 (pc_live_…\(new.suffix(4)))\n"))
    #expect(rotated.errors.contains("secret 1 (pc_live_…\(old.suffix(4))) goes on working until"))
    #expect(rotated.errors.contains("orgkey key show \(id)\n"))
    #expect(rotated.errors.contains("orgkey key rotate --finish \(id)\n"))
    #expect(!rotated.errors.contains(new))
    #expect(try passes(old) && passes(new))
  }

  @Test func walksFromTheFirstSecretToTheSecond() throws {
    let (id, old) = try fixture.issue()
    #expect(try passes(old))
    let new = try rotate(id)
    func shown() throws -> String { try fixture.orgkey(["key", "show", id]).output }
    #expect(try shown().contains("secret 2 has never been used:\ndeploy secret 2"))

    let unused = try finish(id)
    #expect(unused.status == 65)
    #expect(unused.output.isEmpty)
    #expect(unused.errors.contains("not yet: secret 1 was last used"))
    #expect(try passes(new) && passes(old))
    let used = try finish(id)
    #expect(used.status == 65)
    #expect(used.errors.contains("(2 requests), secret 2 was last used"))
    #expect(used.errors.contains("silent for 10m") && used.errors.contains("--force"))
    #expect(try shown().contains("not yet: "))

    let finished = try finish(id, ["--yes", "--quiet-for", "1ms", "--output", "json"])
    #expect(finished.status == 0, "\(finished.errors)")
    #expect(try !passes(old))
    #expect(try passes(new))
    #expect(try secrets(id).map { $0["version"] as? Int } == [2])
    let nothing = try finish(id)
    #expect(nothing.status == 65)
    #expect(nothing.errors.contains("nothing to finish: \(id) has one live secret, 2"))
  }

  @Test func finishesByForceAndOnlyWhenMeant() throws {
    let (id, old) = try fixture.issue()
    _ = try rotate(id)
    #expect(try finish(id, []).status == 65)
    let unasked = try finish(id, ["--force"])
    #expect(unasked.status == 64)
    #expect(unasked.errors.contains("--yes"))
    #expect(try passes(old))
    func onTerminal(_ answer: String) throws -> Command.Outcome {
      try Command.onTerminal(
        ["key", "rotate", "--finish", id, "--force"], socket: fixture.daemon.socket,
        typing: answer)
    }
    let kept = try onTerminal("no\n")
    #expect(kept.status == 64)
    #expect(kept.output.contains("secret 1 (pc_live_…\(old.suffix(4))) of \(id)"))
    #expect(try passes(old))
    #expect(try onTerminal("yes\n").status == 0)
    #expect(try !passes(old))
    #expect(try secrets(id).count == 1)
  }

  @Test func endsTheOldSecretAsAsked() throws {
    let (id, first) = try fixture.issue()
    let refused = try fixture.orgkey(["key", "rotate", id, "--overlap", "none"])
    #expect(refused.status == 64)
    #expect(refused.errors.contains("--yes"))
    #expect(try passes(first))
    let second = try rotate(id, ["--overlap", "none", "--yes"])
    #expect(try !passes(first))
    #expect(try passes(second))
    let third = try rotate(id, ["--overlap", "24h"])
    #expect(try passes(second) && passes(third))
    let found = try secrets(id)
    #expect(found.map { $0["version"] as? Int } == [3, 2])
    #expect(found[0]["retires_at"] == nil)
    #expect(found[1]["retires_at"] is String)
    let full = try fixture.orgkey(["key", "rotate", id])
    #expect(full.status == 65)
    #expect(full.errors.contains("orgkey key rotate --finish \(id)"))
    #expect(full.output.isEmpty)
  }

  @Test func makesNoThirdSecretForARequestID() throws {
    let (id, _) = try fixture.issue()
    _ = try rotate(id, ["--request-id", "r1"])
    let again = try fixture.orgkey(["key", "rotate", id, "--request-id", "r1"])
    #expect(again.status == 65)
    #expect(again.errors.contains("orgkey key revoke \(id) --secret-version 2"))
    #expect(again.output.isEmpty)
    #expect(try secrets(id).count == 2)
    let other = try fixture.orgkey(
      ["key", "rotate", id, "--request-id", "r1", "--overlap", "1h"])
    #expect(other.status == 65)
  }

  @Test func handsTheTextOverAsIssuingDoes() throws {
    let (id, _) = try fixture.issue()
    let path = fixture.daemon.path("new")
    let kept = try fixture.orgkey(["key", "rotate", id, "--out", path, "--output", "json"])
    #expect(kept.status == 0)
    #expect(!kept.output.contains("api_key"))
    #expect(try fixture.orgkey(["key", "check", "--key-file", path]).status == 0)
    #expect(try finish(id, ["--force", "--yes"]).status == 0)

    let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
    let lost = try Command.run(["key", "rotate", id], socket: fixture.daemon.socket, output: full)
    #expect(lost.status == 70)
    #expect(lost.errors.contains("orgkey key revoke \(id) --secret-version 3"))
    let warned = try Command.onTerminal(["key", "show", id], socket: fixture.daemon.socket)
    #expect(warned.output.contains("SECRET"))
    #expect(try fixture.orgkey(["key", "rotate", id, "--out", path]).status == 64)
  }

  @Test func warnsWhenTheKeyDoesNotWork() throws {
    let (id, _) = try fixture.issue()
    _ = try fixture.orgkey(["key", "disable", id])
    let rotated = try fixture.orgkey(["key", "rotate", id])
    #expect(rotated.status == 0)
    #expect(rotated.errors.contains("warning: the key is disabled"))
    #expect(rotated.errors.contains("orgkey key enable \(id)"))
    #expect(try fixture.orgkey(["key", "revoke", id, "--yes"]).status == 0)
    #expect(try fixture.orgkey(["key", "rotate", id]).status == 65)
    #expect(try finish(id).errors.contains("is revoked"))
  }

  @Test func rotatesForAnOrganizationWhatItCouldGrant() throws {
    let (id, _) = try fixture.issue()
    func status(_ arguments: [String]) throws -> Int32 {
      try fixture.orgkey(["key", "rotate", id] + arguments).status
    }
    #expect(try status(["--acting-org", "eu", "--grantable", "*"]) == 65)
    #expect(try status(["--acting-org", "acme", "--grantable", "contacts:read"]) == 77)
    #expect(try status(["--acting-org", "acme", "--grantable", "contacts:*"]) == 0)
  }

  @Test func refusesWhatContradictsItself() throws {
    let id = "key_0000000000000000"
    for arguments in [
      [id, "--overlap", "soon"], [id, "--overlap", "1500ms"], [id, "--overlap", "0s"],
      [id, "--force"], [id, "--quiet-for", "1m"], [id, "--finish", "--overlap", "none"],
      [id, "--finish", "--out", "f"], [id, "--finish", "--request-id", "r"], ["--finish"],
      [id, "--grantable", "*"],
    ] {
      let outcome = try Command.run(["key", "rotate"] + arguments, socket: "/nowhere")
      #expect(outcome.status == 64, "\(arguments)")
    }
  }
}
