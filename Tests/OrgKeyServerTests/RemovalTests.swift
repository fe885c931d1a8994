import OrgKeyModel
import OrgKeySystem
import Testing

@testable import OrgKeyWire

/// acme ─ eu ─ berlin; other. What becomes of keys and organizations that are moved, suspended or
/// deleted.
@Suite struct RemovalTests {
  let daemon: InProcess
  let client: RawClient

  init() throws {
    daemon = try InProcess()
    client = try daemon.client()
    for (id, parent) in [("acme", ""), ("eu", "acme"), ("berlin", "eu"), ("other", "")] {
      try client.put(id, under: parent)
    }
  }

  @Test func deletedKeyIsGoneAndItsTextStaysRevoked() throws {
    let (id, first) = try client.issue("eu")
    let (_, second) = try client.rotate(id)
    _ = try client.authorize(second)
    #expect(try client.status(.deleteKey(.init(keyID: id)))?.code == .failedPrecondition)
    #expect(try client.status(.deleteKey(.init()))?.field == "key_id")
    try client.revoke(id)
    #expect(try client.authorize(second).keyID == id)
    _ = try client.result(.deleteKey(.init(keyID: id)))
    try daemon.alsoAfterRestart { client in
      for text in [first, second] {
        let answer = try client.authorize(text)
        #expect(answer.reason == .keyRevoked && answer.decision == .invalidAPIKey)
        #expect(answer.keyID.isEmpty && answer.organizationID.isEmpty)
        guard case .identifyKey(let who) = try client.result(.identifyKey(.init(apiKey: text)))
        else { return }
        #expect(who.reason == .keyRevoked && who.key == nil)
        #expect(try client.status(.revokeKey(.init(apiKey: text)))?.code == .notFound)
      }
      for method: Request.Method in [
        .getKey(.init(keyID: id)), .deleteKey(.init(keyID: id)), .revokeKey(.init(keyID: id)),
        .rotateKey(.init(keyID: id)), .updateKey(.init(keyID: id, fields: ["disabled"])),
      ] {
        #expect(try client.status(method)?.code == .notFound)
      }
      #expect(try client.keys().isEmpty)
    }
  }

  @Test func deletedOrganizationTakesItsKeysAndItsIdentifierShowsNothing() throws {
    let (id, key) = try client.issue("berlin")
    let (_, above) = try client.issue("acme")
    let delete = DeleteOrganizationRequest(organizationID: "eu")
    for (keys, below) in [(false, false), (true, false), (false, true)] {
      var request = delete
      request.revokeKeys = keys
      request.includeDescendants = below
      #expect(try client.status(.deleteOrganization(request))?.code == .failedPrecondition)
    }
    #expect(try client.authorize(key).decision == .allowed)
    try client.suspend("berlin")
    let all = DeleteOrganizationRequest(
      organizationID: "eu", revokeKeys: true, includeDescendants: true)
    guard case .deleteOrganization(let gone) = try client.result(.deleteOrganization(all)) else {
      return
    }
    #expect(gone.deletedOrganizationCount == 2 && gone.revokedKeyCount == 1)
    #expect(try client.authorize(above, "berlin").reason == .organizationUnknown)
    #expect(try client.status(.deleteOrganization(all))?.code == .notFound)

    try daemon.alsoAfterRestart { client in
      try client.put("eu", under: "other")
      try client.put("berlin", under: "eu")
      let again = try client.organization("berlin")
      #expect(!again.suspended && again.name.isEmpty && again.keyCount == 0)
      #expect(try client.organization("acme").subtreeOrganizationCount == 1)
      #expect(
        try client.keys(.init(organizationID: "other", includeDescendants: true)).isEmpty)
      #expect(try client.status(.getKey(.init(keyID: id)))?.code == .notFound)
      for organization in ["", "eu", "berlin"] {
        #expect(try client.authorize(key, organization).reason == .keyRevoked)
      }
      #expect(try client.authorize(above, "berlin").reason == .organizationOutside)
      _ = try client.result(.deleteOrganization(all))
    }
  }

  @Test func movedOrganizationIsReachedFromWhereItStands() throws {
    let (_, acme) = try client.issue("acme")
    let (_, eu) = try client.issue("eu")
    let (_, other) = try client.issue("other")
    func reasons(_ client: RawClient) throws -> [OrgKeyWire.Reason] {
      try [acme, eu, other].map { try client.authorize($0, "berlin").reason }
    }
    #expect(try reasons(client) == [.unspecified, .unspecified, .organizationOutside])
    try client.move("eu", under: "other")
    #expect(try reasons(client) == [.organizationOutside, .unspecified, .unspecified])
    #expect(try client.organization("acme").subtreeKeyCount == 1)
    #expect(try client.organization("other").subtreeKeyCount == 2)
    try client.suspend("other")
    #expect(try reasons(client)[1] == .organizationSuspended)
    #expect(try client.organization("berlin").suspendedByAncestor)
    _ = try client.result(.moveOrganization(.init(organizationID: "berlin", toRoot: true)))
    #expect(
      try reasons(client) == [.organizationOutside, .organizationOutside, .organizationOutside])
    try client.move("berlin", under: "acme")
    let again = try daemon.restarted()
    #expect(try reasons(again) == [.unspecified, .organizationOutside, .organizationOutside])
    #expect(try again.organization("berlin").parentID == "acme")
    #expect(try again.organization("berlin").depth == 1)
  }

  @Test func revokedSubtreeIsRevokedAtOnce() throws {
    let keys = try ["acme", "eu", "berlin", "berlin"].map { try client.issue($0) }
    try client.revoke(keys[3].id)
    let request = RevokeKeysRequest(
      organizationID: "eu", includeDescendants: true, reason: "contract ended")
    guard case .revokeKeys(let answer) = try client.result(.revokeKeys(request)) else { return }
    #expect(answer.revokedKeyCount == 2)
    try daemon.alsoAfterRestart { client in
      let reasons = try keys.map { try client.authorize($0.text).reason }
      #expect(reasons == [.unspecified, .keyRevoked, .keyRevoked, .keyRevoked])
      #expect(try client.key(keys[1].id).revokedReason == "contract ended")
      #expect(try client.key(keys[3].id).revokedReason.isEmpty)
    }
  }

  @Test func badFieldsAreRefusedByName() throws {
    let long = String(repeating: "r", count: 501)
    let cases: [(Request.Method, String)] = [
      (.moveOrganization(.init()), "organization_id"),
      (.moveOrganization(.init(organizationID: "eu")), "parent_id"),
      (.moveOrganization(.init(organizationID: "eu", parentID: "a b")), "parent_id"),
      (.moveOrganization(.init(organizationID: "eu", parentID: "acme", toRoot: true)), "parent_id"),
      (.suspendOrganization(.init()), "organization_id"),
      (.resumeOrganization(.init(organizationID: "\u{e9}")), "organization_id"),
      (.deleteOrganization(.init()), "organization_id"),
      (.revokeKeys(.init()), "organization_id"),
      (.revokeKeys(.init(organizationID: "eu", reason: long)), "reason"),
      (.deleteKey(.init(keyID: "key_short")), "key_id"),
    ]
    for (method, field) in cases {
      let status = try client.status(method)
      #expect(status?.code == .invalidArgument && status?.field == field, "\(method)")
    }
    for method: Request.Method in [
      .moveOrganization(.init(organizationID: "none", toRoot: true)),
      .moveOrganization(.init(organizationID: "eu", parentID: "none")),
      .suspendOrganization(.init(organizationID: "none")),
      .resumeOrganization(.init(organizationID: "none")),
      .deleteOrganization(.init(organizationID: "none")),
      .revokeKeys(.init(organizationID: "none")),
    ] {
      #expect(try client.status(method)?.code == .notFound)
    }
    let cycle = MoveOrganizationRequest(organizationID: "eu", parentID: "berlin")
    #expect(try client.status(.moveOrganization(cycle))?.code == .failedPrecondition)
  }

  // MARK: While others ask

  private func flipping(
    _ organization: String, _ changed: OrgKeyWire.Reason
  ) throws -> Flipping {
    let (_, key) = try client.issue("acme")
    return Flipping(
      daemon: daemon, ask: { try $0.authorize(key, organization).reason }, changed: changed,
      unchanged: .unspecified)
  }

  @Test func onceSuspendOrResumeHasAnsweredNoAuthorizeIsDecidedByTheOldState() throws {
    try flipping("berlin", .organizationSuspended).run(rounds: 100) {
      try $0.suspend("eu")
    } undo: {
      try $0.resume("eu")
    }
  }

  @Test func onceMoveHasAnsweredNoAuthorizeIsDecidedByTheOldState() throws {
    try flipping("berlin", .organizationOutside).run(rounds: 100) {
      try $0.move("eu", under: "other")
    } undo: {
      try $0.move("eu", under: "acme")
    }
  }

  @Test func onceDeleteHasAnsweredNoAuthorizeIsDecidedByTheOldState() throws {
    try flipping("eu", .organizationUnknown).run(rounds: 60) {
      _ = try $0.result(
        .deleteOrganization(
          .init(organizationID: "eu", revokeKeys: true, includeDescendants: true)))
    } undo: {
      try $0.put("eu", under: "acme")
    }
  }
}
