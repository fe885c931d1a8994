import OrgKey
import OrgKeyWire
import Testing

@Suite(.timeLimit(.minutes(1))) struct AuthorizeTests {
  @Test(arguments: Way.allCases)
  func grantNamesTheOrganizationThatWasChecked(_ way: Way) async throws {
    let peer = try ScriptedPeer(answering(allowed))
    let client = OrgKeyClient(socketPath: peer.path)
    let own = try await way.authorize(client, in: .own).get()
    #expect(own.organizationID == "acme")
    #expect(own.keyOrganizationID == "acme")
    #expect(own.keyID == "key_1")
    let child = try await way.authorize(client, in: .organization("acme-child")).get()
    #expect(child.organizationID == "acme-child")
    #expect(child.keyOrganizationID == "acme")
    #expect(child.rateLimit == nil)
  }

  @Test(arguments: Way.allCases)
  func requestCarriesAllThatWasAsked(_ way: Way) async throws {
    let peer = try ScriptedPeer(
      answering { request in
        let expected = AuthorizeRequest(
          apiKey: SecretText("pc_live_1"), organizationID: "acme", permission: "contacts:read",
          environment: "live")
        return request.request.method == .authorize(expected) ? allowed(request) : nil
      })
    let client = OrgKeyClient(socketPath: peer.path)
    _ = try await way.authorize(client, in: .organization("acme"), environment: "live").get()
  }

  /// Answers that say "allowed" and leave a doubt.
  private static let doubtful: [AuthorizeResponse] = {
    let good = AuthorizeResponse(
      decision: .allowed, keyID: "key_1", organizationID: "acme", environment: "live",
      secretVersion: 1, authorizedOrganizationID: "asked")
    let changes: [(inout AuthorizeResponse) -> Void] = [
      { $0.decision = .unspecified }, { $0.reason = .keyRevoked }, { $0.keyID = "" },
      { $0.organizationID = "" }, { $0.authorizedOrganizationID = "" },
      { $0.authorizedOrganizationID = "acme" }, { $0.authorizedOrganizationID = "asked2" },
      { $0.environment = "test" },
    ]
    return changes.map { change in
      var answer = good
      change(&answer)
      return answer
    }
  }()

  @Test(arguments: Way.allCases, doubtful)
  func allowedIsRefusedWhenTheAnswerLeavesADoubt(
    _ way: Way, _ answer: AuthorizeResponse
  ) async throws {
    let peer = try ScriptedPeer(answering { _ in .authorize(answer) })
    let client = OrgKeyClient(socketPath: peer.path)
    let result = await way.authorize(client, in: .organization("asked"), environment: "live")
    guard case .protocolFault = result.failure?.cause else {
      Issue.record("\(result)")
      return
    }
  }

  @Test(arguments: Way.allCases)
  func ownIsRefusedWhenTheAnswerIsAboutAnother(_ way: Way) async throws {
    let answer = AuthorizeResponse(
      decision: .allowed, keyID: "key_1", organizationID: "acme", environment: "live",
      authorizedOrganizationID: "acme-child")
    let peer = try ScriptedPeer(answering { _ in .authorize(answer) })
    let result = await way.authorize(OrgKeyClient(socketPath: peer.path), in: .own)
    #expect(result.failure?.cause != nil)
  }

  @Test(arguments: Way.allCases, [nil, Response.Result.health(HealthResponse(status: .serving))])
  func anAnswerToAnotherQuestionAllowsNothing(
    _ way: Way, _ answer: Response.Result?
  ) async throws {
    let peer = try ScriptedPeer(answering { _ in answer })
    let result = await way.authorize(OrgKeyClient(socketPath: peer.path))
    #expect(result.failure?.cause != nil)
  }

  @Test(arguments: OrgKeyWire.Reason.allCases.filter { $0 != .unspecified })
  func everyReasonIsDeniedAsTheContractSays(_ reason: OrgKeyWire.Reason) async throws {
    let answer = AuthorizeResponse(decision: reason.decision, reason: reason, keyID: "key_1")
    let peer = try ScriptedPeer(answering { _ in .authorize(answer) })
    let client = OrgKeyClient(socketPath: peer.path)
    let result = await Way.async.authorize(client)
    guard case .denied(let denial) = result.failure else {
      Issue.record("\(result)")
      return
    }
    #expect(denial.reason.rawValue == reason.rawValue)
    #expect(denial.keyID == "key_1")
    #expect(denial.response.statusCode == reason.httpStatus)
    #expect(denial.response.message == reason.sentence)
    #expect(denial.reason.advice == reason.advice)
  }

  @Test(arguments: Way.allCases)
  func aStatusIsMisuseOrUnavailable(_ way: Way) async throws {
    for code in Code.allCases where code != .ok {
      let peer = try ScriptedPeer { connection in
        while let request = connection.next() {
          let status = Status(code: code, message: "No.", field: "permission")
          connection.reply(request.callID, allowed(request), status: status)
        }
      }
      let failure = await way.authorize(OrgKeyClient(socketPath: peer.path)).failure
      if code == .invalidArgument {
        #expect(failure == .misuse(Misuse(field: "permission", message: "No.")))
      } else {
        #expect(failure?.cause != nil)
      }
    }
  }
}
