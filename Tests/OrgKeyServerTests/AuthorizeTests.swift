import OrgKeyModel
import OrgKeyServer
import Testing

@testable import OrgKeyWire

@Suite struct AuthorizeTests {
  let daemon: InProcess
  let client: RawClient

  init() throws {
    daemon = try InProcess()
    client = try daemon.client()
    for (id, parent) in [
      ("acme", ""), ("eu", "acme"), ("berlin", "eu"), ("us", "acme"), ("other", ""),
    ] { try client.put(id, under: parent) }
  }

  @Test func reachesOwnAndDescendantsAndNothingElse() throws {
    let (_, key) = try client.issue("eu")
    for (organization, decision) in [
      ("", Decision.allowed), ("eu", .allowed), ("berlin", .allowed), ("acme", .orgAccessDenied),
      ("us", .orgAccessDenied), ("other", .orgAccessDenied), ("nowhere", .orgAccessDenied),
      ("e", .orgAccessDenied), ("eu2", .orgAccessDenied),
    ] {
      let answer = try client.authorize(key, organization)
      #expect(answer.decision == decision, "\(organization)")
      let checked = organization.isEmpty ? "eu" : organization
      #expect(answer.authorizedOrganizationID == (decision == .allowed ? checked : ""))
    }
  }

  @Test func needsThePermission() throws {
    let (_, key) = try client.issue("acme", ["contacts:read", "deals:*"])
    for (permission, passes) in [
      ("contacts:read", true), ("contacts:write", false), ("contacts", false), ("deals", false),
      ("deals:read", true), ("deals:read:own", true), ("contacts:read:own", false),
    ] {
      let answer = try client.authorize(key, "eu", permission)
      #expect(answer.decision == (passes ? .allowed : .permissionDenied), "\(permission)")
    }
    let (_, none) = try client.issue("acme", [])
    #expect(try client.authorize(none).reason == .permissionMissing)
  }

  @Test func tellsWrongKeysApart() throws {
    let (id, key) = try client.issue("acme")
    var typed = Array(key.string.utf8)
    typed[typed.count - 1] = typed[typed.count - 1] == 0x30 ? 0x31 : 0x30
    for (text, reason) in [
      ("", OrgKeyWire.Reason.keyMissing), ("two words", .keyMalformed),
      (String(decoding: typed, as: UTF8.self), .keyMalformed),
      (String(repeating: "k", count: 257), .keyMalformed),
      (String(repeating: "k", count: 256), .keyUnknown),
      ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", .keyUnknown), ("Bearer", .keyUnknown),
      ("ä", .keyMalformed),
    ] {
      let answer = try client.authorize(SecretText(text))
      #expect(answer.reason == reason)
      #expect(answer.decision == .invalidAPIKey)
      #expect(answer.keyID.isEmpty)
    }
    try client.revoke(id)
    let answer = try client.authorize(key)
    #expect(answer.reason == .keyRevoked)
    #expect(answer.keyID == id)
  }

  @Test func holdsKeysToTheirEnvironment() throws {
    let (_, test) = try client.issue("acme", environment: "test")
    #expect(try client.authorize(test, environment: "test").decision == .allowed)
    #expect(try client.authorize(test).decision == .allowed)
    let answer = try client.authorize(test, environment: "live")
    #expect(answer.reason == .environmentMismatch)
    #expect(answer.decision == .invalidAPIKey)
  }

  @Test func whenTheDaemonRequiresAnEnvironmentRefusesOthersWhateverIsNamed() throws {
    let production = try InProcess { $0.requiredEnvironment = .init("live") }
    let client = try production.client()
    try client.put("acme")
    let (_, test) = try client.issue("acme", environment: "test")
    let (_, live) = try client.issue("acme")
    for environment in ["", "test", "live"] {
      #expect(
        try client.authorize(test, environment: environment).reason == .environmentMismatch)
    }
    #expect(try client.authorize(live).decision == .allowed)
    #expect(try client.authorize(live, environment: "test").reason == .environmentMismatch)
  }

  @Test func limitsTheRate() throws {
    let response = try client.call(
      .issueKey(
        .init(
          organizationID: "acme", name: "limited", permissions: ["a:b"],
          rateLimit: .init(limit: 3, windowS: 3600))))
    guard case .issueKey(let issued) = response.result else {
      throw RawClient.Unexpected(response: response)
    }
    // One that is denied later takes one, too.
    #expect(try client.authorize(issued.apiKey, "other").rateLimit?.remaining == 2)
    #expect(try client.authorize(issued.apiKey).rateLimit?.remaining == 1)
    #expect(try client.authorize(issued.apiKey).decision == .allowed)
    let refused = try client.authorize(issued.apiKey)
    #expect(refused.decision == .rateLimitExceeded)
    #expect(refused.rateLimit?.limit == 3)
    #expect(refused.rateLimit?.remaining == 0)
  }

  @Test func countsWhatItDecided() throws {
    let (id, key) = try client.issue("eu", ["a:b"])
    for _ in 0..<5 { _ = try client.authorize(key) }
    for _ in 0..<3 { _ = try client.authorize(key, "us") }
    func counts() throws -> [UInt64] {
      guard case .getKey(let response) = try client.call(.getKey(.init(keyID: id))).result,
        let key = response.key
      else { return [] }
      return [key.allowedCount, key.deniedCount, key.secrets.first?.allowedCount ?? 0]
    }
    #expect(try counts() == [5, 3, 5])
    daemon.stop()
    try daemon.start()
    let again = try daemon.client()
    guard case .getKey(let response) = try again.call(.getKey(.init(keyID: id))).result else {
      Issue.record("no key")
      return
    }
    #expect(response.key?.allowedCount == 5)
    #expect(response.key?.deniedCount == 3)
    #expect(response.key?.lastDeniedReason == .organizationOutside)
  }

  @Test func refusesWhatIsNoQuestion() throws {
    let (_, key) = try client.issue("acme")
    for (request, field) in [
      (AuthorizeRequest(apiKey: key), "permission"),
      (AuthorizeRequest(apiKey: key, permission: "a:*"), "permission"),
      (AuthorizeRequest(apiKey: key, permission: "A"), "permission"),
      (AuthorizeRequest(apiKey: key, organizationID: "a b", permission: "a"), "organization_id"),
      (AuthorizeRequest(apiKey: key, permission: "a", environment: "Live"), "environment"),
    ] {
      let response = try client.call(.authorize(request))
      #expect(response.status?.code == .invalidArgument)
      #expect(response.status?.field == field)
      #expect(response.result == nil)
    }
    let response = try client.call(
      .authorize(.init(apiKey: key, permission: "a")), caller: Caller(actor: "ana"))
    #expect(response.status?.field == "caller")
  }
}
