/// What one of several Authorize calls asks, and what becomes of it. Its texts lie with whoever
/// asks, and have to stay there until it was answered.
@safe package struct Question: BitwiseCopyable {
  let presented: UnsafeBufferPointer<UInt8>
  let environment: UnsafeBufferPointer<UInt8>
  let organization: UnsafeBufferPointer<UInt8>
  let permission: UnsafeBufferPointer<UInt8>
  /// Of a text that can be looked up.
  let digest: Digest?
  /// The answer, once there is one.
  package fileprivate(set) var verdict = Verdict(unknown: .keyUnknown)

  // What the steps on the way to it have found.
  fileprivate var secretProbe: HashIndex.Probe?
  fileprivate var organizationProbe: HashIndex.Probe?
  fileprivate var secret: SecretHandle?
  fileprivate var asked = Directory.Asked.keysOwn
  // Read only so that it is near when it is needed.
  var touched: UInt32 = 0

  /// - Parameters:
  ///   - presented: the key's text as it came.
  ///   - digest: makes its SHA-256; called only when the text can be looked up.
  ///   - environment: the one that the request names; empty: any. One that can't be is none's.
  ///   - organization: what is to be acted in; empty: the key's own.
  ///   - permission: a concrete one. An empty one is never granted.
  @unsafe package init(
    presented: UnsafeBufferPointer<UInt8>, digest: (Span<UInt8>) -> Digest,
    environment: UnsafeBufferPointer<UInt8>, organization: UnsafeBufferPointer<UInt8>,
    permission: UnsafeBufferPointer<UInt8>
  ) {
    unsafe self.presented = presented
    unsafe self.environment = environment
    unsafe self.organization = organization
    unsafe self.permission = permission
    let text = unsafe presented.span
    self.digest = KeyText.isPresentable(text) ? digest(text) : nil
  }
}

extension Directory {
  /// Decides several questions, in their order: whether each key may do what is asked.
  ///
  /// A decision takes some fifteen reads from all over memory, most of them to be waited for, and
  /// each says where the next one is. So each step is taken for all questions before the next:
  /// their reads are then on the way at the same time.
  ///
  /// - Parameter taking: false to tell what the answers would be without taking from rate limits.
  package func authorize(
    _ questions: UnsafeMutableBufferPointer<Question>, policy: Policy, now: Instant,
    taking: Bool = true
  ) {
    for index in questions.indices { unsafe beginSearches(&questions[index]) }
    for index in questions.indices { unsafe lookUp(&questions[index]) }
    for index in questions.indices { unsafe touchKey(&questions[index]) }
    for index in questions.indices { unsafe touchOrganization(&questions[index]) }
    for index in questions.indices { unsafe decide(&questions[index], policy, now, taking) }
  }

  private func beginSearches(_ question: inout Question) {
    question.secretProbe = question.digest.map { secretIndex.probe(seed.hash($0)) }
    if unsafe question.organization.isEmpty { return }
    unsafe question.organizationProbe = organizationIndex.probe(
      seed.hash(question.organization.span))
  }

  private func lookUp(_ question: inout Question) {
    if let digest = question.digest, let probe = question.secretProbe {
      question.secret = secret(digest: digest, probe)
    }
    if let probe = question.organizationProbe {
      let found = unsafe organization(id: question.organization.span, probe)
      question.asked = found.map { .named($0) } ?? .unknown
    }
  }

  private func touchKey(_ question: inout Question) {
    guard let secret = question.secret else { return }
    question.touched = keys[secrets[secret.index].key].organization
  }

  private func touchOrganization(_ question: inout Question) {
    guard case .named(let asked) = question.asked else { return }
    let own = OrganizationHandle(index: question.touched)
    question.touched = isInSubtree(asked, of: own) ? 1 : 0
  }

  private func decide(_ question: inout Question, _ policy: Policy, _ now: Instant, _ taking: Bool)
  {
    if let secret = question.secret {
      unsafe question.verdict = authorize(
        secret: secret, environment: question.environment.span, asked: question.asked,
        permission: question.permission.span, policy: policy, now: now, taking: taking)
    } else {
      unsafe question.verdict = missed(question.presented.span, policy)
    }
  }
}
