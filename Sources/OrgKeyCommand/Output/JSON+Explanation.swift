internal import OrgKey

/// The contract's ExplainAuthorizeResponse, with what follows from the reason.
struct ExplanationJSON: Encodable {
  struct OutcomeJSON: Encodable {
    let decision: String
    let reason: String?
    let advice: String?
    let httpStatus: Int
    let keyId: String?
    let organizationId: String?
    let authorizedOrganizationId: String?
    let environment: String?
    let secretVersion: UInt32?
    let rateLimit: LimitStateJSON?
  }

  struct StepJSON: Encodable {
    let rule: String
    let passed: Bool
    let found: String
  }

  let outcome: OutcomeJSON
  let steps: [StepJSON]

  init(_ explanation: Explanation) {
    let denial = explanation.denial
    outcome = OutcomeJSON(
      decision: denial?.code.rawValue ?? "ALLOWED", reason: denial?.reason.description,
      advice: denial?.reason.advice, httpStatus: denial?.response.statusCode ?? 200,
      keyId: explanation.keyID, organizationId: explanation.keyOrganizationID,
      authorizedOrganizationId: explanation.organizationID, environment: explanation.environment,
      secretVersion: explanation.secretVersion,
      rateLimit: explanation.rateLimit.map(LimitStateJSON.init))
    steps = explanation.steps.map {
      StepJSON(rule: $0.rule, passed: $0.passed, found: $0.found)
    }
  }
}
