import OrgKeyModel
import OrgKeyServer
import OrgKeySystem
import Synchronization
import Testing

@testable import OrgKeyWire

@Suite struct RotationTests {
  let daemon: InProcess
  let client: RawClient
  let id: String
  let first: SecretText

  init() throws {
    // Nothing reaches the disk before the daemon stops.
    daemon = try InProcess { $0.usageFlushInterval = 3_600_000 }
    client = try daemon.client()
    try client.put("acme")
    (id, first) = try client.issue(.init(organizationID: "acme", name: "CRM", permissions: ["*"]))
  }

  @Test func bothSecretsWorkAndAreCountedApart() throws {
    for _ in 0..<3 { _ = try client.authorize(first) }
    let (rotated, second) = try client.rotate(id)
    #expect(rotated.secrets.map(\.version) == [2, 1])
    #expect(rotated.secrets.map(\.allowedCount) == [0, 3])
    #expect(rotated.allowedCount == 3 && rotated.keyID == id && rotated.name == "CRM")
    #expect(second.string.hasPrefix("pc_live_") && second != first)
    #expect(rotated.secrets[0].hint == "pc_live_…\(second.string.suffix(4))")
    let before = Clock.wallMilliseconds()
    for _ in 0..<2 {
      let answer = try client.authorize(second)
      #expect(answer.decision == .allowed && answer.secretVersion == 2 && answer.keyID == id)
    }
    #expect(try client.authorize(first).secretVersion == 1)
    // A denial is the key's alone.
    _ = try client.authorize(second, "nowhere")
    func expectCounts(_ client: RawClient, _ counts: [UInt64]) throws {
      let key = try client.key(id)
      #expect(key.secrets.map(\.allowedCount) + [key.allowedCount, key.deniedCount] == counts)
      let (new, old) = (key.secrets[0].lastUsedAtUnixMs, key.secrets[1].lastUsedAtUnixMs)
      #expect(new >= before && new <= Clock.wallMilliseconds() && old >= new)
      #expect(key.lastUsedAtUnixMs == old)
    }
    try expectCounts(client, [2, 4, 6, 1])
    let again = try daemon.restarted()
    try expectCounts(again, [2, 4, 6, 1])
    _ = try again.authorize(first)
    try expectCounts(again, [2, 5, 7, 1])
    let updated = try again.update(.init(keyID: id, fields: ["name"], name: "New"))
    #expect(updated.secrets.map(\.allowedCount) == [2, 5])
  }

  @Test func overlapEndsWhenTheSecretIsPresented() throws {
    let (key, second) = try client.rotate(id, overlap: 1)
    let end = try #require(key.secrets.last?.retiresAtUnixMs)
    #expect(end > Clock.wallMilliseconds() && end <= Clock.wallMilliseconds() + 1_000)
    while try client.authorize(first).decision == .allowed {}
    #expect(Clock.wallMilliseconds() >= end)
    #expect(try client.authorize(first).reason == .secretRetired)
    #expect(try client.authorize(second).decision == .allowed)
    #expect(try client.key(id).secrets.map(\.version) == [2])
    let again = try daemon.restarted()
    #expect(try again.authorize(first).reason == .secretRetired)
    #expect(try again.authorize(first).secretVersion == 1)
  }

  @Test func overlapEndsAlsoWhenNobodyServed() throws {
    daemon.stop()
    try PastStore.change(daemon) { past in
      let now = Clock.wallMilliseconds()
      for (id, length) in [("key_00000000000ended", 59_000), ("key_000000000running", 3_600_000)] {
        try past.issue("old-\(id)", in: "acme", id: id, at: now - 90_000)
        try past.rotate(id, to: "new-\(id)", overlap: Int64(length), at: now - 60_000)
      }
    }
    try daemon.start()
    let client = try daemon.client()
    func reason(_ text: String) throws -> OrgKeyWire.Reason {
      try client.authorize(SecretText(text)).reason
    }
    #expect(try reason("old-key_00000000000ended") == .secretRetired)
    #expect(try reason("new-key_00000000000ended") == .unspecified)
    #expect(try reason("old-key_000000000running") == .unspecified)
    // With the one retired there is room for another.
    #expect(
      try client.rotate("key_00000000000ended").key.secrets.map(\.version) == [3, 2])
  }

  @Test func withoutAnOverlapTheOldSecretIsDeadAtOnce() throws {
    let (key, second) = try client.rotate(id, overlap: -1)
    #expect(key.secrets.map(\.version) == [2])
    #expect(try client.authorize(first).reason == .secretRetired)
    #expect(try client.authorize(second).decision == .allowed)
  }

  @Test func oldSecretWhenRevokedLeavesTheKeyToTheNewOne() throws {
    let (_, second) = try client.rotate(id)
    _ = try client.result(.revokeKey(.init(keyID: id, secretVersion: 1)))
    #expect(try client.authorize(first).reason == .secretRetired)
    #expect(try client.authorize(second).decision == .allowed)
    // Whoever finds the old one takes nothing from the key.
    _ = try client.result(.revokeKey(.init(apiKey: first)))
    #expect(try client.authorize(second).decision == .allowed)
  }

  @Test func repeatedRequestNamesKeyAndSecretAndMakesNoThird() throws {
    let (_, second) = try client.rotate(id, requestID: "r1")
    let request = RotateKeyRequest(keyID: id, requestID: "r1")
    try daemon.alsoAfterRestart { client in
      let status = try client.status(.rotateKey(request))
      #expect(status?.code == .alreadyExists)
      #expect(status?.keyID == id && status?.secretVersion == 2)
      var another = request
      another.overlapS = 60
      #expect(try client.status(.rotateKey(another))?.field == "request_id")
      let issue = IssueKeyRequest(organizationID: "acme", name: "n", requestID: "r1")
      #expect(try client.status(.issueKey(issue))?.field == "request_id")
    }
    let client = try daemon.client()
    #expect(try client.key(id).secrets.count == 2)
    // Who lost the text gets another; what is at work is not touched.
    _ = try client.result(.revokeKey(.init(keyID: id, secretVersion: 2)))
    let (key, third) = try client.rotate(id, requestID: "r2")
    #expect(key.secrets.map(\.version) == [3, 1])
    #expect(try client.authorize(first).decision == .allowed)
    #expect(try client.authorize(second).reason == .secretRetired)
    #expect(try client.authorize(third).decision == .allowed)
  }

  @Test func withTwoLiveSecretsTheOlderIsNamed() throws {
    let (key, _) = try client.rotate(id)
    for overlap in [Int64(0), 60, -1] {
      let status = try client.status(.rotateKey(.init(keyID: id, overlapS: overlap)))
      #expect(status?.code == .failedPrecondition)
      #expect(status?.message.contains("secret 1 (\(key.secrets[1].hint))") == true)
    }
    #expect(try client.key(id) == key)
  }

  @Test func ofManyAtOnceOneRotates() throws {
    let codes = Mutex<[Code?]>([])
    let threads = try (0..<8).map { number in
      let client = try daemon.client()
      let request = RotateKeyRequest(keyID: id, requestID: "r\(number)")
      return try Thread("rotator-\(number)") {
        let response = try? client.call(.rotateKey(request))
        codes.withLock { $0.append(response.map { $0.status?.code ?? .ok }) }
      }
    }
    for thread in threads { thread.join() }
    let answered = codes.withLock { $0 }
    #expect(answered.count { $0 == .ok } == 1)
    #expect(answered.count { $0 == .failedPrecondition } == 7)
    #expect(try client.key(id).secrets.map(\.version) == [2, 1])
  }

  @Test func whatCannotBeRotatedIsRefused() throws {
    for (request, field) in [
      (RotateKeyRequest(), "key_id"), (.init(keyID: "key_short"), "key_id"),
      (.init(keyID: id, overlapS: -2), "overlap_s"),
      (.init(keyID: id, overlapS: .min), "overlap_s"),
      (.init(keyID: id, overlapS: .max), "overlap_s"),
      (.init(keyID: id, overlapS: 100 * 365 * 86_400 + 1), "overlap_s"),
      (.init(keyID: id, requestID: String(repeating: "r", count: 65)), "request_id"),
    ] {
      let status = try client.status(.rotateKey(request))
      #expect(status?.code == .invalidArgument && status?.field == field)
    }
    let unknown = RotateKeyRequest(keyID: "key_0123456789abcdef")
    #expect(try client.status(.rotateKey(unknown))?.code == .notFound)
    #expect(try client.key(id).secrets.map(\.version) == [1])
    try client.revoke(id)
    #expect(try client.status(.rotateKey(.init(keyID: id)))?.code == .failedPrecondition)
  }
}
