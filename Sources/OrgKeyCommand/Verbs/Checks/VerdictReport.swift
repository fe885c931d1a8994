internal import ArgumentParser
internal import OrgKey

/// What is said of a check: the verdict on standard output, its reason on standard error.
struct VerdictReport {
  let output: OutputOptions

  func show(_ grant: Grant) throws {
    try output.one(GrantJSON(grant)) { screen in
      try screen.show([screen.style.paint("ALLOWED", .good)])
      StandardStream.talk(
        "\(grant.keyID) of \(grant.keyOrganizationID) (\(grant.environment), secret "
          + "\(grant.secretVersion)), in \(grant.organizationID)"
          + rest(grant.rateLimit, screen))
    }
  }

  /// - Throws: always: a denial ends the command with its own status, all else as everywhere.
  func deny(_ error: AuthorizationError) throws -> Never {
    guard case .denied(let denial) = error else { throw error }
    try output.one(DenialJSON(denial)) { screen in
      try screen.show([screen.style.paint(denial.code.rawValue, .bad)])
      let key = denial.keyID.map { " (\($0))" } ?? ""
      StandardStream.talk(
        "\(denial.reason)\(key)\(rest(denial.rateLimit, screen)). \(denial.reason.advice)")
    }
    throw ExitCode(.denied)
  }

  private func rest(_ state: RateLimitState?, _ screen: Screen) -> String {
    guard let state else { return "" }
    return ", \(state.remaining) of \(state.limit) requests left, new window "
      + screen.ago(state.resetAt)
  }
}

struct LimitStateJSON: Encodable {
  let limit: UInt32
  let remaining: UInt32
  let resetAt: String

  init(_ state: RateLimitState) {
    limit = state.limit
    remaining = state.remaining
    resetAt = TimeText.rfc3339(state.resetAt)
  }
}

private struct GrantJSON: Encodable {
  let decision = "ALLOWED"
  let httpStatus = 200
  let keyId: String
  let organizationId: String
  let authorizedOrganizationId: String
  let environment: String
  let secretVersion: UInt32
  let rateLimit: LimitStateJSON?

  init(_ grant: Grant) {
    keyId = grant.keyID
    organizationId = grant.keyOrganizationID
    authorizedOrganizationId = grant.organizationID
    environment = grant.environment
    secretVersion = grant.secretVersion
    rateLimit = grant.rateLimit.map(LimitStateJSON.init)
  }
}

private struct DenialJSON: Encodable {
  let decision: String
  let reason: String
  let httpStatus: Int
  let keyId: String?
  let rateLimit: LimitStateJSON?

  init(_ denial: Denial) {
    decision = denial.code.rawValue
    reason = denial.reason.description
    httpStatus = denial.response.statusCode
    keyId = denial.keyID
    rateLimit = denial.rateLimit.map(LimitStateJSON.init)
  }
}

extension RateLimitState {
  fileprivate var resetAt: Timestamp {
    Timestamp(unixMilliseconds: 0).advanced(by: .seconds(resetAtUnixSeconds))
  }
}
