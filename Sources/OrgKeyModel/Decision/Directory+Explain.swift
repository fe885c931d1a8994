/// What every rule finds of one request. The first that fails decides, and that is the verdict;
/// but the rules behind it are judged as well, each as if it were the only one: whoever looks for
/// what is wrong wants to see all of it at once.
///
/// Its handles are good as long as the lock under which it was made.
package struct Explanation: Sendable {
  /// The rules behind that of the key.
  package struct Others: Sendable {
    package let environment: Reason
    package let rateLimit: Reason
    /// Where the window stands before this request; nil: the key has no limit.
    package let rateLimitState: RateLimitState?
    package let organization: Reason
    /// What was asked for, if it exists.
    package let asked: OrganizationHandle?
    package let permission: Reason
    /// The first of the key's patterns that covers the permission.
    package let pattern: String?
  }

  /// What `authorize` would decide now.
  package let verdict: Verdict
  /// Whose secret it is, even when it is dead for so long that the verdict tells it from none.
  package fileprivate(set) var key: KeyHandle?
  package fileprivate(set) var secret: SecretHandle?
  /// nil: there is no key to judge them by.
  package fileprivate(set) var others: Others?

  fileprivate init(_ verdict: Verdict) { self.verdict = verdict }

  /// What a rule found; nil: it could not be judged.
  package func reason(of rule: Rule) -> Reason? {
    switch rule {
    case .key: verdict.reason.rule == .key ? verdict.reason : .allowed
    case .environment: others?.environment
    case .rateLimit: others?.rateLimit
    case .organization: others?.organization
    case .permission: others?.permission
    }
  }
}

extension Directory {
  /// Explains what `authorize` would decide, and takes nothing from the rate limit.
  /// - Parameters:
  ///   - presented, digest, environment, organization, permission: as for `authorize`.
  ///   - recorded: the key that the text belongs to by the records, though its secret may be dead
  ///     for so long that it is not here any more.
  ///   - top: when the question is asked on behalf of an organization: a key that does not belong
  ///     to it, or below, is told as one that is not known.
  package func explain(
    presented: Span<UInt8>, digest: @autoclosure () -> Digest, environment: Span<UInt8>,
    organization: Span<UInt8>, permission: Span<UInt8>, policy: Policy, now: Instant,
    recorded: KeyHandle? = nil, within top: OrganizationHandle? = nil
  ) -> Explanation {
    var verdict: Verdict
    var key = recorded
    var secret: SecretHandle?
    switch find(presented, digest, policy) {
    case .failure(let missed): verdict = missed
    case .success(let found):
      verdict = authorize(
        secret: found, environment: environment, asked: asked(organization),
        permission: permission, policy: policy, now: now, taking: false)
      secret = found
      let owner = secrets[found.index].key
      key = owner == 0 ? nil : KeyHandle(index: owner)
    }
    if let top, !(key.map { isInSubtree(self[$0].organization, of: top) } ?? false) {
      (key, secret) = (nil, nil)
      verdict = presented.isEmpty ? verdict : missed(presented, policy)
    }
    return explanation(
      verdict, key, secret, environment, organization, permission, policy, now)
  }

  /// As above, for a key that is known by the records.
  /// - Parameters:
  ///   - key: nil: it is dead for so long that it is not here any more.
  ///   - secret: which of its secrets would be presented; nil likewise.
  package func explain(
    _ key: KeyHandle?, secret: SecretHandle?, environment: Span<UInt8>,
    organization: Span<UInt8>, permission: Span<UInt8>, policy: Policy, now: Instant
  ) -> Explanation {
    var verdict = Verdict(unknown: .keyUnknown)
    if let secret {
      verdict = authorize(
        secret: secret, environment: environment, asked: asked(organization),
        permission: permission, policy: policy, now: now, taking: false)
    }
    return explanation(
      verdict, key, secret, environment, organization, permission, policy, now)
  }

  private func explanation(
    _ verdict: Verdict, _ key: KeyHandle?, _ secret: SecretHandle?, _ environment: Span<UInt8>,
    _ organization: Span<UInt8>, _ permission: Span<UInt8>, _ policy: Policy, _ now: Instant
  ) -> Explanation {
    var explanation = Explanation(verdict)
    if let key {
      explanation.key = key
      explanation.secret = secret
      explanation.others = judgeOthers(
        keys[key.index], environment, organization, permission, policy, now)
    }
    return explanation
  }

  /// Each rule by itself, by the functions that `authorize` calls.
  private func judgeOthers(
    _ key: KeyRow, _ environment: Span<UInt8>, _ organization: Span<UInt8>,
    _ permission: Span<UInt8>, _ policy: Policy, _ now: Instant
  ) -> Explanation.Others {
    var rate = Verdict(unknown: .allowed)
    if key.limiter != 0 { judgeRate(key.limiter, now, taking: false, &rate) }
    var place = Verdict(unknown: .allowed)
    judgeOrganization(key, asked(organization), &place)
    let own = OrganizationHandle(index: key.organization)
    let granted = permissionSets[key.permissionSet]
    return Explanation.Others(
      environment: judgeEnvironment(key, environment, policy), rateLimit: rate.reason,
      rateLimitState: key.limiter == 0 ? nil : limiters.look(key.limiter, now: now),
      organization: place.reason,
      asked: organization.isEmpty ? own : self.organization(id: organization),
      permission: judgePermission(key, permission),
      pattern: patterns(of: granted).pattern(covering: permission))
  }

  /// The organizations from one down to another that lies below it, both included.
  package func path(
    from top: OrganizationHandle, to organization: OrganizationHandle
  ) -> [OrganizationHandle] {
    var path = [organization]
    while let last = path.last, last != top, let parent = self[last].parent { path.append(parent) }
    return path.reversed()
  }

  /// Those by which an organization is closed, itself or above it, the nearest first.
  package func closing(_ organization: OrganizationHandle) -> [OrganizationHandle] {
    var found: [OrganizationHandle] = []
    var current: OrganizationHandle? = organization
    while let handle = current {
      let state = self[handle]
      if state.suspended || state.quarantined { found.append(handle) }
      current = state.parent
    }
    return found
  }
}
