import OrgKeyModel
import Testing

@testable import OrgKeyWire

/// top ─ mid ─ leaf; top ─ side; apart. Whoever asks acts for mid.
@Suite struct ExplainActingTests {
  let daemon: InProcess
  let client: RawClient
  let acting = Caller(actor: "portal", actingOrganizationID: "mid")

  init() throws {
    daemon = try InProcess()
    client = try daemon.client()
    for (id, parent) in [
      ("top", ""), ("mid", "top"), ("leaf", "mid"), ("side", "top"), ("apart", ""),
    ] { try client.put(id, under: parent) }
  }

  private func status(_ request: ExplainAuthorizeRequest, caller: Caller? = nil) throws -> Status? {
    try client.status(.explainAuthorize(request), caller: caller ?? acting)
  }

  @Test func keyInsideIsExplainedWhole() throws {
    let (id, key) = try client.issue("leaf", ["a:*"])
    for explained in [
      try client.explain(key, caller: acting), try client.explain(id: id, caller: acting),
      try client.explain(id: id, "leaf", caller: acting),
    ] {
      #expect(explained.failed.isEmpty && explained.outcome.keyID == id)
      #expect(explained[.permission] == "a:b is covered by a:*")
    }
    #expect(
      try client.explain(key, "mid", caller: acting)[.organization].hasPrefix("mid lies above"))
  }

  @Test func keyOutsideIsToldAsOneThatDoesNotExist() throws {
    let twin = try InProcess()
    try twin.client().put("x")
    let never = try twin.client().issue("x").text
    let unknown = try client.explain(never, caller: acting)
    #expect(unknown.outcome == .init(decision: .invalidAPIKey, reason: .keyUnknown))
    let none = try status(.init(permission: "a:b", keyID: "key_0000000000000000"))
    #expect(none?.code == .notFound)
    for organization in ["top", "side", "apart"] {
      let (id, key) = try client.issue(organization)
      let limited = try client.issue(
        .init(
          organizationID: organization, name: "n", permissions: ["a:b"],
          rateLimit: .init(limit: 5, windowS: 60)))
      let revoked = try client.issue(organization)
      try client.revoke(revoked.id)
      let deleted = try client.issue(organization)
      try client.revoke(deleted.id)
      _ = try client.result(.deleteKey(.init(keyID: deleted.id)))
      for text in [key, limited.text, revoked.text, deleted.text] {
        for place in ["", "leaf"] {
          let explained = try client.explain(text, place, caller: acting)
          #expect(explained.outcome == unknown.outcome)
          #expect(explained.steps == unknown.steps)
        }
      }
      for version in [0, 1, 7] as [UInt32] {
        let request = ExplainAuthorizeRequest(permission: "a:b", keyID: id, secretVersion: version)
        #expect(try status(request) == none)
      }
    }
    // One of its own that was deleted can't be told from another's.
    let own = try client.issue("leaf")
    try client.revoke(own.id)
    #expect(try client.explain(own.text, caller: acting).outcome.reason == .keyRevoked)
    _ = try client.result(.deleteKey(.init(keyID: own.id)))
    #expect(try client.explain(own.text, caller: acting).steps == unknown.steps)
  }

  @Test func organizationOutsideIsRefusedWhetherItExistsOrNot() throws {
    let (id, key) = try client.issue("leaf")
    let refused = try status(.init(apiKey: key, organizationID: "nowhere", permission: "a:b"))
    #expect(refused?.code == .permissionDenied)
    for organization in ["top", "side", "apart"] {
      for request in [
        ExplainAuthorizeRequest(apiKey: key, organizationID: organization, permission: "a:b"),
        .init(organizationID: organization, permission: "a:b", keyID: id),
        .init(organizationID: organization, permission: "a:b"),
      ] { #expect(try status(request) == refused) }
    }
    let missing = Caller(actingOrganizationID: "nowhere")
    #expect(try status(.init(permission: "a:b", keyID: id), caller: missing)?.code == .notFound)
  }

  @Test func suspensionAboveIsToldWithoutWhoseItIs() throws {
    let (_, key) = try client.issue("leaf")
    try client.suspend("top")
    let above = try client.explain(key, caller: acting)
    #expect(above.outcome.reason == .organizationSuspended)
    #expect(above[.organization] == "leaf is suspended above")
    try client.suspend("mid")
    let both = try client.explain(key, caller: acting)[.organization]
    #expect(both.hasPrefix("mid, above it, was suspended "))
    #expect(both.hasSuffix("; leaf is suspended above"))
    #expect(!both.contains("top"))
    try client.resume("top")
    #expect(try !client.explain(key, caller: acting)[.organization].contains("suspended above"))
    #expect(try client.explain(key)[.organization].hasPrefix("mid, above it, was suspended "))
  }

  @Test func keyThatMovesOutIsNoLongerThere() throws {
    let (id, key) = try client.issue("leaf")
    try client.move("leaf", under: "side")
    #expect(try client.explain(key, caller: acting).outcome.reason == .keyUnknown)
    #expect(try status(.init(permission: "a:b", keyID: id))?.code == .notFound)
    try client.move("leaf", under: "mid")
    #expect(try client.explain(key, caller: acting).outcome.decision == .allowed)
  }
}
