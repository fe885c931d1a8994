import OrgKeyModel
import OrgKeySystem
import Testing

@testable import OrgKeyWire

/// What a call on behalf of an organization must not do, tried by every method there is.
@Suite struct EscapeTests {
  let world: ActingWorld

  init() throws { world = try ActingWorld() }

  /// A response as it goes over the wire.
  private func bytes(_ response: Response) -> [UInt8] {
    var buffer = ByteBuffer()
    let fits = buffer.append(response, by: Arena())
    #expect(fits)
    return Array(buffer.bytes)
  }

  /// What is answered, without its call_id.
  private func answer(_ method: Request.Method, caller: Caller? = nil) throws -> Response {
    var response = try world.client.call(method, caller: caller ?? world.caller)
    response.callID = 0
    return response
  }

  @Test(arguments: MethodName.allCases)
  func whatIsOutsideIsAnsweredAsWhatDoesNotExist(_ method: MethodName) throws {
    let before = try world.records()
    let attempts = world.attempts(method)
    #expect(!attempts.isEmpty)
    for attempt in attempts {
      #expect(attempt.there.name == method && attempt.nowhere.name == method)
      let there = try answer(attempt.there)
      let nowhere = try answer(attempt.nowhere)
      #expect(there == nowhere, "\(attempt.there)")
      #expect(bytes(there) == bytes(nowhere))
      let code = there.status?.code
      #expect(code == attempt.code, "\(attempt.there): \(String(describing: code))")
    }
    #expect(try world.records() == before)
  }

  @Test(arguments: MethodName.allCases)
  func actingForWhatDoesNotExistIsAnsweredAlike(_ method: MethodName) throws {
    var caller = world.caller
    caller.actingOrganizationID = "nowhere"
    for attempt in world.attempts(method) {
      let there = try answer(attempt.there, caller: caller)
      #expect(there == (try answer(attempt.nowhere, caller: caller)))
      #expect(there.status != nil)
    }
  }

  /// A call of each method about what is in reach, nil if it can't be made on anybody's behalf.
  private func inside(_ method: MethodName) -> Request.Method? {
    switch method {
    case .authorize, .identifyKey, .listAccessibleOrganizations, .health, .getStatistics,
      .getMetrics, .backup, .importKeys, .importOrganizations:
      nil
    case .getKey: .getKey(.init(keyID: world.plain.id))
    case .listKeys: .listKeys(.init())
    case .getUsage: .getUsage(.init(keyID: world.plain.id))
    case .explainAuthorize:
      .explainAuthorize(
        .init(organizationID: "berlin", permission: "contacts:read", keyID: world.plain.id))
    case .listAuditEvents: .listAuditEvents(.init(includeDescendants: true))
    case .getOrganization: .getOrganization(.init(organizationID: "acme"))
    case .listOrganizations: .listOrganizations(.init(includeDescendants: true))
    case .issueKey: .issueKey(.init(organizationID: "acme", name: "n"))
    case .rotateKey: .rotateKey(.init(keyID: world.plain.id))
    case .updateKey: .updateKey(.init(keyID: world.plain.id, fields: ["name"], name: "new"))
    case .deleteKey: .deleteKey(.init(keyID: world.dead.id))
    case .putOrganization: .putOrganization(.init(organizationID: "new", parentID: "acme"))
    case .moveOrganization: .moveOrganization(.init(organizationID: "berlin", parentID: "us"))
    case .suspendOrganization: .suspendOrganization(.init(organizationID: "us"))
    case .resumeOrganization: .resumeOrganization(.init(organizationID: "us"))
    case .revokeKey: .revokeKey(.init(keyID: world.strong.id))
    case .revokeKeys: .revokeKeys(.init(organizationID: "acme", includeDescendants: true))
    case .deleteOrganization:
      .deleteOrganization(
        .init(organizationID: "eu", revokeKeys: true, includeDescendants: true))
    }
  }

  private static let reading: Set<MethodName> = [
    .getKey, .listKeys, .getUsage, .explainAuthorize, .listAuditEvents, .getOrganization,
    .listOrganizations,
  ]

  @Test func whatIsInReachIsDoneAndToldWithoutAWordOfWhatIsOutside() throws {
    for method in MethodName.allCases {
      guard let call = inside(method) else { continue }
      let response = try answer(call)
      #expect(response.status == nil, "\(method): \(String(describing: response.status))")
      let told = String(decoding: bytes(response), as: UTF8.self)
      #expect(!told.contains("outside"), "\(method)")
    }
  }

  @Test func actingOrganizationIsTheRootOfWhatIsSeen() throws {
    let caller = world.caller
    let top = try world.client.organization("acme", caller: caller)
    #expect(top.parentID.isEmpty && top.depth == 0)
    let below = try world.client.organizations(caller: caller)
    #expect(below.map(\.organizationID) == ["eu", "berlin", "us"])
    #expect(below.map(\.parentID) == ["acme", "eu", "acme"])
    #expect(below.map(\.depth) == [1, 2, 1])
    let keys = try world.client.keys(caller: caller).map(\.keyID)
    let own = [world.plain, world.strong, world.limited, world.dead].map(\.id)
    #expect(Set(keys) == Set(own) && keys.count == own.count)
  }

  @Test func strongerKeysAreLeftAsTheyAreButRevoked() throws {
    let before = try world.records()
    let id = world.strong.id
    let later = Clock.wallMilliseconds() + 1_000_000
    let calls: [Request.Method] = [
      .rotateKey(.init(keyID: id)), .rotateKey(.init(keyID: id, overlapS: -1)),
      .updateKey(.init(keyID: id, fields: ["name"], name: "mine")),
      .updateKey(.init(keyID: id, fields: ["permissions"])),
      .updateKey(.init(keyID: id, fields: ["permissions"], permissions: ["contacts:read"])),
      .updateKey(.init(keyID: id, fields: ["expires_at_unix_ms"])),
      .updateKey(.init(keyID: id, fields: ["expires_at_unix_ms"], expiresAtUnixMs: later)),
      .updateKey(.init(keyID: id, fields: ["disabled"])),
      .updateKey(.init(keyID: id, fields: ["disabled"], disabled: true)),
      .updateKey(.init(keyID: id, fields: ["labels"])),
      .updateKey(
        .init(keyID: id, fields: ["rate_limit"], rateLimit: .init(limit: 1, windowS: 60))),
    ]
    for call in calls { #expect(try world.status(call)?.code == .permissionDenied, "\(call)") }
    for permissions in [["*"], ["contacts"], ["deals:read"], ["contacts:read", "deals:*"]] {
      let issue = IssueKeyRequest(organizationID: "eu", name: "n", permissions: permissions)
      #expect(try world.status(.issueKey(issue))?.code == .permissionDenied)
      let update = UpdateKeyRequest(
        keyID: world.plain.id, fields: ["permissions"], permissions: permissions)
      #expect(try world.status(.updateKey(update))?.code == .permissionDenied)
    }
    var caller = world.caller
    caller.grantablePermissions = []
    let own = RotateKeyRequest(keyID: world.plain.id)
    #expect(
      try world.client.status(.rotateKey(own), caller: caller)?.code == .permissionDenied)
    #expect(try world.records() == before)
    #expect(try world.status(.revokeKey(.init(keyID: id))) == nil)
  }

  @Test func limitsAreNeitherRaisedNorTakenOff() throws {
    let before = try world.records()
    let tooHigh: [OrgKeyWire.RateLimit?] = [
      nil, .init(limit: 1_000, windowS: 60), .init(limit: 101, windowS: 60),
      .init(limit: 101, windowS: 2_592_000), .init(limit: 100, windowS: 59),
      .init(limit: 2, windowS: 1), .init(limit: 16_777_215, windowS: 2_592_000),
    ]
    for limit in tooHigh {
      for id in [world.limited.id, world.plain.id] {
        let update = UpdateKeyRequest(keyID: id, fields: ["rate_limit"], rateLimit: limit)
        #expect(try world.status(.updateKey(update))?.code == .permissionDenied)
      }
      if let limit {
        let issue = IssueKeyRequest(organizationID: "us", name: "n", rateLimit: limit)
        #expect(try world.status(.issueKey(issue))?.code == .permissionDenied)
      }
    }
    var caller = world.caller
    caller.maxRateLimit = nil
    for limit: OrgKeyWire.RateLimit? in [nil, .init(limit: 1, windowS: 60)] {
      let update = UpdateKeyRequest(
        keyID: world.limited.id, fields: ["rate_limit"], rateLimit: limit)
      #expect(
        try world.client.status(.updateKey(update), caller: caller)?.code == .permissionDenied)
    }
    #expect(try world.records() == before)
    // None asked for: the highest.
    let (id, _) = try world.client.issue(
      .init(organizationID: "us", name: "n"), caller: world.caller)
    #expect(try world.client.key(id).rateLimit == world.caller.maxRateLimit)
    let lower = OrgKeyWire.RateLimit(limit: 5, windowS: 3)
    let update = UpdateKeyRequest(
      keyID: world.limited.id, fields: ["rate_limit"], rateLimit: lower)
    #expect(try world.client.update(update, caller: world.caller).rateLimit == lower)
  }

  @Test func actingOrganizationIsNeitherFreedNorTakenAway() throws {
    let before = try world.records()
    let calls: [Request.Method] = [
      .suspendOrganization(.init(organizationID: "acme")),
      .resumeOrganization(.init(organizationID: "acme")),
      .moveOrganization(.init(organizationID: "acme", parentID: "eu")),
      .moveOrganization(.init(organizationID: "acme", parentID: "outside-root")),
      .moveOrganization(.init(organizationID: "acme", toRoot: true)),
      .deleteOrganization(
        .init(organizationID: "acme", revokeKeys: true, includeDescendants: true)),
    ]
    for call in calls { #expect(try world.status(call)?.code == .failedPrecondition, "\(call)") }
    // Nor is a root made, of something new or of what is below.
    for call: Request.Method in [
      .putOrganization(.init(organizationID: "new")),
      .moveOrganization(.init(organizationID: "eu", toRoot: true)),
    ] {
      #expect(try world.status(call)?.code == .permissionDenied)
    }
    #expect(try world.records() == before)
  }

  @Test(arguments: ["acme", "outside-top"])
  func whileItIsSuspendedNothingBelowChangesAndAllIsRead(_ suspended: String) throws {
    try world.administrator.suspend(suspended)
    let before = try world.records()
    for method in MethodName.allCases {
      guard let call = inside(method) else { continue }
      let code = try world.status(call)?.code
      #expect(code == (EscapeTests.reading.contains(method) ? nil : .failedPrecondition))
      if EscapeTests.reading.contains(method) { continue }
      // That it is suspended comes before whether what is named exists.
      for attempt in world.attempts(method) {
        let there = try answer(attempt.there)
        #expect(there == (try answer(attempt.nowhere)))
        #expect(there.status?.code == .failedPrecondition)
      }
    }
    #expect(try world.records() == before)
    try world.administrator.resume(suspended)
    #expect(try world.status(.rotateKey(.init(keyID: world.plain.id))) == nil)
  }

  @Test func movedSubtreeIsOutsideOrInFromThenOn() throws {
    #expect(try world.status(.getKey(.init(keyID: world.plain.id))) == nil)
    try world.administrator.move("eu", under: "outside-root")
    for (there, nowhere) in [
      (
        Request.Method.getKey(.init(keyID: world.plain.id)),
        Request.Method.getKey(.init(keyID: ActingWorld.unknownKey))
      ),
      (.revokeKey(.init(apiKey: world.plain.text)), .revokeKey(.init(apiKey: world.unknownText))),
      (.listKeys(.init(organizationID: "berlin")), .listKeys(.init(organizationID: "nowhere"))),
      (
        .moveOrganization(.init(organizationID: "eu", parentID: "acme")),
        .moveOrganization(.init(organizationID: "nowhere", parentID: "acme"))
      ),
    ] {
      #expect(try answer(there) == answer(nowhere))
      #expect(try answer(there).status != nil)
    }
    #expect(try world.client.keys(caller: world.caller).map(\.keyID) == [world.limited.id])
    try world.administrator.move("outside-sibling", under: "us")
    #expect(try world.status(.getKey(.init(keyID: world.outsideKeys[1].id))) == nil)
    #expect(try world.status(.revokeKeys(.init(organizationID: "outside-sibling"))) == nil)
  }

  @Test func tokensOfOtherListingsLeadNowhereElse() throws {
    let own = Set(try world.client.keys(caller: world.caller).map(\.keyID))
    var tokens: [String] = []
    for below in ["", "outside-root", "outside-top"] {
      var request = ListOrganizationsRequest(
        organizationID: below, includeDescendants: true, pageSize: 1)
      repeat {
        guard
          case .listOrganizations(let page) = try world.administrator.result(
            .listOrganizations(request))
        else { return }
        request.pageToken = page.nextPageToken
        tokens.append(page.nextPageToken)
      } while !request.pageToken.isEmpty
    }
    #expect(tokens.count > 10)
    for token in tokens + tokens.map({ $0 + ".1" }) where token.hasPrefix("w") {
      let request = ListOrganizationsRequest(includeDescendants: true, pageToken: token)
      let response = try answer(.listOrganizations(request))
      #expect(!String(decoding: bytes(response), as: UTF8.self).contains("outside"))
    }
    for number in 1...12 {
      let token = "n" + String(number, radix: 36)
      let keys = try world.client.keys(.init(pageSize: 1, pageToken: token), caller: world.caller)
      #expect(own.isSuperset(of: keys.map(\.keyID)))
    }
  }

  @Test func requestIDsOfOthersAreNotKnown() throws {
    let issue = IssueKeyRequest(organizationID: "us", name: "n", requestID: "outside-request")
    #expect(try world.status(.issueKey(issue)) == nil)
    let rotate = RotateKeyRequest(keyID: world.plain.id, requestID: "outside-request")
    #expect(try world.status(.rotateKey(rotate)) == nil)
    #expect(try world.status(.rotateKey(rotate))?.code == .alreadyExists)
  }

  /// The one thing that a call on somebody's behalf can learn: identifiers are unique.
  @Test func identifierThatIsTakenIsToldToWhoeverCouldHaveMadeIt() throws {
    let put = PutOrganizationRequest(organizationID: "outside-leaf", parentID: "eu")
    #expect(try world.status(.putOrganization(put))?.code == .alreadyExists)
  }
}
