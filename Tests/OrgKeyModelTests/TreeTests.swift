import OrgKeyModel
import Testing

/// The fixture's tree, changed.
@Suite struct TreeTests {
  private func reason(_ directory: borrowing Directory, in organization: String) -> Reason {
    var ask = Ask()
    ask.organization = organization
    return ask(directory).reason
  }

  private func counts(_ directory: borrowing Directory, _ number: Int64) -> [Int]? {
    guard let handle = directory.organization(number: number) else { return nil }
    let state = directory[handle]
    return [
      state.depth, state.childCount, state.subtreeOrganizationCount, state.subtreeKeyCount,
    ]
  }

  @Test func suspensionReachesAllBelowAndResumingUndoesJustThat() {
    var directory = Fixture().directory()
    #expect(directory.apply(.suspendOrganization(number: 3, true)) == true)
    #expect(reason(directory, in: "acme/eu/de") == .organizationSuspended)
    #expect(reason(directory, in: "acme/eu") == .allowed)
    #expect(directory.apply(.suspendOrganization(number: 1, true)) == true)
    for id in ["acme/eu", "acme/eu/de", ""] {
      #expect(reason(directory, in: id) == .organizationSuspended)
    }
    #expect(directory.apply(.suspendOrganization(number: 1, false)) == true)
    #expect(reason(directory, in: "acme/eu") == .allowed)
    #expect(reason(directory, in: "acme/eu/de") == .organizationSuspended)
    // Resumed while one above is suspended, it stays closed until that is resumed too.
    _ = directory.apply(.suspendOrganization(number: 2, true))
    _ = directory.apply(.suspendOrganization(number: 3, false))
    #expect(reason(directory, in: "acme/eu/de") == .organizationSuspended)
    _ = directory.apply(.suspendOrganization(number: 2, false))
    #expect(reason(directory, in: "acme/eu/de") == .allowed)
  }

  @Test func moveTakesEverythingBelowAlong() {
    var directory = Fixture().directory()
    #expect(directory.apply(.moveOrganization(number: 2, parent: 5)) == true)
    #expect(counts(directory, 1) == [0, 1, 2, 0])
    #expect(counts(directory, 5) == [0, 1, 3, 1])
    #expect(counts(directory, 3) == [2, 0, 1, 0])
    #expect(reason(directory, in: "acme/eu/de") == .allowed)
    #expect(directory.apply(.moveOrganization(number: 3, parent: 0)) == true)
    #expect(counts(directory, 3) == [0, 0, 1, 0])
    #expect(reason(directory, in: "acme/eu/de") == .organizationOutside)
    #expect(directory.organizationCount == 5)
    // Under a suspended parent it is suspended, and no longer when it is taken away.
    _ = directory.apply(.suspendOrganization(number: 4, true))
    _ = directory.apply(.moveOrganization(number: 2, parent: 4))
    #expect(reason(directory, in: "") == .organizationSuspended)
    _ = directory.apply(.moveOrganization(number: 2, parent: 1))
    #expect(reason(directory, in: "") == .allowed)
  }

  @Test func moveThatWouldBeTooDeepChangesNothing() {
    var directory = Directory(seed: seed)
    let chain = (0...64).map {
      OrganizationRecord(number: Int64($0 + 1), id: "o\($0)", parent: Int64($0))
    }
    #expect(directory.loadOrganizations(chain) == 0)
    let other = OrganizationRecord(number: 100, id: "other", parent: 0)
    #expect(directory.apply(.addOrganization(other)) == true)
    #expect(directory.apply(.moveOrganization(number: 1, parent: 100)) == false)
    #expect(directory.apply(.moveOrganization(number: 2, parent: 100)) == true)
    #expect(directory.apply(.moveOrganization(number: 100, parent: 1)) == false)
    #expect(counts(directory, 65) == [64, 0, 1, 0])
  }

  @Test func removedOrganizationLeavesItsIdentifierFree() {
    var directory = Fixture().directory()
    #expect(directory.apply(.removeOrganization(number: 3)) == true)
    #expect(reason(directory, in: "acme/eu/de") == .organizationUnknown)
    #expect(counts(directory, 1) == [0, 2, 3, 1])
    let again = OrganizationRecord(number: 6, id: "acme/eu/de", parent: 5)
    #expect(directory.apply(.addOrganization(again)) == true)
    #expect(reason(directory, in: "acme/eu/de") == .organizationOutside)
  }

  @Test func removedKeyStaysKnownAsRevokedForThirtyDays() {
    var directory = Fixture().directory()
    _ = directory.apply(.revokeKeys(numbers: [7], at: noon))
    #expect(directory.apply(.removeKeys(numbers: [7])) == true)
    #expect(directory.key(number: 7) == nil)
    #expect(Ask()(directory).reason == .keyRevoked)
    #expect(Ask()(directory).key == nil)
    var ask = Ask()
    ask.now = instant(noon + 30 * day)
    #expect(ask(directory).reason == .keyUnknown)
    #expect(directory.insert(deadDigest: digest(70), diedAt: noon) == false)
    #expect(directory.insert(deadDigest: digest(71), diedAt: noon) == true)
    var position: UInt32 = 0
    let dead = directory.deadSecrets(until: noon, from: &position, examining: 100)
    for secret in dead { directory.forget(secret) }
    #expect(dead.count == 2)
    #expect(directory.secretCount == 0)
    #expect(Ask()(directory).reason == .keyUnknown)
  }

  @Test func updatedKeyIsDecidedByWhatItIsNow() {
    var directory = Fixture().directory()
    var key = Fixture().key
    key.disabled = true
    key.expiresAt = noon + 1
    #expect(directory.apply(.updateKey(key)) == true)
    #expect(Ask()(directory).reason == .keyDisabled)
    #expect(directory.activeKeyCount == 0)
    key.disabled = false
    key.rateLimit = RateLimit(limit: 1, window: 60)
    _ = directory.apply(.updateKey(key))
    #expect(directory.activeKeyCount == 1)
    #expect(Ask()(directory).reason == .allowed)
    #expect(Ask()(directory).reason == .rateLimited)
    // The same limit again goes on with its window, another opens one.
    _ = directory.apply(.updateKey(key))
    #expect(Ask()(directory).reason == .rateLimited)
    key.rateLimit = RateLimit(limit: 1, window: 61)
    _ = directory.apply(.updateKey(key))
    #expect(Ask()(directory).reason == .allowed)
    _ = directory.apply(.addPermissionSet(number: 2, patterns: ["deals:*"]))
    key.permissionSet = 2
    key.rateLimit = nil
    _ = directory.apply(.updateKey(key))
    #expect(Ask()(directory).reason == .permissionMissing)
    #expect(Ask()(directory).rateLimit == nil)
  }

  @Test func keysAreCountedByState() {
    var directory = Fixture().directory()
    func counts(_ directory: borrowing Directory) -> [Int] {
      let counts = directory.keyCounts
      return [counts.active, counts.disabled, counts.expired, counts.revoked]
    }
    #expect(counts(directory) == [1, 0, 0, 0])
    var key = Fixture().key
    key.disabled = true
    _ = directory.apply(.updateKey(key))
    #expect(counts(directory) == [0, 1, 0, 0])
    for _ in 0..<2 { _ = directory.markExpired(key: 7, true) }
    #expect(counts(directory) == [0, 0, 1, 0])
    for _ in 0..<2 { _ = directory.apply(.revokeKeys(numbers: [7], at: noon)) }
    #expect(counts(directory) == [0, 0, 0, 1])
    _ = directory.apply(.removeKeys(numbers: [7]))
    #expect(counts(directory) == [0, 0, 0, 0])
  }

  @Test func expiredKeyIsCountedAgainOnceItIsExtended() {
    var directory = Fixture().directory()
    var key = Fixture().key
    key.expiresAt = noon
    _ = directory.apply(.updateKey(key))
    _ = directory.markExpired(key: 7, true)
    for disabled in [true, false] {
      key.disabled = disabled
      _ = directory.apply(.updateKey(key))
      #expect(directory.activeKeyCount == 0)
    }
    key.expiresAt = noon + 1
    _ = directory.apply(.updateKey(key))
    #expect(directory.activeKeyCount == 1)
  }
}
