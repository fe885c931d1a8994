import OrgKeyModel
import OrgKeySystem
import Testing

@testable import OrgKeyServer
@testable import OrgKeyWire

extension RawClient {
  func importKeys(
    _ rows: [ImportKeysRequestRow], last: Bool = true, dryRun: Bool = false
  ) throws -> ImportKeysResponse {
    let response = try call(.importKeys(.init(rows: rows, last: last, dryRun: dryRun)))
    guard case .importKeys(let answer) = response.result else {
      throw Unexpected(response: response)
    }
    return answer
  }

  func importOrganizations(
    _ rows: [ImportOrganizationsRequestRow], last: Bool = true, dryRun: Bool = false
  ) throws -> ImportOrganizationsResponse {
    let response = try call(.importOrganizations(.init(rows: rows, last: last, dryRun: dryRun)))
    guard case .importOrganizations(let answer) = response.result else {
      throw Unexpected(response: response)
    }
    return answer
  }

  func keys(of organization: String = "") throws -> [Key] {
    let response = try call(.listKeys(.init(organizationID: organization, pageSize: 1_000)))
    guard case .listKeys(let list) = response.result else { throw Unexpected(response: response) }
    return list.keys
  }

  func keyCount() throws -> UInt64 {
    let response = try call(.getStatistics(.init()))
    guard case .getStatistics(let answer) = response.result else {
      throw Unexpected(response: response)
    }
    return answer.keyCount
  }
}

/// The text of a key issued elsewhere.
func foreignKey(_ number: Int) -> SecretText { SecretText("sk_elsewhere_\(number)") }

func foreignRow(
  _ number: Int, in organization: String = "acme",
  _ change: (inout ImportKeysRequestRow) -> Void = { _ in }
) -> ImportKeysRequestRow {
  var row = ImportKeysRequestRow(
    sha256: foreignKey(number).withBytes { Digest(ofKey: $0).bytes }, hint: "sk_…\(number)",
    organizationID: organization, name: "Key \(number)", permissions: ["a:*"])
  change(&row)
  return row
}

@Suite struct ImportTests {
  let daemon: InProcess
  let client: RawClient

  init() throws {
    daemon = try InProcess()
    client = try daemon.client()
    try client.put("acme")
    try client.put("eu", under: "acme")
  }

  @Test func keysOfSeveralRequestsAuthorizeAtOnceAndAfterARestart() throws {
    #expect(
      try client.importKeys([foreignRow(1), foreignRow(2, in: "eu")], last: false)
        == ImportKeysResponse(stagedCount: 2))
    #expect(try client.authorize(foreignKey(1)).reason == .keyUnknown)
    #expect(try client.importKeys([], last: false) == ImportKeysResponse(stagedCount: 2))
    #expect(
      try client.importKeys([foreignRow(3)]) == ImportKeysResponse(stagedCount: 3, importedCount: 3)
    )
    func check(_ client: RawClient) throws {
      #expect(try client.authorize(foreignKey(1), "eu").decision == .allowed)
      #expect(try client.authorize(foreignKey(2), "eu").decision == .allowed)
      #expect(try client.authorize(foreignKey(2), "acme").reason == .organizationOutside)
      #expect(try client.authorize(foreignKey(3), "", "b:c").reason == .permissionMissing)
      #expect(try client.authorize(foreignKey(4)).reason == .keyUnknown)
      #expect(try client.keyCount() == 3)
    }
    try check(client)
    daemon.stop()
    try daemon.start()
    try check(try daemon.client())
  }

  @Test func keyIsAsItWasGiven() throws {
    let created = Clock.wallMilliseconds() - 90_000_000
    let row = foreignRow(1) {
      $0.environment = "test"
      $0.createdAtUnixMs = created
      $0.expiresAtUnixMs = created + 200_000_000
      $0.rateLimit = .init(limit: 1, windowS: 60)
      $0.labels = [.init(name: "crm", value: "1")]
    }
    _ = try client.importKeys([row, foreignRow(2)])
    let keys = try client.keys()
    try #require(keys.count == 2)
    #expect(keys[1].name == "Key 1" && keys[1].environment == "test")
    #expect(keys[1].createdAtUnixMs == created)
    #expect(keys[1].expiresAtUnixMs == created + 200_000_000)
    #expect(keys[1].rateLimit == row.rateLimit && keys[1].labels == row.labels)
    #expect(keys[1].secrets.map(\.hint) == ["sk_…1"] && keys[1].secrets[0].version == 1)
    #expect(keys[0].environment == "live" && keys[0].rateLimit == nil)
    #expect(keys[0].createdAtUnixMs > created && keys[0].permissions == ["a:*"])
    #expect(try client.authorize(foreignKey(1)).decision == .allowed)
    #expect(try client.authorize(foreignKey(1)).reason == .rateLimited)
  }

  @Test func whatIsLeftOutIsTheDaemonsOwn() throws {
    let daemon = try InProcess {
      $0.requiredEnvironment = OrgKeyModel.Environment("staging")
      $0.defaultRateLimit = RateLimit(limit: 9, window: 8)
    }
    let client = try daemon.client()
    try client.put("acme")
    _ = try client.importKeys([foreignRow(1)])
    let key = try #require(try client.keys().first)
    #expect(key.environment == "staging")
    #expect(key.rateLimit == .init(limit: 9, windowS: 8))
  }

  @Test func keyWhoseTimeIsOverIsDeniedAndNotCounted() throws {
    _ = try client.importKeys([foreignRow(1) { $0.expiresAtUnixMs = 1 }, foreignRow(2)])
    #expect(try client.authorize(foreignKey(1)).reason == .keyExpired)
    #expect(try client.keyCount() == 1)
  }

  @Test func digestOfARevokedOrDeletedKeyIsNotRevived() throws {
    _ = try client.importKeys([foreignRow(1), foreignRow(2), foreignRow(3)])
    let ids = try client.keys().map(\.keyID)
    try client.revoke(ids[0])
    try client.revoke(ids[1])
    #expect(try client.call(.deleteKey(.init(keyID: ids[1]))).status == nil)
    let answer = try client.importKeys((1...4).map { foreignRow($0) })
    #expect(answer.importedCount == 0)
    #expect(answer.faults.map(\.row) == [1, 2, 3])
    #expect(try client.authorize(foreignKey(3)).reason == .keyRevoked)
    #expect(try client.authorize(foreignKey(2)).decision == .invalidAPIKey)
    #expect(try client.authorize(foreignKey(4)).reason == .keyUnknown)
  }

  // MARK: Faults

  @Test func faultsTellTheirRowsOverAllRequestsAndNothingIsImported() throws {
    let early = try client.importKeys(
      [foreignRow(1), foreignRow(2) { $0.name = "" }], last: false)
    #expect(early.faults.map(\.row) == [2])
    #expect(early.stagedCount == 2)
    let later = try client.importKeys([foreignRow(3), foreignRow(4, in: "none")], last: false)
    #expect(later.faults == early.faults)
    let last = try client.importKeys([foreignRow(5) { $0.sha256 = [1] }, foreignRow(1)])
    #expect(last.stagedCount == 6 && last.importedCount == 0)
    #expect(last.faults.map(\.row) == [2, 4, 5, 6])
    #expect(try client.keys().isEmpty)
    #expect(try client.importKeys([foreignRow(1)]).importedCount == 1)
  }

  @Test func formOfEachFieldIsChecked() throws {
    let later = Clock.wallMilliseconds() + 1_000_000
    let long = String(repeating: "x", count: 129)
    let cases: [(String, (inout ImportKeysRequestRow) -> Void)] = [
      ("sha256", { $0.sha256 = [] }), ("sha256", { $0.sha256.append(1) }),
      ("hint", { $0.hint = String(repeating: "h", count: 65) }), ("hint", { $0.hint = "a\nb" }),
      ("organization_id", { $0.organizationID = "" }),
      ("organization_id", { $0.organizationID = long }),
      ("name", { $0.name = "" }), ("name", { $0.name = "a\u{7}" }),
      ("environment", { $0.environment = "Live" }), ("permissions", { $0.permissions = ["A"] }),
      ("created_at_unix_ms", { $0.createdAtUnixMs = later }),
      ("created_at_unix_ms", { $0.createdAtUnixMs = -1 }),
      ("expires_at_unix_ms", { $0.expiresAtUnixMs = -1 }),
      ("expires_at_unix_ms", { $0.expiresAtUnixMs = .max }),
      ("rate_limit", { $0.rateLimit = .init(limit: 0, windowS: 1) }),
      ("labels", { $0.labels = [.init(name: "", value: "x")] }),
    ]
    let rows = cases.enumerated().map { foreignRow($0.offset, $0.element.1) }
    let faults = try client.importKeys(rows).faults
    #expect(faults.map(\.row) == (1...UInt64(cases.count)).map { $0 })
    for (fault, field) in zip(faults, cases.map(\.0)) {
      #expect(fault.message.hasPrefix(field + " "))
    }
    let organizations = try client.importOrganizations([
      .init(organizationID: "a b"), .init(organizationID: "a", parentID: long),
      .init(organizationID: "b", parentID: "b"), .init(organizationID: "c", name: "\n"),
      .init(organizationID: "d"),
    ])
    #expect(organizations.faults.map(\.row) == [1, 2, 3, 4])
  }

  @Test func hintThatIsTheKeyItselfIsAFaultThatDoesNotRepeatIt() throws {
    let faults = try client.importKeys([foreignRow(1) { $0.hint = foreignKey(1).string }]).faults
    #expect(faults.count == 1 && faults[0].message.hasPrefix("hint "))
    #expect(!faults[0].message.contains(foreignKey(1).string))
  }

  @Test func dryRunTellsWhatWouldComeOfIt() throws {
    #expect(
      try client.importKeys([foreignRow(1)], last: false, dryRun: true)
        == ImportKeysResponse(stagedCount: 1))
    #expect(
      try client.importKeys([foreignRow(2)], dryRun: true)
        == ImportKeysResponse(stagedCount: 2, importedCount: 2))
    #expect(
      try client.importKeys([foreignRow(1), foreignRow(1)], dryRun: true).faults.map(\.row) == [2])
    #expect(try client.keys().isEmpty)
    #expect(try client.importKeys([foreignRow(1)]).importedCount == 1)
    let rows = [ImportOrganizationsRequestRow(organizationID: "new", parentID: "acme")]
    #expect(try client.importOrganizations(rows, dryRun: true).importedCount == 1)
    #expect(
      try client.call(.getOrganization(.init(organizationID: "new"))).status?.code == .notFound)
    #expect(try client.importOrganizations(rows).importedCount == 1)
  }

  // MARK: Organizations

  @Test func organizationsOfSeveralRequestsAreMadeWhateverTheirOrder() throws {
    let first = try client.importOrganizations(
      [.init(organizationID: "c", parentID: "b"), .init(organizationID: "b", parentID: "eu")],
      last: false)
    #expect(first == ImportOrganizationsResponse(stagedCount: 2))
    let rows = [
      ImportOrganizationsRequestRow(organizationID: "eu", parentID: "acme", name: "Europe"),
      ImportOrganizationsRequestRow(organizationID: "acme"),
    ]
    #expect(
      try client.importOrganizations(rows)
        == ImportOrganizationsResponse(stagedCount: 4, importedCount: 3))
    _ = try client.importKeys([foreignRow(1, in: "eu")])
    func check(_ client: RawClient) throws {
      #expect(try client.authorize(foreignKey(1), "c").decision == .allowed)
      #expect(try client.authorize(foreignKey(1), "acme").reason == .organizationOutside)
    }
    try check(client)
    #expect(try client.importOrganizations(rows).importedCount == 0)
    daemon.stop()
    try daemon.start()
    try check(try daemon.client())
  }

  @Test func bothKindsAreStagedSideBySide() throws {
    _ = try client.importKeys([foreignRow(1, in: "new")], last: false)
    _ = try client.importOrganizations([.init(organizationID: "new")], last: false)
    #expect(try client.importOrganizations([]).importedCount == 1)
    #expect(try client.importKeys([]).importedCount == 1)
    #expect(try client.authorize(foreignKey(1), "new").decision == .allowed)
  }

  // MARK: Roles

  @Test func nobodyImportsOnBehalfOfAnOrganization() throws {
    let caller = Caller(actingOrganizationID: "acme", grantablePermissions: ["*"])
    let refused = try client.call(
      .importKeys(.init(rows: [foreignRow(1)], last: true)), caller: caller)
    #expect(refused.status?.code == .permissionDenied)
    #expect(try client.keys().isEmpty)
  }

  @Test func whoIsNoAdministratorImportsNothingHoweverMuch() throws {
    let daemon = try InProcess { $0.adminSocket = $0.socket + ".admin" }
    let client = try daemon.client()
    for count in [1, 1_000] {
      let rows = (0..<count).map { foreignRow($0) }
      let refused = try client.call(.importKeys(.init(rows: rows, last: true)))
      #expect(refused.status?.code == .permissionDenied)
    }
  }
}
