import Glibc
import OrgKeyModel
import OrgKeySystem
import Testing

@testable import OrgKeyWire

/// An answer of ExplainAuthorize, by rule.
struct Explained {
  let outcome: AuthorizeResponse
  let steps: [ExplainAuthorizeResponseStep]

  subscript(rule: Rule) -> String { steps.first { $0.rule == rule.rawValue }?.found ?? "" }

  /// The rules that failed.
  var failed: [String] { steps.filter { !$0.passed }.map(\.rule) }
}

extension RawClient {
  func explain(_ request: ExplainAuthorizeRequest, caller: Caller? = nil) throws -> Explained {
    guard
      case .explainAuthorize(let answer) = try result(.explainAuthorize(request), caller: caller)
    else { return Explained(outcome: .init(), steps: []) }
    #expect(answer.steps.map(\.rule) == Rule.allCases.map(\.rawValue))
    #expect(answer.steps.allSatisfy { !$0.found.isEmpty })
    return Explained(outcome: try #require(answer.outcome), steps: answer.steps)
  }

  /// By the text of a key, or by its id.
  func explain(
    _ key: SecretText = .empty, id: String = "", version: UInt32 = 0, _ organization: String = "",
    _ permission: String = "a:b", environment: String = "", caller: Caller? = nil
  ) throws -> Explained {
    try explain(
      .init(
        apiKey: key, organizationID: organization, permission: permission,
        environment: environment, keyID: id, secretVersion: version), caller: caller)
  }
}

extension AuthorizeResponse {
  /// Without the moment when a window ends, which moves with the clock while none is open.
  var timeless: AuthorizeResponse {
    var answer = self
    answer.rateLimit?.resetAtUnixS = 0
    return answer
  }
}
