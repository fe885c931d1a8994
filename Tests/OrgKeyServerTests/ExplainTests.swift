import OrgKeyModel
import OrgKeySystem
import Testing

@testable import OrgKeyServer
@testable import OrgKeyStore
@testable import OrgKeyWire

@Suite final class ExplainTests {
  let daemon: InProcess
  let client: RawClient
  /// Those with a history live as long as the test.
  var others: [InProcess] = []

  init() throws {
    daemon = try InProcess()
    client = try daemon.client()
    for (id, parent) in [
      ("acme", ""), ("acme-eu", "acme"), ("acme-eu-berlin", "acme-eu"), ("other", ""),
    ] { try client.put(id, under: parent) }
  }

  /// A database with a history, which then is served.
  func past(
    _ adapt: (inout DaemonSettings) -> Void = { _ in }, _ body: (PastStore, Int64) throws -> Void
  ) throws -> RawClient {
    let daemon = try InProcess(adapt)
    others.append(daemon)
    daemon.stop()
    let now = Clock.wallMilliseconds()
    try PastStore.change(daemon) { past in
      try past.put("acme", at: now - 100 * day)
      try body(past, now)
    }
    try daemon.start()
    return try daemon.client()
  }

  let day: Int64 = 86_400_000
  let hour: Int64 = 3_600_000
  let id = "key_0000000000000001"

  // MARK: What passes

  @Test func goodRequestIsExplainedRuleByRule() throws {
    let client = try past { past, now in
      _ = try past.issue("the-text", in: "acme", id: id, at: now - 12 * day)
    }
    for (organization, parent) in [("acme-eu", "acme"), ("acme-eu-berlin", "acme-eu")] {
      try client.put(organization, under: parent)
    }
    for explained in [
      try client.explain(SecretText("the-text"), "acme-eu-berlin"),
      try client.explain(id: id, "acme-eu-berlin"),
      try client.explain(id: id, version: 1, "acme-eu-berlin"),
    ] {
      #expect(explained.outcome.decision == .allowed && explained.failed.isEmpty)
      #expect(
        explained[.key]
          == "secret 1 (pc_live_…text) of \(id) \"the-text\", issued 12d ago by past (uid 0)")
      #expect(explained[.environment] == "the key is of live, and the request asks for none")
      #expect(explained[.rateLimit] == "the key has no rate limit")
      #expect(
        explained[.organization] == "acme-eu-berlin lies below the key's organization acme: "
          + "acme › acme-eu › acme-eu-berlin")
      #expect(explained[.permission] == "a:b is granted")
    }
    let own = try client.explain(id: id, environment: "live")
    #expect(own[.organization] == "acme is the key's own organization")
    #expect(own[.environment] == "the key is of live, as the request asks")
  }

  @Test func secretsTellThatTheyWillEndAndHowTheyWereMade() throws {
    let client = try past { past, now in
      _ = try past.issue("one", in: "acme", id: id, at: now - 12 * day)
      try past.rotate(id, to: "two", overlap: 5 * hour, at: now - 2 * hour)
      var changes = OrgKeyStore.KeyChanges()
      changes.expiresAt = now + 7 * day
      try past.change(at: now) {
        _ = try $0.updateKey(KeyID(id)!, changes, by: PastStore.author)
      }
    }
    let old = try client.explain(SecretText("one"))[.key]
    #expect(old.contains("issued 12d ago") && old.contains("rotated out, it works until 2"))
    #expect(old.contains("(in 3h)"))
    let new = try client.explain(id: id)[.key]
    #expect(new.contains("secret 2 ") && new.contains("made by rotation 2h ago by past (uid 0)"))
    #expect(new.contains("the key expires 2") && new.contains("(in 7d)"))
  }

  // MARK: The rules behind it

  @Test func environmentsThatDifferAreNamed() throws {
    let live = try InProcess { $0.requiredEnvironment = Environment("live") }
    let client = try live.client()
    try client.put("acme")
    let (_, key) = try client.issue("acme", environment: "test")
    let (_, other) = try client.issue("acme")
    let explained = try client.explain(key)
    #expect(explained.failed == ["environment"])
    #expect(explained[.environment] == "the key is of test, this daemon serves only live")
    #expect(try client.explain(other)[.environment] == "the key is of live, as the daemon serves")
    #expect(
      try client.explain(other, environment: "test")[.environment]
        == "the key is of live, the request asks for test")
    #expect(
      try client.explain(key, environment: "stage")[.environment]
        == "the key is of test, this daemon serves only live, and the request asks for stage")
  }

  @Test func limitTellsWhatIsLeftAndTakesNothing() throws {
    let (id, key) = try client.issue(
      .init(
        organizationID: "acme", name: "n", permissions: ["a:b"],
        rateLimit: .init(limit: 3, windowS: 7_200)))
    for _ in 0..<5 {
      let explained = try client.explain(key)
      #expect(explained[.rateLimit] == "all 3 requests of a window of 2h left: none is open")
      #expect(explained.outcome.rateLimit?.remaining == 2)
    }
    _ = try client.authorize(key)
    #expect(
      try client.explain(id: id)[.rateLimit]
        == "2 of 3 requests left in this window, which ends in 2h")
    for _ in 0..<2 { _ = try client.authorize(key) }
    let explained = try client.explain(id: id)
    #expect(explained[.rateLimit] == "none of 3 requests left in this window, which ends in 2h")
    #expect(explained.failed == ["rate limit"] && explained.outcome.decision == .rateLimitExceeded)
    let record = try client.key(id)
    #expect(record.allowedCount == 3 && record.deniedCount == 0)
  }

  @Test func organizationTellsWhereItStandsAndWhatSuspendsIt() throws {
    let (id, key) = try client.issue("acme-eu")
    func found(_ organization: String) throws -> String {
      let explained = try client.explain(key, organization)
      #expect(explained.outcome.timeless == (try client.authorize(key, organization).timeless))
      return explained[.organization]
    }
    #expect(try found("nowhere") == "no organization with this identifier")
    #expect(try found("other") == "other is not below acme-eu, to which the key belongs")
    #expect(try found("acme").hasPrefix("acme lies above acme-eu, to which the key belongs"))
    let caller = Caller(actor: "ana")
    _ = try client.result(.suspendOrganization(.init(organizationID: "acme")), caller: caller)
    let above = try found("acme-eu-berlin")
    #expect(above.hasPrefix("acme, above it, was suspended ") && above.contains(" by ana (uid "))
    _ = try client.result(.suspendOrganization(.init(organizationID: "acme-eu-berlin")))
    let both = try found("acme-eu-berlin")
    #expect(both.hasPrefix("acme-eu-berlin was suspended ") && both.contains("; acme, above it, "))
    #expect(try client.explain(id: id)[.organization].hasPrefix("acme, above it, was suspended "))
    #expect(try client.explain(id: id).failed == ["organization"])
  }

  @Test func permissionTellsWhichGrantCoversOrFails() throws {
    let (_, key) = try client.issue("acme", ["contacts:*", "deals:read", "reports:*"])
    func found(_ permission: String) throws -> String {
      try client.explain(key, "", permission)[.permission]
    }
    #expect(try found("contacts:read") == "contacts:read is covered by contacts:*")
    #expect(try found("deals:read") == "deals:read is granted")
    #expect(
      try found("deals:write")
        == "none of the 3 granted patterns covers deals:write: contacts:*, deals:read, reports:*")
  }

  @Test func allThatIsWrongIsToldThoughTheFirstDecides() throws {
    let (id, key) = try client.issue("acme-eu", ["contacts:*"])
    try client.update(.init(keyID: id, fields: ["disabled"], disabled: true))
    let explained = try client.explain(key, "other", "deals:read", environment: "test")
    #expect(explained.failed == ["key", "environment", "organization", "permission"])
    #expect(explained.outcome.reason == .keyDisabled)
    #expect(explained[.permission].contains("does not cover deals:read: contacts:*"))
  }

  // MARK: The call

  @Test func outcomeIsWhatAuthorizeAnswersAndNothingIsCounted() throws {
    var keys: [SecretText] = [.empty, SecretText("nonsense")]
    for organization in ["acme", "acme-eu", "other"] {
      keys.append(try client.issue(organization, ["a:*"]).text)
      let limited = try client.issue(
        .init(
          organizationID: organization, name: "n", environment: "test", permissions: ["a:b", "c"],
          rateLimit: .init(limit: 5, windowS: 60)))
      keys.append(limited.text)
      let ended = try client.issue(organization)
      keys.append(ended.text)
      try client.revoke(ended.id)
    }
    try client.suspend("other")
    var seen: Set<OrgKeyWire.Reason> = []
    for key in keys {
      for organization in ["", "acme", "acme-eu-berlin", "other", "nowhere"] {
        for (permission, environment) in [("a:b", ""), ("c", "live"), ("d", "test")] {
          let explained = try client.explain(
            key, organization, permission, environment: environment)
          let answer = try client.authorize(key, organization, permission, environment: environment)
          #expect(explained.outcome.timeless == answer.timeless)
          seen.insert(answer.reason)
        }
      }
    }
    #expect(seen.count >= 9)
    let counted = try client.keys().reduce(0) { $0 + $1.allowedCount + $1.deniedCount }
    #expect(counted == 9 * 15)
  }

  @Test func refusesWhatCannotBeAsked() throws {
    let (id, key) = try client.issue("acme")
    let good = ExplainAuthorizeRequest(permission: "a:b", keyID: id)
    func field(_ change: (inout ExplainAuthorizeRequest) -> Void) throws -> String? {
      var request = good
      change(&request)
      let status = try client.status(.explainAuthorize(request))
      #expect(status?.code == .invalidArgument)
      return status?.field
    }
    #expect(try field { $0.permission = "" } == "permission")
    #expect(try field { $0.permission = "a:*" } == "permission")
    #expect(try field { $0.organizationID = "a b" } == "organization_id")
    #expect(try field { $0.environment = "Live" } == "environment")
    #expect(try field { $0.keyID = "x" } == "key_id")
    #expect(try field { $0.apiKey = key } == "api_key")
    #expect(
      try field {
        ($0.keyID, $0.apiKey, $0.secretVersion) = ("", key, 1)
      } == "secret_version")
    for request in [
      ExplainAuthorizeRequest(permission: "a:b", keyID: "key_0000000000000000"),
      .init(permission: "a:b", keyID: id, secretVersion: 2),
    ] { #expect(try client.status(.explainAuthorize(request))?.code == .notFound) }
  }
}
