import OrgKey
import OrgKeyWire
import Testing

@Suite(.timeLimit(.minutes(1))) struct ExplainTests {
  private func explain(
    _ way: Way, _ path: String, _ key: ExplainedKey, in scope: OrganizationScope = .own,
    environment: String? = nil
  ) async -> Result<Explanation, QueryError> {
    await way.make(OrgKeyClient(socketPath: path).administrator()) {
      (administrator) async throws(QueryError) in
      try await administrator.explain(
        key, permission: "a:b", in: scope, environment: environment)
    } _: { (administrator) throws(QueryError) in
      try administrator.explain(key, permission: "a:b", in: scope, environment: environment)
    }
  }

  @Test(arguments: Way.allCases)
  func theKeyIsNamedByItsTextAsItCameOrByItsID(_ way: Way) async throws {
    let asked = Asked()
    let peer = try ScriptedPeer(
      asked.answering { _ in
        .explainAuthorize(ExplainAuthorizeResponse(outcome: .init(decision: .allowed)))
      })
    _ = try await explain(way, peer.path, .text(KeyText("Bearer pc_live_1 é"))).get()
    _ = try await explain(way, peer.path, .key(id: "key_1"), in: .organization("b")).get()
    _ = try await explain(
      way, peer.path, .key(id: "key_1", secretVersion: 2), environment: "test"
    ).get()
    #expect(
      asked.methods == [
        .explainAuthorize(
          ExplainAuthorizeRequest(apiKey: SecretText("Bearer pc_live_1 é"), permission: "a:b")),
        .explainAuthorize(
          ExplainAuthorizeRequest(organizationID: "b", permission: "a:b", keyID: "key_1")),
        .explainAuthorize(
          ExplainAuthorizeRequest(
            permission: "a:b", environment: "test", keyID: "key_1", secretVersion: 2)),
      ])
  }

  @Test(arguments: Way.allCases)
  func aDenialIsExplainedStepByStep(_ way: Way) async throws {
    let limit = OrgKeyWire.RateLimitState(limit: 9, remaining: 8, resetAtUnixS: 7)
    let outcome = AuthorizeResponse(
      decision: .orgAccessDenied, reason: .organizationOutside, keyID: "key_1",
      organizationID: "acme", environment: "live", rateLimit: limit, secretVersion: 2,
      authorizedOrganizationID: "other")
    let peer = try ScriptedPeer(
      answering { _ in
        .explainAuthorize(
          ExplainAuthorizeResponse(
            outcome: outcome,
            steps: [
              ExplainAuthorizeResponseStep(rule: "key", passed: true, found: "secret 2"),
              ExplainAuthorizeResponseStep(rule: "organization", found: "not below acme"),
            ]))
      })
    let told = RateLimitState(limit: 9, remaining: 8, resetAtUnixSeconds: 7)
    #expect(
      try await explain(way, peer.path, .key(id: "key_1")).get()
        == Explanation(
          denial: Denial(
            .organizationAccessDenied, reason: .organizationOutside, keyID: "key_1",
            rateLimit: told),
          keyID: "key_1", keyOrganizationID: "acme", environment: "live", secretVersion: 2,
          organizationID: "other", rateLimit: told,
          steps: [
            Explanation.Step(rule: "key", passed: true, found: "secret 2"),
            Explanation.Step(rule: "organization", passed: false, found: "not below acme"),
          ]))
  }

  @Test func whatIsNotKnownIsNil() async throws {
    let peer = try ScriptedPeer(
      answering { _ in
        .explainAuthorize(
          ExplainAuthorizeResponse(
            outcome: .init(decision: .invalidAPIKey, reason: .keyUnknown)))
      })
    let denial = Denial(.invalidAPIKey, reason: .keyUnknown)
    #expect(
      try await explain(.async, peer.path, .text(KeyText("x"))).get()
        == Explanation(denial: denial))
  }

  @Test func anOutcomeThatContradictsItselfExplainsNothing() async throws {
    let outcomes: [AuthorizeResponse?] = [
      nil, AuthorizeResponse(), AuthorizeResponse(decision: .allowed, reason: .keyRevoked),
    ]
    for outcome in outcomes {
      let peer = try ScriptedPeer(
        answering { _ in .explainAuthorize(ExplainAuthorizeResponse(outcome: outcome)) })
      let failure = await explain(.async, peer.path, .key(id: "key_1")).failure
      guard case .unavailable(let unavailable) = failure,
        case .protocolFault = unavailable.cause
      else {
        Issue.record("\(String(describing: failure))")
        return
      }
    }
  }
}
