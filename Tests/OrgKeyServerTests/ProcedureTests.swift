import OrgKeyModel
import OrgKeySystem
import Testing

@testable import OrgKeyWire

/// The provider's documented procedure, from the first key to the last.
@Suite struct ProcedureTests {
  private static let day: Int64 = 86_400_000

  /// Keys of months ago: two that nobody has used for 30 days, one of them never, and two that
  /// are no candidates.
  private func makeOldKeys(in daemon: InProcess) throws {
    daemon.stop()
    try PastStore.change(daemon) { past in
      let now = Clock.wallMilliseconds()
      let day = ProcedureTests.day
      try past.put("acme", at: now - 200 * day)
      for (number, (name, age, lastUsed)) in [
        ("never-used", Int64(90), Int64?.none), ("forgotten", 120, 31), ("in-use", 120, 29),
        ("new", 3, nil),
      ].enumerated() {
        try past.issue(
          name, in: "acme", id: "key_000000000000000\(number)", at: now - age * day,
          usedAt: lastUsed.map { now - $0 * day })
      }
    }
    try daemon.start()
  }

  @Test func keysAreIssuedRotatedFoundUnusedRevokedAndDeleted() throws {
    let daemon = try InProcess()
    try makeOldKeys(in: daemon)
    let client = try daemon.client()

    // Issued once for production, shown once.
    let (id, first) = try client.issue(
      .init(
        organizationID: "acme", name: "Production CRM sync", environment: "live",
        permissions: ["contacts:*"]))
    func request(_ text: SecretText) throws -> OrgKeyWire.Reason {
      try client.authorize(text, "acme", "contacts:read", environment: "live").reason
    }
    for _ in 0..<3 { #expect(try request(first) == .unspecified) }

    // Rotated: both work while the new secret is deployed.
    let (rotated, second) = try client.rotate(id)
    #expect(rotated.secrets.map(\.allowedCount) == [0, 3])
    #expect(try request(first) == .unspecified)
    #expect(try request(second) == .unspecified)

    // Traffic arrives on the new one, and the old one falls silent.
    let before = try client.key(id)
    #expect(before.secrets.map(\.allowedCount) == [1, 4])
    for _ in 0..<5 { #expect(try request(second) == .unspecified) }
    let after = try client.key(id)
    #expect(after.secrets.map(\.allowedCount) == [6, 4])
    #expect(after.secrets[1].lastUsedAtUnixMs == before.secrets[1].lastUsedAtUnixMs)
    #expect(after.secrets[0].lastUsedAtUnixMs >= after.secrets[1].lastUsedAtUnixMs)
    #expect(after.allowedCount == 10)

    // Then the old one goes, at once.
    _ = try client.result(
      .revokeKey(.init(keyID: id, secretVersion: 1, reason: "rotated out")))
    #expect(try request(first) == .secretRetired)
    #expect(try request(second) == .unspecified)
    #expect(try client.key(id).secrets.map(\.version) == [2])

    // Candidates for deletion: active and unused for 30 days.
    let stale = ListKeysRequest(
      organizationID: "acme", includeDescendants: true, states: [.active],
      unusedSinceUnixMs: Clock.wallMilliseconds() - 30 * ProcedureTests.day)
    let found = try client.keys(stale)
    #expect(found.map(\.name) == ["forgotten", "never-used"])
    #expect(found.map { $0.lastUsedAtUnixMs == 0 } == [false, true])
    // A request that is not on disk yet counts as use.
    #expect(try client.authorize(SecretText("forgotten")).decision == .allowed)
    #expect(try client.keys(stale).map(\.name) == ["never-used"])

    // Revoked, then deleted; what is left of it is that it was revoked.
    let unused = found[1].keyID
    #expect(try client.status(.deleteKey(.init(keyID: unused)))?.code == .failedPrecondition)
    _ = try client.result(.revokeKey(.init(keyID: unused, reason: "unused for 30 days")))
    #expect(try client.authorize(SecretText("never-used")).reason == .keyRevoked)
    _ = try client.result(.deleteKey(.init(keyID: unused)))
    #expect(try client.keys(stale).isEmpty)
    #expect(try client.status(.getKey(.init(keyID: unused)))?.code == .notFound)
    try daemon.alsoAfterRestart { client throws in
      #expect(try client.authorize(SecretText("never-used")).reason == .keyRevoked)
      #expect(
        try client.keys().map(\.name) == ["Production CRM sync", "new", "in-use", "forgotten"])
      #expect(try client.key(id).secrets.map(\.allowedCount) == [7])
    }
  }
}
