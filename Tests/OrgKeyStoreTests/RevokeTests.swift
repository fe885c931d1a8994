import OrgKeyModel
@testable import OrgKeyStore
import Testing

@Suite struct RevokeTests {
  let directory: TemporaryDirectory
  let store: Store
  init() throws {
    directory = try TemporaryDirectory()
    store = try directory.open()
    try store.put("acme")
    try store.put("acme-eu", under: "acme")
    try store.issue(newKey(1, in: "acme"))
  }

  /// Adds a secret, as a later operation will.
  private func rotate(_ number: Int, retiring retiresAt: Int64 = 0) throws {
    try store.change { transaction in
      if retiresAt != 0 {
        let old = try #require(try transaction.connection.secrets(of: 1).first)
        var retired = old
        retired.retiresAt = retiresAt
        try transaction.update(old, to: retired)
      }
      try transaction.addSecret(to: 1, version: 2, digest(number), "pc_live_…\(number)")
    }
  }

  private func events() throws -> Int64 {
    try store.count("SELECT count(*) FROM audit WHERE method = 'RevokeKey'")
  }

  @Test func keyWhenRevokedTwiceKeepsFirstTimeAndReason() throws {
    let first = try store.revoke(.id(keyID(1)), reason: "leaked")
    #expect(first.revokedAt == now && first.revokedReason == "leaked")
    #expect(first.state(at: now) == .revoked)
    let second = try store.revoke(.id(keyID(1)), reason: "again", at: now + 5)
    #expect(second == first)
    #expect(try store.revoke(.digest(digest(1)), version: 1, at: now + 9) == first)
    #expect(try events() == 1)
    #expect(try store.loadAll().keys.first?.revokedAt == now)
  }

  @Test func keyWhenRevokedByItsSecretIsRevokedWhole() throws {
    #expect(try store.revoke(.digest(digest(1))).revokedAt == now)
  }

  @Test func keyThatIsUnknownIsNotFound() throws {
    let refusals = try [
      refusal { try store.revoke(.id(keyID(9))) },
      refusal { try store.revoke(.digest(digest(9))) },
      refusal { try store.revoke(.id(keyID(9)), by: acting("acme")) },
      refusal { try store.revoke(.id(keyID(1)), by: acting("acme-eu")) },
      refusal { try store.revoke(.digest(digest(1)), by: acting("acme-eu")) },
    ]
    #expect(refusals.allSatisfy { $0?.code == .notFound && $0?.message == "no such key" })
    #expect(try events() == 0)
    #expect(try store.revoke(.id(keyID(1)), by: acting("acme")).revokedAt == now)
  }

  @Test func secretWhenRevokedAloneLeavesTheKey() throws {
    try rotate(2)
    let key = try store.revoke(.id(keyID(1)), version: 1, reason: "old")
    #expect(key.revokedAt == 0)
    #expect(key.secrets.map(\.version) == [2])
    let old = try #require(try store.loadAll().secrets.first { $0.version == 1 })
    #expect(old.revoked && old.retiresAt == now)
    #expect(try store.revoke(.id(keyID(1)), version: 1, at: now + 5) == key)
    #expect(try events() == 1)
  }

  @Test func keyWhenItsLastSecretIsRevokedStaysWithoutOne() throws {
    let key = try store.revoke(.id(keyID(1)), version: 1)
    #expect(key.secrets.isEmpty && key.state(at: now) == .active)
    #expect(try refusal { try store.revoke(.id(keyID(1)), version: 2) }?.code == .notFound)
  }

  @Test func secretThatIsRetiredTakesNothingFromItsKey() throws {
    try rotate(2, retiring: now - 1)
    let key = try store.revoke(.digest(digest(1)), reason: "found")
    #expect(key.revokedAt == 0 && key.secrets.map(\.version) == [2])
    #expect(try store.revoke(.digest(digest(1)), version: 2) == key)
    // It keeps the time of its end, and a clock that is set back no longer revives it.
    let old = try #require(try store.loadAll().secrets.first { $0.version == 1 })
    #expect(old.retiresAt == now - 1 && old.revoked)
  }

  @Test func secretInItsOverlapWhenPresentedRevokesTheKey() throws {
    try rotate(2, retiring: now + 1000)
    #expect(try store.revoke(.digest(digest(1))).revokedAt == now)
  }
}
