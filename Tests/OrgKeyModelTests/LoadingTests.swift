import OrgKeyModel
import TestSupport
import Testing

private struct Missing: Error {}

@Suite struct LoadingTests {
  private func load(_ records: [OrganizationRecord]) -> Directory {
    var directory = Directory(seed: seed)
    _ = directory.loadOrganizations(records)
    return directory
  }

  private func state(_ directory: borrowing Directory, _ number: Int64) -> OrganizationState? {
    directory.organization(number: number).map { directory[$0] }
  }

  @Test func childrenMayComeBeforeTheirParents() {
    let directory = load([
      OrganizationRecord(number: 3, id: "c", parent: 2),
      OrganizationRecord(number: 1, id: "a", parent: 2),
      OrganizationRecord(number: 2, id: "b", parent: 4, suspended: true),
      OrganizationRecord(number: 4, id: "d", parent: 0),
    ])
    #expect(directory.organizationCount == 4)
    #expect(state(directory, 4)?.depth == 0)
    #expect(state(directory, 4)?.subtreeOrganizationCount == 4)
    #expect(state(directory, 4)?.isClosed == false)
    #expect(state(directory, 3)?.depth == 2)
    #expect(state(directory, 3)?.suspendedByAncestor == true)
    #expect(state(directory, 2)?.suspendedByAncestor == false)
  }

  @Test func orphanIsAQuarantinedRoot() {
    let directory = load([
      OrganizationRecord(number: 1, id: "a", parent: 9),
      OrganizationRecord(number: 2, id: "b", parent: 1),
    ])
    #expect(state(directory, 1)?.quarantined == true)
    #expect(state(directory, 1)?.parent == nil)
    #expect(state(directory, 2)?.suspendedByAncestor == true)
  }

  @Test(arguments: 1...5) func cycleIsClosed(length: Int64) {
    var records = (1...length).map {
      OrganizationRecord(number: $0, id: "cycle\($0)", parent: $0 % length + 1)
    }
    records.append(OrganizationRecord(number: 10, id: "below", parent: length))
    records.append(OrganizationRecord(number: 11, id: "elsewhere", parent: 0))
    let directory = load(records)
    for number in (1...length) + [10] { #expect(state(directory, number)?.isClosed == true) }
    #expect(state(directory, 11)?.isClosed == false)
    #expect(directory.organizationCount == Int(length) + 2)
  }

  @Test func whatIsTooDeepIsClosed() {
    let directory = load(
      (1...80).map { OrganizationRecord(number: $0, id: "o\($0)", parent: $0 - 1) })
    #expect(state(directory, 65)?.depth == 64)
    #expect(state(directory, 65)?.isClosed == false)
    #expect(state(directory, 66)?.quarantined == true)
    #expect(state(directory, 80)?.isClosed == true)
  }

  @Test func sharedIdentifierClosesBoth() {
    let directory = load([
      OrganizationRecord(number: 1, id: "same", parent: 0),
      OrganizationRecord(number: 2, id: "same", parent: 0),
      OrganizationRecord(number: 3, id: "below", parent: 1),
      OrganizationRecord(number: 4, id: "below2", parent: 2),
    ])
    for number in 1...4 { #expect(state(directory, Int64(number))?.isClosed == true) }
  }

  @Test func identifiersAreComparedAsBytes() {
    let composed = "caf\u{E9}"
    let decomposed = "cafe\u{301}"
    #expect(composed == decomposed)
    let directory = load([
      OrganizationRecord(number: 1, id: composed, parent: 0),
      OrganizationRecord(number: 2, id: decomposed, parent: 0),
    ])
    let first = directory.organization(id: composed.utf8.span)
    let second = directory.organization(id: decomposed.utf8.span)
    #expect(first.map { directory[$0].number } == 1)
    #expect(second.map { directory[$0].number } == 2)
    #expect(state(directory, 1)?.isClosed == false)
  }

  @Test func impossibleRecordsAreLeftOut() {
    var directory = Directory(seed: seed)
    let left = directory.loadOrganizations([
      OrganizationRecord(number: 0, id: "zero", parent: 0),
      OrganizationRecord(number: -1, id: "negative", parent: 0),
      OrganizationRecord(number: 1 << 32, id: "huge", parent: 0),
      OrganizationRecord(number: 1, id: "", parent: 0),
      OrganizationRecord(number: 2, id: String(repeating: "x", count: 129), parent: 0),
      OrganizationRecord(number: 3, id: "good", parent: 0),
      OrganizationRecord(number: 3, id: "again", parent: 0),
    ])
    #expect(left == 6)
    #expect(directory.organizationCount == 1)
  }

  /// Each of these is refused, and the directory answers as before.
  @Test func changesThatDoNotFitAreRefused() {
    var directory = Fixture().directory()
    let fixture = Fixture()
    func key(_ change: (inout KeyRecord) -> Void) -> Mutation {
      var key = fixture.key
      key.number = 8
      change(&key)
      return .addKey(key)
    }
    func secret(_ change: (inout SecretRecord) -> Void) -> Mutation {
      var secret = SecretRecord(number: 71, key: 7, version: 2, digest: digest(71))
      change(&secret)
      return .addSecret(secret)
    }
    func update(_ change: (inout KeyRecord) -> Void) -> Mutation {
      var key = fixture.key
      change(&key)
      return .updateKey(key)
    }
    let wrong: [Mutation] = [
      .addOrganization(OrganizationRecord(number: 6, id: "x", parent: 99)),
      .addOrganization(OrganizationRecord(number: 5, id: "x", parent: 0)),
      .addOrganization(OrganizationRecord(number: 6, id: "acme", parent: 0)),
      .addPermissionSet(number: 1, patterns: ["*"]),
      key { $0.number = 7 }, key { $0.organization = 99 }, key { $0.permissionSet = 99 },
      key { $0.rateLimit = RateLimit(limit: 0, window: 1) }, key { $0.number = .max },
      secret { $0.version = 1 }, secret { $0.digest = digest(70) },
      secret { $0.version = .max },
      update { $0.permissionSet = 99 },
      update { $0.rateLimit = RateLimit(limit: 0, window: 1) },
      .suspendOrganization(number: 99, true),
      .moveOrganization(number: 99, parent: 0), .moveOrganization(number: 2, parent: 99),
      .moveOrganization(number: 1, parent: 2), .moveOrganization(number: 1, parent: 1),
      .removeOrganization(number: 99), .removeOrganization(number: 2),
      .removeOrganization(number: 1), .removeKeys(numbers: [7]),
    ]
    for mutation in wrong { #expect(directory.apply(mutation) == false, "\(mutation)") }
    // The store can change what was quarantined here.
    let absent: [Mutation] = [
      secret { $0.key = 99 }, .revokeKeys(numbers: [99], at: noon), .removeKeys(numbers: [99]),
      update { $0.number = 99 },
      .retireSecret(key: 7, version: 9, at: noon, revoked: true),
      .retireSecret(key: 99, version: 1, at: noon, revoked: true),
    ]
    for mutation in absent { #expect(directory.apply(mutation) == true, "\(mutation)") }
    #expect(Ask()(directory).reason == .allowed)
    #expect(directory.keyCounts.active == 1)
    #expect(directory.secretCount == 1)
    #expect(directory.organizationCount == 5)
    for mutation in [key { _ in }, secret { _ in }] { #expect(directory.apply(mutation) == true) }
  }

  @Test func firstRevocationStays() {
    var directory = Fixture().directory()
    #expect(directory.apply(.revokeKeys(numbers: [7], at: noon - 40 * day)) == true)
    #expect(directory.apply(.revokeKeys(numbers: [7], at: noon)) == true)
    #expect(Ask()(directory).reason == .keyUnknown)
    directory = Fixture().directory()
    let first = Mutation.retireSecret(key: 7, version: 1, at: noon - 1, revoked: true)
    #expect(directory.apply(first) == true)
    let later = Mutation.retireSecret(key: 7, version: 1, at: noon + day, revoked: false)
    #expect(directory.apply(later) == true)
    #expect(Ask()(directory).reason == .secretRetired)
  }

  @Test func countersFollowWhatBecomesOfKeys() {
    var directory = Fixture().directory()
    func counts(_ directory: borrowing Directory) -> [Int?] {
      [
        state(directory, 2)?.keyCount, state(directory, 1)?.subtreeKeyCount,
        directory.activeKeyCount,
      ]
    }
    #expect(counts(directory) == [1, 1, 1])
    for _ in 0..<2 { #expect(directory.markExpired(key: 7, true) == true) }
    #expect(counts(directory) == [0, 0, 0])
    #expect(Ask()(directory).reason == .allowed)
    #expect(directory.markExpired(key: 7, false) == true)
    #expect(counts(directory) == [1, 1, 1])
    _ = directory.apply(.revokeKeys(numbers: [7], at: noon))
    #expect(directory.markExpired(key: 7, true) == true)
    #expect(counts(directory) == [0, 0, 0])
    #expect(directory.markExpired(key: 8, true) == false)
  }

  private func forget(_ directory: inout Directory, until time: Int64) -> Int {
    var position: UInt32 = 0
    var count = 0
    repeat {
      let dead = directory.deadSecrets(until: time, from: &position, examining: 1)
      for secret in dead { directory.forget(secret) }
      count += dead.count
    } while position != 0
    return count
  }

  @Test func forgottenSecretIsUnknownAndItsPlaceServesAnother() throws {
    var directory = Fixture().directory()
    let second = SecretRecord(number: 71, key: 7, version: 2, digest: digest(71))
    #expect(directory.insert(second) == true)
    guard let key = directory.key(number: 7) else { throw Missing() }
    #expect(directory.secrets(of: key).map { directory[$0].version } == [2, 1])
    let retired = Mutation.retireSecret(key: 7, version: 1, at: noon, revoked: false)
    #expect(directory.apply(retired) == true)
    #expect(forget(&directory, until: noon - 1) == 0)
    #expect(forget(&directory, until: noon) == 1)
    #expect(forget(&directory, until: noon) == 0)
    #expect(Ask()(directory).reason == .keyUnknown)
    #expect(directory.secrets(of: key).map { directory[$0].version } == [2])
    var ask = Ask()
    ask.digest = digest(71)
    #expect(ask(directory).reason == .allowed)
    _ = directory.apply(.revokeKeys(numbers: [7], at: noon))
    #expect(forget(&directory, until: noon) == 1)
    #expect(directory.key(number: 7) == nil)
    #expect(directory.keyCounts.revoked == 0)
    #expect(directory.insert(Fixture().secret) == false)
    // With the last secret of a revoked key the key went; its row is used again.
    var fixture = Fixture()
    fixture.key.number = 9
    fixture.secret.key = 9
    #expect(directory.insert(fixture.key) == true)
    #expect(directory.insert(fixture.secret) == true)
    #expect(directory.key(number: 9) == key)
    #expect(Ask()(directory).keyNumber == 9)
    #expect(directory.activeKeyCount == 1)
  }

  @Test func keysThatWereLoadedCountAsThoseThatWereInserted() {
    var random = Xoshiro(seed: 1)
    let organizations = (1...Int64(40)).map { number in
      OrganizationRecord(
        number: number, id: "o\(number)", parent: .random(in: 0..<number, using: &random))
    }
    let set = PermissionSet(patterns: ["*"])
    var loaded = load(organizations)
    #expect(loaded.insert(set, number: 1) == true)
    var inserted = load(organizations)
    #expect(inserted.insert(set, number: 1) == true)
    for number in 1...500 {
      var key = KeyRecord(
        number: Int64(number), id: keyID(number), organization: .random(in: 1...40, using: &random),
        environment: live, permissionSet: 1)
      key.expiresAt = [0, 0, noon - 1, noon, noon + 1].randomElement(using: &random) ?? 0
      key.revokedAt = [0, 0, 0, noon - 5].randomElement(using: &random) ?? 0
      key.disabled = Int.random(in: 0..<4, using: &random) == 0
      #expect(loaded.load(key, now: noon) == true)
      #expect(inserted.insert(key) == true)
      if key.expiresAt != 0 && key.expiresAt <= noon {
        #expect(inserted.markExpired(key: key.number, true) == true)
      }
    }
    loaded.countLoadedKeys()
    #expect(loaded.activeKeyCount == inserted.activeKeyCount)
    #expect(loaded.keyCounts == inserted.keyCounts)
    #expect(loaded.keyCounts.active == loaded.activeKeyCount)
    for number: Int64 in 1...40 {
      let (left, right) = (state(loaded, number), state(inserted, number))
      #expect(left?.keyCount == right?.keyCount)
      #expect(left?.subtreeKeyCount == right?.subtreeKeyCount)
    }
  }

  @Test func organizationWhoseKeysWereLoadedStays() {
    var directory = load([OrganizationRecord(number: 1, id: "acme", parent: 0)])
    #expect(directory.insert(PermissionSet(patterns: ["*"]), number: 1) == true)
    let key = KeyRecord(
      number: 1, id: keyID(1), organization: 1, environment: live, permissionSet: 1,
      revokedAt: noon)
    #expect(directory.load(key, now: noon) == true)
    directory.countLoadedKeys()
    #expect(directory.apply(.removeOrganization(number: 1)) == false)
    #expect(directory.apply(.removeKeys(numbers: [1])) == true)
    #expect(directory.apply(.removeOrganization(number: 1)) == true)
  }
}
