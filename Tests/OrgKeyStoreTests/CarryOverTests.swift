import OrgKeyModel
@testable import OrgKeyStore
import Testing

/// What took access away after the backup was made stays so when it is restored.
@Suite struct CarryOverTests {
  let world: BackedUp
  init() throws { world = try BackedUp() }

  @Test func keyRevokedSinceStaysRevokedWithTimeAndReason() throws {
    try world.change { try $0.revoke(.id(keyID(2)), reason: "leaked", at: now + 5) }
    let report = try world.restore()
    #expect(report.present == .read && report.carried.revokedKeys == 1)
    #expect(report.carried.gapCount == 0)
    let key = try world.key(2)
    #expect(key.revokedAt == now + 5 && key.revokedReason == "leaked")
    #expect(try world.loaded().keys.filter { $0.revokedAt != 0 }.map(\.id) == [keyID(2)])
  }

  @Test func secretMadeAndEndedSinceStaysKnownAsDead() throws {
    try world.change { store in
      try store.issue(newKey(20, in: "acme"), at: now + 1)
      try store.revoke(.id(keyID(20)), at: now + 2)
      try store.rotate(5, to: 205, .none, at: now + 3)
      try store.revoke(.id(keyID(5)), version: 2, at: now + 4)
      // Live, so nothing forbids it to be taken over again.
      try store.issue(newKey(21, in: "acme"), at: now + 5)
    }
    #expect(try world.restore().carried.deadDigests == 2)
    #expect(try Set(world.loaded().deadDigests) == [digest(20), digest(205)])
    try world.change { store in
      #expect(
        try refusal { try store.issue(newKey(20, in: "acme")) }?.code == .alreadyExists)
      try store.issue(newKey(21, in: "acme"))
    }
  }

  @Test func keyThatEndsEarlierSinceEndsThen() throws {
    try world.change { store in
      try store.update(3) { $0.expiresAt = now + 900 }
      try store.update(4) { $0.expiresAt = now + 900 }
      try store.backup(to: world.backup)
      try store.update(3) { $0.expiresAt = now + 800 }
      try store.update(4) { $0.expiresAt = 0 }
      try store.update(6) { $0.expiresAt = now + 700 }
    }
    #expect(try world.restore().carried.shortenedKeys == 2)
    #expect(
      try [3, 4, 6].map { try world.key($0).expiresAt } == [now + 800, now + 900, now + 700])
  }

  @Test func keyRevokedBeforeKeepsItsFirstTime() throws {
    try world.change { store in
      try store.revoke(.id(keyID(2)), reason: "first", at: now + 5)
      try store.backup(to: world.backup)
    }
    #expect(try world.restore().carried == CarriedOver())
    #expect(try world.key(2).revokedAt == now + 5)
  }

  @Test func keyDisabledSinceStaysDisabledAndOneEnabledSinceStaysAsItWas() throws {
    try world.change { store in
      try store.update(3) { $0.disabled = true }
      try store.backup(to: world.backup)
      try store.update(3) { $0.disabled = false }
      try store.update(4) { $0.disabled = true }
    }
    #expect(try world.restore().carried.disabledKeys == 1)
    #expect(try world.key(3).disabled && world.key(4).disabled)
  }

  @Test func secretRevokedOrRetiredSinceIsDeadAndOfItsKeyIsTold() throws {
    try world.change { store in
      // The backup has only the old ones; the last still works for a year.
      try store.rotate(5, to: 205, .none, at: now + 7)
      try store.rotate(8, to: 208, .length(4 * 365 * 86_400_000))
      try store.revoke(.id(keyID(6)), version: 1, at: now + 8)
    }
    let report = try world.restore()
    #expect(report.carried.endedSecrets == 3 && report.carried.keyWithoutSecretCount == 2)
    #expect(report.carried.keysWithoutSecret == [keyID(5).text, keyID(6).text])
    let secrets = try world.loaded().secrets
    #expect(secrets.first { $0.key == 5 }?.retiresAt == now + 7)
    #expect(secrets.first { $0.key == 6 }?.revoked == true)
    #expect(secrets.first { $0.key == 8 }?.retiresAt == now + 4 * 365 * 86_400_000)
    #expect(secrets.count == 9)
  }

  @Test func secretThatEndsEarlierInTheBackupEndsThen() throws {
    try world.change { store in
      try store.rotate(5, to: 205, .length(7))
      try store.backup(to: world.backup)
      try store.change { transaction in
        let secrets = try transaction.connection.secrets(of: 5)
        let old = try #require(secrets.last)
        var row = old
        row.retiresAt = now + 900
        try transaction.update(old, to: row)
      }
    }
    #expect(try world.restore().carried.endedSecrets == 0)
    #expect(try world.loaded().secrets.first { $0.number == 5 }?.retiresAt == now + 7)
  }

  @Test func organizationSuspendedSinceStaysSuspendedUnlessItIsAnotherOfTheSameName() throws {
    try world.change { store in
      try store.suspend("acme-eu")
      // Its identifier is used again by another, which is suspended.
      try store.delete(organization: "gone")
      try store.put("gone")
      try store.suspend("gone")
    }
    let carried = try world.restore().carried
    #expect(carried.suspendedOrganizations == 1 && carried.deletedOrganizations == 1)
    let suspended = try world.loaded().organizations.filter(\.suspended)
    #expect(suspended.map(\.id) == ["acme-eu"])
  }

  @Test func organizationWhoseNumberMeansAnotherIsNotSuspended() throws {
    try world.change { store in
      try store.change { transaction in
        let old = try #require(try transaction.organization(id: "gone"))
        var row = old
        row.id = "other"
        row.suspended = true
        try transaction.update(old, to: row)
      }
    }
    #expect(try world.restore().carried.suspendedOrganizations == 0)
    #expect(try world.loaded().organizations.contains { $0.suspended } == false)
  }

  @Test func keyDeletedSinceIsRevokedAndDigestsOfOthersStayKnown() throws {
    try world.change { store in
      try store.revokeAndDelete(7, at: now + 9)
      try store.issue(newKey(10, in: "acme"))
      try store.revokeAndDelete(10, at: now + 10)
    }
    let report = try world.restore()
    #expect(report.carried.deletedKeys == [keyID(7).text] && report.carried.deletedKeyCount == 1)
    #expect(report.carried.deadDigests == 1)
    #expect(try world.key(7).revokedAt == now + 9)
    let loaded = try world.loaded()
    #expect(loaded.deadDigests == [digest(10)])
    #expect(loaded.keys.count == 9)
    // Nobody imports either of them.
    let store = try world.directory.open()
    for number in [7, 10] {
      let again = newKey(50, in: "acme") { $0.digest = digest(number) }
      #expect(try refusal { try store.issue(again) }?.code == .alreadyExists)
    }
    try store.close()
  }

  @Test func organizationDeletedSinceIsThereAgainAndItsKeysAreRevoked() throws {
    try world.change { store in
      try store.issue(newKey(10, in: "acme"))
      try store.delete(organization: "acme-eu", keys: true, at: now + 9)
    }
    let carried = try world.restore().carried
    #expect(carried.deletedOrganizations == 1 && carried.deletedKeyCount == 9)
    let loaded = try world.loaded()
    #expect(loaded.organizations.count == 3 && loaded.keys.count == 9)
    #expect(loaded.keys.allSatisfy { $0.revokedAt == now + 9 })
  }

  @Test func restoringTwiceCarriesNothingMore() throws {
    try world.change { store in
      try store.revoke(.id(keyID(1)))
      try store.revokeAndDelete(7, at: now)
      try store.suspend("acme")
      try store.revoke(.id(keyID(4)), version: 1)
      try store.update(3) { $0.disabled = true }
    }
    try world.restore()
    let first = try world.directory.dump(world.database)
    let again = world.directory.path + "/again"
    try world.change { try $0.backup(to: again) }
    #expect(try world.restore(again).carried == CarriedOver())
    let rows = { (dump: String) in dump.split(separator: "\n").filter { !$0.contains("audit") } }
    #expect(try rows(world.directory.dump(world.database)) == rows(first))
  }

  @Test func hundredsOfKeysAreCarriedOver() throws {
    try world.change { store in
      try store.issue(100...599)
      try store.backup(to: world.backup)
      for number in 100...599 { try store.revoke(.id(keyID(number))) }
    }
    #expect(try world.restore().carried.revokedKeys == 500)
    #expect(try world.loaded().keys.count { $0.revokedAt != 0 } == 500)
  }
}
