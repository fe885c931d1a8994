import OrgKeyModel
@testable import OrgKeyStore
import Testing

@Suite struct KeyTests {
  let directory: TemporaryDirectory
  let store: Store
  init() throws {
    directory = try TemporaryDirectory()
    store = try directory.open()
    try store.put("acme")
    try store.put("acme-eu", under: "acme")
    try store.put("other")
  }

  @Test func keyWhenIssuedIsKeptWhole() throws {
    let issued = try store.issue(
      newKey(1, in: "acme", name: "Zoë's \n sync", permissions: ["b:read", "a:*", "b:read"]) {
        $0.expiresAt = now + 1000
        $0.rateLimit = RateLimit(limit: 5, window: 60)
        $0.labels = [Label(name: "team", value: "a \"b\" \\ c"), Label(name: "é", value: "")]
      })
    #expect(issued.permissions == ["b:read", "a:*"])
    #expect(issued.labels.count == 2)
    #expect(issued.createdBy == "ana (uid 0)")
    #expect(issued.state(at: now) == .active)
    #expect(issued.state(at: now + 1000) == .expired)
    #expect(issued.secrets.map(\.hint) == ["pc_live_…1001"])

    let reader = try Reader(store.files)
    #expect(try reader.key(keyID(1), now: now) == issued)
    #expect(try reader.key(keyID(2), now: now) == nil)
    reader.close()

    let loaded = try store.loadAll()
    #expect(
      loaded.keys == [
        KeyRecord(
          number: 1, id: keyID(1), organization: 1, environment: Environment("live")!,
          permissionSet: 1, expiresAt: now + 1000, rateLimit: RateLimit(limit: 5, window: 60))
      ])
    #expect(
      loaded.secrets == [SecretRecord(number: 1, key: 1, version: 1, digest: digest(1))])
    #expect(loaded.permissionSets == [["b:read", "a:*"]])
  }

  @Test func permissionSetWhenEqualIsStoredOnce() throws {
    let orders = [["a:b", "c:d"], ["a:b", "c:d", "a:b"], ["c:d"], [], []]
    for (index, permissions) in orders.enumerated() {
      try store.issue(newKey(index, in: "acme", permissions: permissions))
    }
    #expect(try store.loadAll().permissionSets == [["a:b", "c:d"], ["c:d"], []])
  }

  @Test func organizationThatIsMissingIsRefused() throws {
    #expect(try refusal { try store.issue(newKey(1, in: "none")) }?.code == .notFound)
  }

  @Test func digestThatIsKnownIsRefused() throws {
    try store.issue(newKey(1, in: "acme"))
    let same = newKey(2, in: "acme") { $0.digest = digest(1) }
    #expect(try refusal { try store.issue(same) }?.code == .alreadyExists)
    try store.revoke(.id(keyID(1)))
    #expect(try refusal { try store.issue(same) }?.code == .alreadyExists)
  }

  @Test func defaultLimitWhenNoneIsAskedIsGiven() throws {
    let limit = RateLimit(limit: 100, window: 3600)
    let key = newKey(1, in: "acme") { $0.defaultRateLimit = limit }
    #expect(try store.issue(key).rateLimit == limit)
  }

  // MARK: request_id

  private func request(_ number: Int, _ fingerprint: UInt8 = 1, in id: String = "acme") -> NewKey {
    newKey(number, in: id) {
      $0.requestID = "r-1"
      $0.requestFingerprint = [fingerprint]
    }
  }

  @Test func requestWhenRepeatedNamesTheKeyItMade() throws {
    try store.issue(request(1))
    let again = try refusal { try store.issue(request(2)) }
    #expect(again?.code == .alreadyExists)
    #expect(again?.keyID == keyID(1).text)
    #expect(again?.secretVersion == 1)
    #expect(try store.loadAll().keys.count == 1)
  }

  @Test func requestWhenRepeatedForSomethingElseIsInvalid() throws {
    try store.issue(request(1))
    let other = try refusal { try store.issue(request(2, 9)) }
    #expect(other?.code == .invalidArgument)
    #expect(other?.field == "request_id")
  }

  @Test func requestIDIsOneOfItsOrganization() throws {
    try store.issue(request(1))
    try store.issue(request(2, in: "other"))
    #expect(try store.loadAll().keys.count == 2)
  }

  @Test func requestIDWhenSevenDaysOldIsForgotten() throws {
    let week: Int64 = 7 * 86_400_000
    try store.issue(request(1))
    #expect(try refusal { try store.issue(request(2), at: now + week - 1) } != nil)
    try store.issue(request(3), at: now + week)
    try store.issue(request(4, in: "other"), at: now + 3 * week)
    #expect(try store.count("SELECT count(*) FROM request_ids") == 1)
  }

  // MARK: Acting

  @Test func actingGrantsOnlyWhatIsCovered() throws {
    let author = acting("acme", granting: ["contacts:*", "users:read"])
    let covered = [["contacts:read"], ["contacts:a:*"], ["contacts:*"], ["users:read"], []]
    for (index, permissions) in covered.enumerated() {
      try store.issue(newKey(index, in: "acme-eu", permissions: permissions), by: author)
    }
    for permissions in [["*"], ["users:*"], ["users:write"], ["contacts"], ["contactsx:a"]] {
      let key = newKey(99, in: "acme-eu", permissions: ["contacts:read"] + permissions)
      #expect(try refusal { try store.issue(key, by: author) }?.code == .permissionDenied)
    }
    let all = newKey(98, in: "acme", permissions: ["*"])
    try store.issue(all, by: acting("acme", granting: ["*"]))
  }

  @Test func actingGivesNoLimitAboveTheHighest() throws {
    let highest = RateLimit(limit: 100, window: 60)
    func issue(_ limit: RateLimit?, max: RateLimit?, _ number: Int) throws -> KeyDetails {
      let key = newKey(number, in: "acme", permissions: []) {
        $0.rateLimit = limit
        $0.defaultRateLimit = RateLimit(limit: 7, window: 7)
      }
      return try store.issue(key, by: acting("acme", limit: max))
    }
    #expect(try issue(nil, max: highest, 1).rateLimit == highest)
    #expect(try issue(nil, max: nil, 2).rateLimit == RateLimit(limit: 7, window: 7))
    #expect(try issue(RateLimit(limit: 100, window: 60), max: highest, 3).rateLimit == highest)
    #expect(try issue(RateLimit(limit: 10, window: 6), max: highest, 4).rateLimit != nil)
    for (limit, max) in [
      (RateLimit(limit: 101, window: 600), highest), (RateLimit(limit: 10, window: 5), highest),
      (RateLimit(limit: 1, window: 1000), nil),
    ] {
      #expect(try refusal { _ = try issue(limit, max: max, 99) }?.code == .permissionDenied)
    }
  }

  @Test func actingIssuesNothingOutside() throws {
    let author = acting("acme-eu", granting: ["*"])
    let refusals = try ["acme", "other", "none"].map { id in
      try refusal { try store.issue(newKey(1, in: id), by: author) }
    }
    #expect(refusals.allSatisfy { $0?.code == .permissionDenied })
    #expect(Set(refusals.map { $0?.message ?? "" }).count == 1)
  }

  @Test func eventWhenAKeyIsIssuedTellsWhoAndWhat() throws {
    try store.issue(newKey(1, in: "acme-eu"), by: acting("acme", granting: ["*"]))
    let event = try store.connection.text(
      """
      SELECT method || ' ' || key_id || ' ' || organization || ' ' || organization_id || ' '
        || actor || ' ' || uid || ' ' || gid || ' ' || pid || ' ' || acting_organization_id
        || ' ' || secret_version || ' ' || json_extract(detail, '$.name')
      FROM audit ORDER BY sequence DESC
      """)
    #expect(event == "IssueKey \(keyID(1).text) 2 acme-eu bo 33 33 2 acme 1 CRM sync")
  }

  @Test func eventWhenItsDetailIsLongNamesWhatIsLeftOut() throws {
    let key = newKey(
      1, in: "acme", permissions: (0..<64).map { "p\($0):" + String(repeating: "x", count: 90) }
    ) {
      $0.labels = (0..<16).map {
        Label(name: "\($0)", value: String(repeating: "\u{1}", count: 200))
      }
    }
    try store.issue(key)
    #expect(try store.count("SELECT max(length(CAST(detail AS BLOB))) FROM audit") <= 8192)
    #expect(
      try store.count("SELECT count(*) FROM audit WHERE detail ->> 'omitted' LIKE '%labels%'") == 1)
  }

  @Test func issuingWhenTheReserveIsGoneIsRefusedAndRevokingIsNot() throws {
    try store.issue(newKey(1, in: "acme"))
    try store.reserve.release()
    #expect(store.isFull)
    #expect(
      try refusal { try store.issue(newKey(2, in: "acme")) }?.code == .resourceExhausted)
    #expect(try refusal { try store.put("new") }?.code == .resourceExhausted)
    try store.revoke(.id(keyID(1)))
    try store.maintain()
    #expect(!store.isFull)
    try store.issue(newKey(2, in: "acme"))
  }
}
