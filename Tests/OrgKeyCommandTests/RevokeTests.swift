import Foundation
import Testing

@Suite struct RevokeTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private func state(_ id: String) throws -> String? {
    try fixture.json(["key", "show", id])["state"] as? String
  }

  @Test func revokesOffATerminalOnlyWithYes() throws {
    let (id, key) = try fixture.issue()
    let refused = try fixture.orgkey(["key", "revoke", id])
    #expect(refused.status == 64)
    #expect(refused.errors.contains("--yes"))
    #expect(try state(id) == "active")
    let revoked = try fixture.orgkey(["key", "revoke", id, "--yes", "--reason", "leaked"])
    #expect(revoked.status == 0)
    #expect(revoked.output.contains(id))
    let shown = try fixture.json(["key", "show", id])
    #expect(shown["revoked_reason"] as? String == "leaked")
    let identified = try fixture.orgkey(["identify"], input: key)
    #expect(identified.status == 1)
    #expect(identified.output == "INVALID_API_KEY\n")
    #expect(identified.errors.contains("KEY_REVOKED"))
  }

  @Test func asksOnATerminalAndNamesWhatItHits() throws {
    let (id, _) = try fixture.issue()
    func revoke(typing answer: String) throws -> Command.Outcome {
      try Command.onTerminal(
        ["key", "revoke", id], socket: fixture.daemon.socket, typing: answer)
    }
    let kept = try revoke(typing: "y\n")
    #expect(kept.status == 64)
    #expect(kept.output.contains(id) && kept.output.contains("CRM"))
    #expect(try state(id) == "active")
    #expect(try revoke(typing: "yes\n").status == 0)
    #expect(try state(id) == "revoked")
  }

  @Test func revokesByTheTextAlone() throws {
    let (id, key) = try fixture.issue()
    let revoked = try fixture.orgkey(["key", "revoke", "--by-secret", "--yes"], input: key + "\n")
    #expect(revoked.status == 0)
    #expect(revoked.output.contains(id))
    #expect(!(revoked.output + revoked.errors).contains(key))
    #expect(try state(id) == "revoked")
  }

  @Test func revokesTheOthersWhenOneIsUnknown() throws {
    let (first, _) = try fixture.issue()
    let (second, _) = try fixture.issue()
    let unknown = "key_0000000000000000"
    let revoked = try fixture.orgkey([
      "key", "revoke", first, unknown, second, "--yes", "--output", "json",
    ])
    #expect(revoked.status == 65)
    #expect(revoked.errors.contains(unknown))
    let keys = try #require(
      JSONSerialization.jsonObject(with: revoked.bytes) as? [[String: Any]])
    #expect(keys.compactMap { $0["key_id"] as? String } == [first, second])
  }
}
