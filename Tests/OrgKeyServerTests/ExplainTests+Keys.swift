import TestSupport
import OrgKeyModel
import OrgKeySystem
import Testing

@testable import OrgKeyServer
@testable import OrgKeyStore
@testable import OrgKeyWire

// The first rule, that of the key, and texts that belong to none.

extension ExplainTests {
  @Test func revokedKeyTellsWhenByWhomAndWhy() throws {
    let client = try past { past, now in
      _ = try past.issue("text", in: "acme", id: id, at: now - 12 * day)
      try past.change(at: now - 2 * hour) {
        _ = try $0.revokeKey(
          .id(KeyID(id)!), secretVersion: 0, reason: "leaked in a public repository",
          by: PastStore.author)
      }
    }
    for explained in [try client.explain(SecretText("text")), try client.explain(id: id)] {
      #expect(explained.outcome.reason == .keyRevoked && explained.failed == ["key"])
      #expect(
        explained[.key] == "\(id) \"text\" was revoked 2h ago by past (uid 0): "
          + "leaked in a public repository")
    }
  }

  @Test func revokedKeyWhoseEventsAreGoneTellsNobody() throws {
    let client = try past({ $0.auditRetention = 3_600_000 }) { past, now in
      _ = try past.issue("text", in: "acme", id: id, at: now - 12 * day)
      try past.change(at: now - 2 * hour) {
        _ = try $0.revokeKeys(
          of: "acme", includeDescendants: false, reason: "", by: PastStore.author)
      }
    }
    #expect(try eventually { try client.auditEvents().isEmpty })
    #expect(try client.explain(id: id)[.key] == "\(id) \"text\" was revoked 2h ago")
  }

  @Test func expiredKeyTellsWhen() throws {
    let client = try past { past, now in
      try past.change(at: now - 40 * day) {
        var key = NewKey(
          id: KeyID(id)!, organizationID: "acme", name: "n", environment: Environment("live")!,
          digest: Digest(ofKey: "text".utf8.span), hint: "")
        key.expiresAt = now - 23 * day
        _ = try $0.issueKey(key, by: PastStore.author)
      }
    }
    let explained = try client.explain(SecretText("text"))
    #expect(explained.outcome.reason == .keyExpired)
    let date = Clock.rfc3339(try client.key(id).expiresAtUnixMs)
    #expect(explained[.key] == "\(id) \"n\" expired \(date) (23d ago)")
    #expect(explained[.permission] == "the key is granted nothing")
    #expect(explained.failed == ["key", "permission"])
  }

  @Test func disabledKeyTellsByWhom() throws {
    let (id, key) = try client.issue("acme")
    let caller = Caller(actor: "ana")
    try client.update(
      .init(keyID: id, fields: ["disabled"], disabled: true), caller: caller)
    let explained = try client.explain(key)
    #expect(explained.outcome.reason == .keyDisabled)
    #expect(explained[.key].contains("\(id) \"test\" was disabled "))
    #expect(explained[.key].contains(" by ana (uid "))
  }

  @Test func retiredSecretTellsWhatIsLiveNow() throws {
    let client = try past { past, now in
      _ = try past.issue("one", in: "acme", id: id, at: now - 12 * day)
      try past.rotate(id, to: "two", overlap: hour, at: now - 4 * hour)
    }
    for explained in [
      try client.explain(SecretText("one")), try client.explain(id: id, version: 1),
    ] {
      #expect(explained.outcome.reason == .secretRetired && explained.outcome.secretVersion == 1)
      #expect(
        explained[.key] == "secret 1 (pc_live_…one) of \(id) \"one\" was rotated out 3h ago by "
          + "past (uid 0); secret 2 (pc_live_…two) is live")
    }
    #expect(try client.explain(id: id).outcome.decision == .allowed)
    _ = try client.result(
      .revokeKey(.init(keyID: id, secretVersion: 2, reason: "seen in a log")))
    let revoked = try client.explain(SecretText("two"))[.key]
    #expect(revoked.contains("secret 2 (pc_live_…two) of \(id)"))
    #expect(revoked.contains("was revoked just now by uid "))
    #expect(revoked.hasSuffix(": seen in a log; the key has no live secret: rotate it to make one"))
    let (_, text) = try client.rotate(id, overlap: -1)
    _ = try client.rotate(id, overlap: -1)
    #expect(try client.explain(text)[.key].contains("secret 3 "))
    #expect(try client.explain(text)[.key].contains("was rotated out just now by uid "))
    #expect(try client.explain(text)[.key].contains("; secret 4 ("))
  }

  @Test func whatIsDeadForMoreThanThirtyDaysIsStillKnownToTheRecords() throws {
    let client = try past { past, now in
      _ = try past.issue("one", in: "acme", id: id, at: now - 90 * day)
      try past.rotate(id, to: "two", overlap: day, at: now - 61 * day)
      _ = try past.issue("gone", in: "acme", id: "key_0000000000000002", at: now - 90 * day)
      try past.change(at: now - 40 * day) {
        _ = try $0.revokeKey(
          .id(KeyID("key_0000000000000002")!), secretVersion: 0, reason: "over",
          by: PastStore.author)
      }
      // By a clock that is believed.
      try past.put("recent", at: now)
    }
    for explained in [
      try client.explain(SecretText("one"), "", "x:y"),
      try client.explain(id: id, version: 1, "", "x:y"),
    ] {
      // What Authorize says names no key; what the records know is told all the same.
      #expect(explained.outcome == .init(decision: .invalidAPIKey, reason: .keyUnknown))
      #expect(explained[.key].contains("secret 1 (pc_live_…one) of \(id)"))
      #expect(explained[.key].contains("was rotated out 60d ago by past (uid 0); secret 2"))
      #expect(explained[.key].contains("more than 30 days ago"))
      #expect(explained[.permission] == "the only granted pattern does not cover x:y: a:b")
      #expect(explained.failed == ["key", "permission"])
    }
    for explained in [
      try client.explain(SecretText("gone")), try client.explain(id: "key_0000000000000002"),
    ] {
      #expect(explained.outcome == .init(decision: .invalidAPIKey, reason: .keyUnknown))
      #expect(explained[.key].contains("\"gone\" was revoked 40d ago by past (uid 0): over; "))
      #expect(explained[.organization].hasPrefix("not judged"))
      #expect(explained.failed.count == 5)
    }
  }

  @Test func deletedKeyIsKnownOnlyAsDead() throws {
    let (id, key) = try client.issue("acme")
    try client.revoke(id)
    _ = try client.result(.deleteKey(.init(keyID: id)))
    #expect(
      try client.status(.explainAuthorize(.init(permission: "a:b", keyID: id)))?.code == .notFound)
    try daemon.alsoAfterRestart { client in
      let explained = try client.explain(key)
      #expect(explained.outcome == (try client.authorize(key)))
      #expect(explained.outcome.reason == .keyRevoked)
      #expect(explained[.key].hasPrefix("the key was deleted; this secret of it was revoked, or "))
      #expect(explained.failed.count == 5)
    }
  }

  @Test func textThatIsNoKeyTellsTheMistake() throws {
    let (_, key) = try client.issue("acme")
    let text = key.string
    var typed = Array(text.utf8)
    typed[10] = typed[10] == 0x30 ? 0x31 : 0x30
    let foreign = try InProcess { $0.keyPrefix = KeyPrefix("xy")! }
    let twin = try InProcess()
    for daemon in [foreign, twin] { try daemon.client().put("acme") }
    guard case .health(let health) = try client.result(.health(.init())) else { return }
    let cases: [(String, String)] = [
      ("", "no key was sent"),
      ("Bearer \(text)", "malformed: it begins with \"Bearer \""),
      ("\"\(text)\"", "no such key: it has a quotation mark"),
      (" \(text)", "malformed: there is a space or a line break before it or behind it"),
      ("\(text)\n", "malformed: there is a space or a line break before it or behind it"),
      ("pc_live_ \(text)", "malformed: it has a space"),
      (String(text.dropLast()), "no such key: it is 1 character too short"),
      (text + "ab", "no such key: it is 2 characters too long"),
      (String(decoding: typed, as: UTF8.self), "malformed: its checksum is wrong"),
      ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "no such key: it looks like a JSON web token"),
      (
        "eyJhbGciOiJIUzI1NiJ9." + String(repeating: "a", count: 300) + ".c2ln",
        "malformed: it looks like a JSON web token"
      ),
      (String(repeating: "k", count: 257), "malformed: it is longer than 256 bytes"),
      ("schlüssel", "malformed: it has a control character or a character outside ASCII"),
      ("sk_something-else", "no such key: it is not of OrgKey's form"),
      (try foreign.client().issue("acme").text.string, "the keys of this daemon begin with pc_"),
      (
        try twin.client().issue("acme").text.string,
        "it was not issued by this database (\(health.databaseID)): issued by another one, or its "
          + "record was deleted"
      ),
    ]
    for (text, found) in cases {
      let explained = try client.explain(SecretText(text))
      #expect(explained[.key].contains(found), "\(explained[.key])")
      #expect(explained.outcome == (try client.authorize(SecretText(text))))
      #expect(explained.failed.count == 5)
      for rule in Rule.allCases.dropFirst() {
        #expect(explained[rule] == "not judged: there is no key to judge it by")
      }
      // What may be a secret is quoted nowhere.
      if text.count > 20 { #expect(!explained.steps.contains { $0.found.contains(text) }) }
    }
  }
}
