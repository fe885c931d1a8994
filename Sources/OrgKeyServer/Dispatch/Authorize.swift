internal import OrgKeyModel
internal import OrgKeyWire

extension CallHandler {
  /// Decides one Authorize call and appends the answer. Allocates nothing unless the request is
  /// refused.
  func authorize(
    _ call: AuthorizeCall, for connection: Connection, _ directory: borrowing Directory,
    _ counts: inout ReactorCounts, _ now: Instant
  ) {
    if let refusal = Self.fault(of: call) {
      return answer(connection, call.callID, .failure(refusal))
    }
    let policy = service.policy
    let verdict = call.withFields { apiKey, organization, permission, environment in
      directory.authorize(
        presented: apiKey, digest: Digest(ofKey: apiKey), environment: environment,
        organization: organization, permission: permission, policy: policy, now: now)
    }
    counts.record(verdict, at: now)
    append(verdict, to: connection, callID: call.callID, directory)
  }

  /// What is wrong with the request; nil: nothing. A wrong key is not: that is a verdict.
  private static func fault(of call: AuthorizeCall) -> Refusal? {
    call.withFields { _, organization, permission, environment in
      do throws(Refusal) {
        if call.hasCaller { throw .takesNoCaller(.authorize) }
        if !organization.isEmpty { try Validation.organizationID(organization) }
        try Validation.permission(permission)
        if !environment.isEmpty { _ = try Validation.environment(environment) }
        return nil
      } catch {
        return error
      }
    }
  }

  private func append(
    _ verdict: Verdict, to connection: Connection, callID: UInt64,
    _ directory: borrowing Directory
  ) {
    var reply = unsafe AuthorizeReply(callID: callID, reason: verdict.reason.message)
    if let state = verdict.rateLimit { unsafe reply.rateLimit = state.message }
    guard let key = verdict.key, let secret = verdict.secret else {
      return unsafe connection.output.append(reply)
    }
    let state = directory[key]
    // The text and a NUL.
    var keyID = InlineArray<24, UInt8>(repeating: 0)
    var keyIDSpan = keyID.mutableSpan
    state.id.write(into: &keyIDSpan)
    unsafe reply.organizationID = directory.idPointer(of: state.organization)
    unsafe reply.environment = directory.environmentPointer(of: key)
    unsafe reply.secretVersion = directory[secret].version
    if verdict.isAllowed, let organization = verdict.organization {
      unsafe reply.authorizedOrganizationID = directory.idPointer(of: organization)
    }
    unsafe keyID.span.withUnsafeBufferPointer { text in
      unsafe reply.keyID = text.baseAddress
      unsafe connection.output.append(reply)
    }
  }
}

extension RateLimitState {
  var message: OrgKeyWire.RateLimitState {
    .init(limit: limit, remaining: remaining, resetAtUnixS: resetAt)
  }
}
