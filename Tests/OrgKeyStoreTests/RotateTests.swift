import OrgKeyModel
@testable import OrgKeyStore
import Testing

@Suite struct RotateTests {
  let twin: Twin
  let year: Int64 = 365 * 86_400_000

  init() throws {
    twin = try Twin()
    try twin.put("acme")
    try twin.put("acme-eu", under: "acme")
    try twin.put("other")
    try twin.issue(newKey(1, in: "acme-eu"))
  }

  private func decided(_ secret: Int, at time: Int64 = now) -> Reason {
    twin.reason(digest(secret), at: time)
  }

  @Test func keyWhenRotatedKeepsWhatItIsAndGetsASecret() throws {
    let issued = try twin.issue(
      newKey(2, in: "acme", permissions: ["contacts:*"]) {
        $0.expiresAt = now + 1000
        $0.rateLimit = RateLimit(limit: 5, window: 60)
        $0.labels = [Label(name: "team", value: "crm")]
        $0.environment = Environment("test")!
      })
    var environment = ""
    let rotated = try twin.change(at: now + 10) {
      try $0.rotateKey(Rotation(id: keyID(2), overlap: .untilRevoked), by: administrator) {
        environment = $0.text
        return newSecret(20)
      }
    }
    #expect(environment == "test")
    #expect(rotated.secrets.map(\.version) == [2, 1])
    #expect(rotated.secrets.map(\.hint) == ["pc_live_…1020", "pc_live_…1002"])
    #expect(rotated.secrets.map(\.createdAt) == [now + 10, now])
    #expect(rotated.secrets.map(\.retiresAt) == [0, 0])
    var same = rotated
    same.secrets = issued.secrets
    same.secretNumbers = issued.secretNumbers
    #expect(same == issued)
    #expect(
      try twin.store.events("RotateKey") == [
        keyID(2).text
          + #" 2 {"hint":"pc_live_…1020","retired_version":1,"retires_at_unix_ms":0}"#
      ])
    #expect(decided(20) == .allowed && decided(2) == .allowed)
    try twin.check()
  }

  @Test func overlapWhenItHasALengthEndsWhenTheSecretIsPresented() throws {
    let key = try twin.rotate(1, to: 2, .length(60_000))
    #expect(key.secrets.map(\.retiresAt) == [0, now + 60_000])
    #expect(decided(1, at: now + 59_999) == .allowed)
    #expect(decided(1, at: now + 60_000) == .secretRetired)
    #expect(decided(2, at: now + 10 * year) == .allowed)
    try twin.check()
    try twin.check(at: now + 59_999)
    try twin.check(at: now + 60_000)
    let later = try twin.rotate(1, to: 3, .none, at: now + 60_000)
    #expect(later.secrets.map(\.version) == [3])
    #expect(
      try twin.store.events("RotateKey").map { $0.hasSuffix("\(now + 60_000)}") } == [true, true])
    try twin.check(at: now + 60_000)
  }

  @Test func secretWhenItDoesNotOverlapIsDeadWhateverTheClockSays() throws {
    let key = try twin.rotate(1, to: 2, .none)
    #expect(key.secrets.map(\.version) == [2])
    #expect(decided(1) == .secretRetired && decided(1, at: now - year) == .secretRetired)
    #expect(decided(2) == .allowed)
    try twin.check()
    try twin.check(at: now - year)
  }

  @Test func thirdLiveSecretIsRefusedNamingTheOlder() throws {
    try twin.rotate(1, to: 2, .length(1000))
    for overlap in [Overlap.untilRevoked, .length(1), .none] {
      let refused = try refusal { try twin.rotate(1, to: 3, overlap, at: now + 999) }
      #expect(refused?.code == .failedPrecondition)
      #expect(refused?.message.contains("secret 1 (pc_live_…1001)") == true)
    }
    #expect(try twin.store.events("RotateKey").count == 1)
    try twin.check()
    // Once it has retired, or was revoked alone, there is room; versions go on.
    #expect(try twin.rotate(1, to: 3, at: now + 1000).secrets.map(\.version) == [3, 2])
    try twin.revoke(.id(keyID(1)), version: 3, at: now + 1000)
    #expect(try twin.rotate(1, to: 4, at: now + 1001).secrets.map(\.version) == [4, 2])
    try twin.check(at: now + 1001)
  }

  @Test func endOfAnEarlierOverlapStays() throws {
    try twin.rotate(1, to: 2, .length(5000))
    try twin.revoke(.id(keyID(1)), version: 2)
    // Left out, or longer, it doesn't give the secret more time than it had; shorter, it ends.
    #expect(try twin.rotate(1, to: 3).secrets.map(\.retiresAt) == [0, now + 5000])
    try twin.revoke(.id(keyID(1)), version: 3)
    #expect(try twin.rotate(1, to: 4, .length(9000)).secrets.map(\.retiresAt) == [0, now + 5000])
    try twin.revoke(.id(keyID(1)), version: 4)
    #expect(try twin.rotate(1, to: 5, .length(10)).secrets.map(\.retiresAt) == [0, now + 10])
    try twin.check()
  }

  @Test func keyWithoutALiveSecretGetsOne() throws {
    try twin.revoke(.id(keyID(1)), version: 1)
    #expect(try twin.rotate(1, to: 2).secrets.map(\.version) == [2])
    #expect(
      try twin.store.events("RotateKey") == [keyID(1).text + #" 2 {"hint":"pc_live_…1002"}"#])
    #expect(decided(1) == .secretRetired && decided(2) == .allowed)
    try twin.check()
  }

  @Test func keyThatIsDisabledOrExpiredStaysSo() throws {
    try twin.issue(newKey(2, in: "acme") { $0.expiresAt = now + 10 })
    try twin.update(1) { $0.disabled = true }
    try twin.rotate(1, to: 11)
    try twin.rotate(2, to: 12, at: now + 20)
    #expect(decided(11) == .keyDisabled && decided(12, at: now + 20) == .keyExpired)
    try twin.check(at: now + 20)
  }

  @Test func keyThatIsRevokedOrUnknownIsRefused() throws {
    try twin.revoke(.id(keyID(1)))
    #expect(try refusal { try twin.rotate(1, to: 2) }?.code == .failedPrecondition)
    #expect(try refusal { try twin.rotate(9, to: 2) }?.code == .notFound)
    #expect(try twin.store.events("RotateKey") == [])
    try twin.check()
  }

  @Test func digestThatIsKnownIsRefused() throws {
    try twin.issue(newKey(2, in: "other"))
    try twin.revoke(.id(keyID(2)))
    try twin.delete(key: 2)
    for secret in [1, 2] {
      #expect(try refusal { try twin.rotate(1, to: secret) }?.code == .alreadyExists)
    }
    try twin.check()
  }

  // MARK: request_id

  private func request(_ fingerprint: UInt8 = 1) -> (inout Rotation) -> Void {
    {
      $0.requestID = "r-1"
      $0.requestFingerprint = [fingerprint]
    }
  }

  @Test func requestWhenRepeatedNamesTheSecretItMade() throws {
    try twin.rotate(1, to: 2, request: request())
    for time in [now, now + 7 * 86_400_000 - 1] {
      let again = try refusal { try twin.rotate(1, to: 3, at: time, request: request()) }
      #expect(again?.code == .alreadyExists)
      #expect(again?.keyID == keyID(1).text && again?.secretVersion == 2)
    }
    // Also when what it made has come to an end.
    try twin.revoke(.id(keyID(1)))
    #expect(try refusal { try twin.rotate(1, to: 3, request: request()) }?.code == .alreadyExists)
    #expect(try twin.store.events("RotateKey").count == 1)
    try twin.check()
  }

  @Test func requestIDIsForOneThingOfOneOrganization() throws {
    try twin.rotate(1, to: 2, request: request())
    let another = try refusal { try twin.rotate(1, to: 3, request: request(2)) }
    #expect(another?.code == .invalidArgument && another?.field == "request_id")
    let issue = newKey(3, in: "acme-eu") {
      $0.requestID = "r-1"
      $0.requestFingerprint = [3]
    }
    #expect(try refusal { try twin.issue(issue) }?.field == "request_id")
    try twin.issue(newKey(4, in: "acme"))
    #expect(try twin.rotate(4, to: 5, request: request()).secrets.count == 2)
    try twin.revoke(.id(keyID(1)), version: 1)
    #expect(
      try twin.rotate(1, to: 6, at: now + 7 * 86_400_000, request: request()).secrets.map(\.version)
        == [3, 2])
    try twin.check(at: now + 7 * 86_400_000)
  }

  // MARK: Acting

  @Test func actingRotatesOnlyWhatIsCovered() throws {
    try twin.issue(newKey(2, in: "acme-eu", permissions: ["contacts:*", "users:read"]))
    try twin.issue(newKey(3, in: "acme-eu", permissions: []))
    let weak = acting("acme", granting: ["contacts:read"])
    #expect(try refusal { try twin.rotate(2, to: 12, by: weak) }?.code == .permissionDenied)
    #expect(
      try refusal { try twin.rotate(1, to: 12, by: acting("acme")) }?.code == .permissionDenied)
    try twin.rotate(1, to: 11, by: weak)
    try twin.rotate(2, to: 12, by: acting("acme-eu", granting: ["users:*", "contacts:*"]))
    try twin.rotate(3, to: 13, by: acting("acme-eu"))
    try twin.check()
  }

  @Test func actingFindsNoKeyOutside() throws {
    try twin.issue(newKey(2, in: "acme"))
    try twin.rotate(2, to: 12, request: request())
    let author = acting("acme-eu", granting: ["*"])
    let refusals = try [2, 9].map { key in
      try refusal { try twin.rotate(key, to: 3, by: author, request: request()) }
    }
    #expect(refusals == [.noSuchKey, .noSuchKey])
    try twin.check()
  }

  // MARK: Faults

  @Test func rotationWhenItsGroupGoesOnWithoutItLeavesNothing() throws {
    try twin.change { transaction in
      _ = try transaction.rotate(1, to: 2, .none) { $0.requestID = "r" }
    }
    // Refused after all was done.
    try twin.store.begin(now: now)
    let refused = try twin.store.member { transaction throws -> Void in
      _ = try transaction.rotate(1, to: 3, .length(1)) { $0.requestID = "s" }
      throw Refusal(.failedPrecondition, "no")
    }
    #expect(throws: Refusal(.failedPrecondition, "no")) { try refused.get() }
    #expect(try twin.store.commit().isEmpty)
    #expect(try twin.rotate(1, to: 3, .length(1)).secrets.map(\.version) == [3, 2])
    #expect(try twin.store.count("SELECT count(*) FROM request_ids") == 1)
    try twin.check()
  }

  @Test func rotationWhenTheReserveIsGoneIsRefused() throws {
    try twin.store.reserve.release()
    #expect(try refusal { try twin.rotate(1, to: 2) }?.code == .resourceExhausted)
    try twin.store.maintain()
    try twin.rotate(1, to: 2)
    try twin.check()
  }

  @Test func keyWithADamagedSecretIsListedAndRevokedButNotRotated() throws {
    try twin.rotate(1, to: 2)
    try twin.store.connection.run("UPDATE secrets SET hint = 'x' WHERE version = 2")
    #expect(try refusal { try twin.rotate(1, to: 3) }?.code == .internal)
    let reader = try Reader(twin.store.files)
    defer { reader.close() }
    #expect(try reader.key(keyID(1), now: now)?.secrets.map(\.version) == [1])
    #expect(try reader.keys(KeyFilter(), limit: 9, now: now).keys.map(\.number) == [1])
    #expect(try twin.revoke(.id(keyID(1)), version: 1).secrets.isEmpty)
    #expect(try twin.revoke(.id(keyID(1))).revokedAt == now)
    #expect(decided(1) == .keyRevoked && decided(2) == .keyRevoked)
  }
}
