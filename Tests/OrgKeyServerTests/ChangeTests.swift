import OrgKeyModel
import OrgKeyServer
import OrgKeySystem
import Testing

@testable import OrgKeyWire

@Suite struct ChangeTests {
  let daemon: InProcess
  let client: RawClient

  init() throws {
    daemon = try InProcess()
    client = try daemon.client()
    try client.put("acme")
    try client.put("eu", under: "acme")
    try client.put("other")
  }

  private func status(_ method: Request.Method, caller: Caller? = nil) throws -> Status? {
    try client.call(method, caller: caller).status
  }

  @Test func refusesBadFieldsByNameAndKeepsNothing() throws {
    let long = String(repeating: "x", count: 129)
    let later = Clock.wallMilliseconds() + 1_000_000
    let good = IssueKeyRequest(organizationID: "acme", name: "n")
    func key(_ change: (inout IssueKeyRequest) -> Void) -> Request.Method {
      var request = good
      change(&request)
      return .issueKey(request)
    }
    let cases: [(Request.Method, String)] = [
      (.putOrganization(.init()), "organization_id"),
      (.putOrganization(.init(organizationID: long)), "organization_id"),
      (.putOrganization(.init(organizationID: "a b")), "organization_id"),
      (.putOrganization(.init(organizationID: "é")), "organization_id"),
      (.putOrganization(.init(organizationID: "x", parentID: long)), "parent_id"),
      (.putOrganization(.init(organizationID: "x", name: "a\nb")), "name"),
      (
        .putOrganization(.init(organizationID: "x", name: String(repeating: "n", count: 201))),
        "name"
      ),
      (key { $0.organizationID = "" }, "organization_id"),
      (key { $0.name = "" }, "name"),
      (key { $0.name = "a\u{7}" }, "name"),
      (key { $0.environment = "Live" }, "environment"),
      (key { $0.permissions = ["a", "B"] }, "permissions"),
      (key { $0.permissions = ["a*"] }, "permissions"),
      (key { $0.permissions = (0...64).map { "p\($0)" } }, "permissions"),
      (key { $0.expiresAtUnixMs = 1 }, "expires_at_unix_ms"),
      (key { $0.expiresAtUnixMs = -1 }, "expires_at_unix_ms"),
      (key { $0.rateLimit = .init(limit: 0, windowS: 1) }, "rate_limit"),
      (key { $0.rateLimit = .init(limit: 1, windowS: 2_592_001) }, "rate_limit"),
      (key { $0.labels = [.init(name: "", value: "x")] }, "labels"),
      (key { $0.labels = (0..<17).map { .init(name: "l\($0)", value: "") } }, "labels"),
      (key { $0.requestID = String(repeating: "r", count: 65) }, "request_id"),
      (.revokeKey(.init()), "key_id"),
      (.revokeKey(.init(keyID: "key_short")), "key_id"),
      (.revokeKey(.init(keyID: "key_0123456789abcdef", apiKey: SecretText("x"))), "api_key"),
      (
        .revokeKey(
          .init(keyID: "key_0123456789abcdef", reason: String(repeating: "r", count: 501))),
        "reason"
      ),
      (.getKey(.init(keyID: "")), "key_id"),
      (.listKeys(.init(organizationID: "a b")), "organization_id"),
      (.listKeys(.init(environment: "1")), "environment"),
      (.listKeys(.init(states: [.unspecified])), "states"),
      (.listKeys(.init(nameContains: String(repeating: "n", count: 201))), "name_contains"),
      (.listKeys(.init(pageSize: 1_001)), "page_size"),
      (.listKeys(.init(pageToken: "rubbish")), "page_token"),
      (.listKeys(.init(unusedSinceUnixMs: -1)), "unused_since_unix_ms"),
      (.listOrganizations(.init(organizationID: "a b")), "organization_id"),
      (.listOrganizations(.init(pageSize: 1_001)), "page_size"),
      (.listOrganizations(.init(pageToken: "w0.0.0")), "page_token"),
      (.getOrganization(.init()), "organization_id"),
      (.identifyKey(.init(apiKey: SecretText("x"), environment: "X")), "environment"),
      (.listAccessibleOrganizations(.init(pageSize: 5_001)), "page_size"),
    ]
    for (method, field) in cases {
      let status = try status(method)
      #expect(status?.code == .invalidArgument, "\(method.name) \(field)")
      #expect(status?.field == field)
    }
    #expect(try status(key { $0.expiresAtUnixMs = later }) == nil)
    guard case .listKeys(let list) = try client.call(.listKeys(.init())).result else { return }
    #expect(list.keys.count == 1)
    guard
      case .listOrganizations(let all) = try client.call(
        .listOrganizations(.init(includeDescendants: true))
      ).result
    else { return }
    #expect(all.organizations.map(\.organizationID) == ["acme", "eu", "other"])
  }

  @Test func issuesOnceForARequestID() throws {
    let request = IssueKeyRequest(
      organizationID: "acme", name: "CRM", permissions: ["a:b"], requestID: "r1")
    guard case .issueKey(let issued) = try client.call(.issueKey(request)).result else {
      Issue.record("not issued")
      return
    }
    let again = try status(.issueKey(request))
    #expect(again?.code == .alreadyExists)
    #expect(again?.keyID == issued.key?.keyID)
    #expect(again?.secretVersion == 1)
    var changed = request
    changed.permissions = ["*"]
    #expect(try status(.issueKey(changed))?.field == "request_id")
    changed.organizationID = "other"
    #expect(try status(.issueKey(changed)) == nil)
  }

  @Test func revokesByIDBySecretAndOneSecret() throws {
    let (id, key) = try client.issue("acme")
    #expect(try status(.revokeKey(.init(keyID: id, secretVersion: 2)))?.code == .notFound)
    guard
      case .revokeKey(let first) = try client.call(
        .revokeKey(.init(apiKey: key, reason: "leaked"))
      ).result
    else { return }
    #expect(first.key?.state == .revoked)
    guard
      case .revokeKey(let second) = try client.call(
        .revokeKey(.init(keyID: id, reason: "again"))
      ).result
    else { return }
    #expect(second.key?.revokedReason == "leaked")
    #expect(second.key?.revokedAtUnixMs == first.key?.revokedAtUnixMs)

    let (single, text) = try client.issue("acme")
    guard
      case .revokeKey(let one) = try client.call(
        .revokeKey(.init(keyID: single, secretVersion: 1))
      ).result
    else { return }
    #expect(one.key?.state == .active)
    #expect(one.key?.secrets.isEmpty == true)
    #expect(try client.authorize(text).reason == .secretRetired)
    #expect(try status(.revokeKey(.init(keyID: "key_0123456789abcdef")))?.code == .notFound)
  }

  @Test func expiredKeysAreRefusedAndNotCounted() throws {
    let soon = Clock.wallMilliseconds() + 300
    guard
      case .issueKey(let issued) = try client.call(
        .issueKey(.init(organizationID: "eu", name: "n", permissions: ["*"], expiresAtUnixMs: soon))
      ).result
    else { return }
    #expect(try client.authorize(issued.apiKey).decision == .allowed)
    while try client.authorize(issued.apiKey).decision == .allowed {}
    #expect(Clock.wallMilliseconds() >= soon)
    #expect(try client.authorize(issued.apiKey).reason == .keyExpired)
    func count() throws -> UInt64? {
      guard
        case .getOrganization(let answer) = try client.call(
          .getOrganization(.init(organizationID: "acme"))
        ).result
      else { return nil }
      return answer.organization?.subtreeKeyCount
    }
    while try count() != 0 {}
  }

  @Test func listsAllByPagesEachOnce() throws {
    for number in 0..<25 { try client.put("child\(number)", under: "eu") }
    for _ in 0..<25 { _ = try client.issue("eu") }
    var organizations: [String] = []
    var token = ""
    repeat {
      guard
        case .listOrganizations(let page) = try client.call(
          .listOrganizations(.init(includeDescendants: true, pageSize: 4, pageToken: token))
        ).result
      else { return }
      organizations += page.organizations.map(\.organizationID)
      token = page.nextPageToken
    } while !token.isEmpty
    #expect(organizations == ["acme", "eu"] + (0..<25).map { "child\($0)" } + ["other"])

    var keys: [Key] = []
    repeat {
      guard
        case .listKeys(let page) = try client.call(
          .listKeys(
            .init(organizationID: "acme", includeDescendants: true, pageSize: 4, pageToken: token))
        ).result
      else { return }
      keys += page.keys
      token = page.nextPageToken
    } while !token.isEmpty
    #expect(Set(keys.map(\.keyID)).count == 25)
    #expect(keys.count == 25)
  }

  @Test func whenActingReachesNothingOutside() throws {
    let (outside, _) = try client.issue("other")
    let caller = Caller(
      actor: "ana@acme.example", actingOrganizationID: "acme", grantablePermissions: ["a:*"])
    let code = { [client] (method: Request.Method) throws in
      try client.call(method, caller: caller).status?.code
    }
    #expect(
      try code(.issueKey(.init(organizationID: "eu", name: "n", permissions: ["a:b"]))) == nil)
    #expect(
      try code(.issueKey(.init(organizationID: "eu", name: "n", permissions: ["*"])))
        == .permissionDenied)
    #expect(
      try code(
        .issueKey(.init(organizationID: "eu", name: "n", rateLimit: .init(limit: 1, windowS: 1))))
        == .permissionDenied)
    let there = try status(.issueKey(.init(organizationID: "other", name: "n")), caller: caller)
    let nowhere = try status(.issueKey(.init(organizationID: "none", name: "n")), caller: caller)
    #expect(there?.code == .permissionDenied)
    #expect(there == nowhere)
    let hidden = try status(.getKey(.init(keyID: outside)), caller: caller)
    #expect(hidden?.code == .notFound)
    #expect(hidden == (try status(.getKey(.init(keyID: "key_0123456789abcdef")), caller: caller)))
    #expect(try code(.revokeKey(.init(keyID: outside))) == .notFound)
    #expect(try code(.putOrganization(.init(organizationID: "root2"))) == .permissionDenied)
    #expect(try code(.putOrganization(.init(organizationID: "sub", parentID: "eu"))) == nil)
    #expect(try code(.listKeys(.init(organizationID: "other"))) == .permissionDenied)
    #expect(try code(.getStatistics(.init())) == .permissionDenied)
    #expect(
      try status(.listKeys(.init()), caller: Caller(grantablePermissions: ["*"]))?.field
        == "caller.acting_organization_id")
    guard case .listKeys(let list) = try client.call(.listKeys(.init()), caller: caller).result
    else { return }
    #expect(list.keys.allSatisfy { $0.organizationID == "eu" })
    #expect(list.keys.count == 1)
  }
}

@Suite struct RolesTests {
  let policy = AccessPolicy(
    ownUser: 500, administrators: Accounts(users: [10, 65_534], groups: [20]),
    delegates: Accounts(users: [11]), readers: Accounts(groups: [21]))

  @Test(
    arguments: [
      (Peer(uid: 0, gid: 0, pid: 1), Roles.administrator),
      (Peer(uid: 500, gid: 1, pid: 1), .administrator),
      (Peer(uid: 10, gid: 1, pid: 1), .administrator),
      (Peer(uid: 9, gid: 20, pid: 1), .administrator),
      (Peer(uid: 9, gid: 1, pid: 1, groups: [3, 20]), .administrator),
      (Peer(uid: 11, gid: 1, pid: 1), .delegate),
      (Peer(uid: 9, gid: 21, pid: 0), .reader),
      (Peer(uid: 11, gid: 1, pid: 1, groups: [21]), Roles([.delegate, .reader])),
      (Peer(uid: 9, gid: 1, pid: 1), Roles([])), (Peer(uid: 65_534, gid: 20, pid: 0), Roles([])),
    ] as [(Peer, Roles)])
  func followFromUidAndGroups(peer: Peer, roles: Roles) {
    #expect(policy.roles(of: peer) == roles)
  }
}
