internal import OrgKeyModel
internal import OrgKeyWire

/// Authorize calls that were received and are decided together. Their texts lie in the frames
/// they came in, which stay where they are until the batch was answered.
@safe struct AuthorizeBatch: ~Copyable {
  /// As many as the processor can keep reads on the way for, and few enough for its first cache.
  static let capacity = 32

  /// Whom an answer is for.
  private struct Asker: BitwiseCopyable {
    let turn: ConnectionReference
    let callID: UInt64
  }

  private let questions: UnsafeMutableBufferPointer<Question>
  private let askers: UnsafeMutableBufferPointer<Asker>
  private var count = 0

  init() {
    unsafe questions = .allocate(capacity: AuthorizeBatch.capacity)
    unsafe askers = .allocate(capacity: AuthorizeBatch.capacity)
  }

  deinit {
    unsafe questions.deallocate()
    unsafe askers.deallocate()
  }

  var isFull: Bool { count == AuthorizeBatch.capacity }

  /// Unsafe because the call's texts have to stay where they are until the next `answer`.
  @unsafe mutating func add(_ call: AuthorizeCall, from turn: ConnectionReference) {
    precondition(!isFull)
    unsafe questions.initializeElement(
      at: count,
      to: Question(
        presented: call.apiKey, digest: Digest.init(ofKey:), environment: call.environment,
        organization: call.organizationID, permission: call.permission))
    unsafe askers.initializeElement(at: count, to: Asker(turn: turn, callID: call.callID))
    count += 1
  }

  /// Decides, counts and answers all that was added, in its order.
  mutating func answer(
    _ directory: borrowing Directory, _ policy: Policy, _ counts: inout ReactorCounts,
    _ now: Instant
  ) {
    if count == 0 { return }
    let asked = unsafe UnsafeMutableBufferPointer(rebasing: questions[..<count])
    unsafe directory.authorize(asked, policy: policy, now: now)
    unsafe counts.record(asked, at: now)
    for index in asked.indices {
      let asker = unsafe askers[index]
      asker.turn.connection.decided += 1
      unsafe asker.turn.connection.output.append(asked[index].verdict, to: asker.callID, directory)
    }
    count = 0
  }
}

extension ByteBuffer {
  /// Appends the answer to an Authorize call.
  fileprivate mutating func append(
    _ verdict: Verdict, to callID: UInt64, _ directory: borrowing Directory
  ) {
    var reply = unsafe AuthorizeReply(callID: callID, reason: verdict.reason.message)
    if let state = verdict.rateLimit { unsafe reply.rateLimit = state.message }
    guard let key = verdict.key, let secret = verdict.secret else {
      return unsafe append(reply)
    }
    let state = directory[key]
    unsafe reply.organizationID = directory.idBytes(of: state.organization)
    unsafe reply.environment = directory.environmentBytes(of: key)
    unsafe reply.secretVersion = directory[secret].version
    if verdict.isAllowed, let organization = verdict.organization {
      unsafe reply.authorizedOrganizationID = directory.idBytes(of: organization)
    }
    var keyID = InlineArray<20, UInt8>(repeating: 0)
    var keyIDSpan = keyID.mutableSpan
    state.id.write(into: &keyIDSpan)
    unsafe keyID.span.withUnsafeBufferPointer { text in
      unsafe reply.keyID = text
      unsafe append(reply)
    }
  }
}

extension RateLimitState {
  var message: OrgKeyWire.RateLimitState {
    .init(limit: limit, remaining: remaining, resetAtUnixS: resetAt)
  }
}
