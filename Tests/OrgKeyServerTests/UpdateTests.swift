import OrgKeyModel
import OrgKeySystem
import Testing

@testable import OrgKeyWire

@Suite struct UpdateTests {
  let daemon: InProcess
  let client: RawClient
  let id: String
  let key: SecretText

  init() throws {
    daemon = try InProcess()
    client = try daemon.client()
    try client.put("acme")
    (id, key) = try client.issue(.init(organizationID: "acme", name: "CRM", permissions: ["a:b"]))
  }

  @Test func maskNamesWhatIsSetAndNothingElseIsGiven() throws {
    let before = try client.key(id)
    let later = Clock.wallMilliseconds() + 1_000_000
    for (request, field) in [
      (UpdateKeyRequest(keyID: "", fields: ["name"], name: "n"), "key_id"),
      (.init(keyID: id), "fields"), (.init(keyID: id, name: "n"), "fields"),
      (.init(keyID: id, fields: [""], name: "n"), "fields"),
      (.init(keyID: id, fields: ["key_id"]), "fields"),
      (.init(keyID: id, fields: ["name", "environment"], name: "n"), "fields"),
      (.init(keyID: id, fields: ["Name"], name: "n"), "fields"),
      (.init(keyID: id, fields: ["disabled"], name: "n"), "name"),
      (.init(keyID: id, fields: ["name"], name: "n", permissions: ["*"]), "permissions"),
      (.init(keyID: id, fields: ["name"], name: "n", expiresAtUnixMs: later), "expires_at_unix_ms"),
      (.init(keyID: id, fields: ["name"], name: "n", rateLimit: .init()), "rate_limit"),
      (.init(keyID: id, fields: ["name"], name: "n", disabled: true), "disabled"),
      (.init(keyID: id, fields: ["name"], name: "n", labels: [.init()]), "labels"),
      (.init(keyID: id, fields: ["name"]), "name"),
      (.init(keyID: id, fields: ["name"], name: "a\nb"), "name"),
      (.init(keyID: id, fields: ["permissions"], permissions: ["A"]), "permissions"),
      (.init(keyID: id, fields: ["expires_at_unix_ms"], expiresAtUnixMs: 1), "expires_at_unix_ms"),
      (.init(keyID: id, fields: ["expires_at_unix_ms"], expiresAtUnixMs: -1), "expires_at_unix_ms"),
      (.init(keyID: id, fields: ["rate_limit"], rateLimit: .init()), "rate_limit"),
      (
        .init(keyID: id, fields: ["rate_limit"], rateLimit: .init(limit: 1 << 24, windowS: 1)),
        "rate_limit"
      ),
      (
        .init(keyID: id, fields: ["labels"], labels: [.init(name: "n"), .init(name: "n")]),
        "labels"
      ),
    ] {
      let status = try client.status(.updateKey(request))
      #expect(status?.code == .invalidArgument && status?.field == field, "\(field) \(request)")
    }
    #expect(try client.key(id) == before)
    let many = UpdateKeyRequest(
      keyID: id, fields: ["labels", "name", "name"], name: "New",
      labels: [.init(name: "team", value: "crm")])
    var expected = before
    expected.name = "New"
    expected.labels = [.init(name: "team", value: "crm")]
    #expect(try client.update(many) == expected)
    #expect(try client.key(id) == expected)
  }

  @Test func nextAuthorizeIsDecidedByWhatTheKeyIsNow() throws {
    func update(_ fields: String..., change: (inout UpdateKeyRequest) -> Void = { _ in }) throws {
      var request = UpdateKeyRequest(keyID: id, fields: fields)
      change(&request)
      try client.update(request)
    }
    func reason(_ permission: String = "a:b") throws -> OrgKeyWire.Reason {
      try client.authorize(key, "", permission).reason
    }
    try update("permissions") { $0.permissions = ["c:*"] }
    #expect(try reason() == .permissionMissing)
    #expect(try reason("c:d") == .unspecified)
    try update("permissions")
    #expect(try reason("c:d") == .permissionMissing)
    try update("permissions", "disabled") {
      $0.permissions = ["*"]
      $0.disabled = true
    }
    #expect(try reason() == .keyDisabled)
    #expect(try client.key(id).state == .disabled)
    try update("disabled")
    #expect(try reason() == .unspecified)
    try update("rate_limit") { $0.rateLimit = .init(limit: 1, windowS: 3600) }
    #expect(try reason() == .unspecified)
    #expect(try reason() == .rateLimited)
    try update("rate_limit")
    #expect(try client.authorize(key).rateLimit == nil)
    try update("expires_at_unix_ms") { $0.expiresAtUnixMs = Clock.wallMilliseconds() + 50 }
    while try reason() == .unspecified {}
    #expect(try reason() == .keyExpired)
    // Expired is not revoked: it can be extended.
    try update("expires_at_unix_ms")
    #expect(try reason() == .unspecified)
    daemon.stop()
    try daemon.start()
    #expect(try daemon.client().authorize(key).reason == .unspecified)
  }

  @Test func expiredKeyIsNotCountedForBeingChanged() throws {
    let soon = Clock.wallMilliseconds() + 50
    try client.update(.init(keyID: id, fields: ["expires_at_unix_ms"], expiresAtUnixMs: soon))
    while try client.organization("acme").keyCount != 0 {}
    try client.update(.init(keyID: id, fields: ["name"], name: "Late"))
    #expect(try client.organization("acme").keyCount == 0)
    try client.update(.init(keyID: id, fields: ["expires_at_unix_ms"]))
    #expect(try client.organization("acme").keyCount == 1)
  }

  @Test func whatIsRevokedOrUnknownIsRefused() throws {
    let unknown = UpdateKeyRequest(keyID: "key_0123456789abcdef", fields: ["disabled"])
    #expect(try client.status(.updateKey(unknown))?.code == .notFound)
    try client.revoke(id)
    let before = try client.key(id)
    for fields in [["disabled"], ["permissions"], ["expires_at_unix_ms"], ["labels"]] {
      let status = try client.status(.updateKey(.init(keyID: id, fields: fields)))
      #expect(status?.code == .failedPrecondition)
    }
    #expect(try client.key(id) == before)
  }

  @Test func onceAnsweredNoAuthorizeIsDecidedByTheOldState() throws {
    let (key, id) = (key, id)
    let flipping = Flipping(
      daemon: daemon, ask: { try $0.authorize(key).reason }, changed: .keyDisabled,
      unchanged: .unspecified)
    try flipping.run(rounds: 100) {
      try $0.update(.init(keyID: id, fields: ["disabled"], disabled: true))
    } undo: {
      try $0.update(.init(keyID: id, fields: ["disabled"]))
    }
  }
}
