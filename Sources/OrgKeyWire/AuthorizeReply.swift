internal import COrgKeyProto

/// The answer to an Authorize call, with texts where they lie: packing it allocates nothing.
///
/// The texts are NUL-terminated and stay valid until the reply was appended.
@unsafe package struct AuthorizeReply {
  package var callID: UInt64
  package var reason: Reason
  package var keyID: UnsafePointer<UInt8>?
  package var organizationID: UnsafePointer<UInt8>?
  package var environment: UnsafePointer<UInt8>?
  package var authorizedOrganizationID: UnsafePointer<UInt8>?
  package var secretVersion: UInt32 = 0
  package var rateLimit: RateLimitState?

  package init(callID: UInt64, reason: Reason) {
    unsafe self.callID = callID
    unsafe self.reason = reason
  }
}

extension ByteBuffer {
  package mutating func append(_ reply: borrowing AuthorizeReply) {
    var answer = unsafe Orgkey__V1__AuthorizeResponse()
    unsafe orgkey__v1__authorize_response__init(&answer)
    unsafe answer.decision = CDecision(rawValue: reply.reason.decision.rawValue)
    unsafe answer.reason = CReason(rawValue: reply.reason.rawValue)
    unsafe set(reply.keyID, &answer.key_id)
    unsafe set(reply.organizationID, &answer.organization_id)
    unsafe set(reply.environment, &answer.environment)
    unsafe set(reply.authorizedOrganizationID, &answer.authorized_organization_id)
    unsafe answer.secret_version = reply.secretVersion

    var rate = unsafe Orgkey__V1__RateLimitState()
    unsafe orgkey__v1__rate_limit_state__init(&rate)
    if let state = unsafe reply.rateLimit {
      unsafe rate.limit = state.limit
      unsafe rate.remaining = state.remaining
      unsafe rate.reset_at_unix_s = state.resetAtUnixS
    }
    let limited = unsafe reply.rateLimit != nil
    let callID = unsafe reply.callID
    unsafe withUnsafeMutablePointer(to: &rate) { rate in
      if limited { unsafe answer.rate_limit = rate }
      unsafe withUnsafeMutablePointer(to: &answer) { answer in
        var response = unsafe Orgkey__V1__Response()
        unsafe orgkey__v1__response__init(&response)
        unsafe response.call_id = callID
        unsafe response.result_case = ORGKEY__V1__RESPONSE__RESULT_AUTHORIZE
        unsafe response.authorize = answer
        _ = unsafe append(packing: &response)
      }
    }
  }

  private func set(
    _ text: UnsafePointer<UInt8>?, _ field: inout UnsafeMutablePointer<CChar>?
  ) {
    guard let text = unsafe text else { return }
    // protobuf-c declares what it packs as mutable and only reads it.
    unsafe field = UnsafeMutableRawPointer(mutating: text).assumingMemoryBound(to: CChar.self)
  }
}
