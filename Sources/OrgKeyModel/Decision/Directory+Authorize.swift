extension Directory {
  /// Which organization a request names.
  enum Asked: BitwiseCopyable {
    case keysOwn
    case named(OrganizationHandle)
    case unknown
  }

  /// - Parameter id: empty: the key's own.
  func asked(_ id: Span<UInt8>) -> Asked {
    if id.isEmpty { return .keysOwn }
    return organization(id: id).map { .named($0) } ?? .unknown
  }

  /// Decides whether a key may do something: key, environment, rate limit, organization,
  /// permission, in this order; the first rule that fails decides.
  ///
  /// - Parameters:
  ///   - secret: the one that was presented.
  ///   - environment: the one that the request names; empty: any. One that can't be is none's.
  ///   - asked: what is to be acted in.
  ///   - permission: a concrete one. An empty one is never granted.
  ///   - taking: false to tell what the answer would be without taking from the rate limit.
  func authorize(
    secret: SecretHandle, environment: Span<UInt8>, asked: Asked, permission: Span<UInt8>,
    policy: Policy, now: Instant, taking: Bool
  ) -> Verdict {
    var verdict = judgeKey(secret, now)
    guard let key = verdict.key.map({ keys[$0.index] }) else { return verdict }
    if verdict.isAllowed {
      verdict.reason = judgeEnvironment(key, environment, policy)
    }
    if key.limiter != 0 {
      judgeRate(key.limiter, now, taking: taking, &verdict)
    }
    if verdict.isAllowed {
      judgeOrganization(key, asked, &verdict)
    }
    if verdict.isAllowed {
      verdict.reason = judgePermission(key, permission)
    }
    return verdict
  }

  /// Decides whether a key is good: key, environment, and that its organization is not
  /// suspended. Takes nothing from its limit.
  package func identify(
    presented: Span<UInt8>, digest: @autoclosure () -> Digest, environment: Span<UInt8>,
    policy: Policy, now: Instant
  ) -> Verdict {
    switch find(presented, digest, policy) {
    case .failure(let verdict): return verdict
    case .success(let secret):
      var verdict = judgeKey(secret, now)
      guard let key = verdict.key.map({ keys[$0.index] }) else { return verdict }
      if verdict.isAllowed {
        verdict.reason = judgeEnvironment(key, environment, policy)
      }
      if verdict.isAllowed {
        judgeOrganization(key, .keysOwn, &verdict)
      }
      return verdict
    }
  }

  enum Finding {
    case success(SecretHandle)
    case failure(Verdict)
  }

  func find(
    _ presented: Span<UInt8>, _ digest: () -> Digest, _ policy: Policy
  ) -> Finding {
    if KeyText.isPresentable(presented), let secret = secret(digest: digest()) {
      return .success(secret)
    }
    return .failure(missed(presented, policy))
  }

  /// What a text gets that no secret has.
  func missed(_ presented: Span<UInt8>, _ policy: Policy) -> Verdict {
    switch KeyText.shape(of: presented, prefix: policy.keyPrefix) {
    case .missing: Verdict(unknown: .keyMissing)
    case .malformed, .ownWithWrongCheck: Verdict(unknown: .keyMalformed)
    case .own, .foreign: Verdict(unknown: .keyUnknown)
    }
  }

  private func judgeKey(_ handle: SecretHandle, _ now: Instant) -> Verdict {
    let secret = secrets[handle.index]
    if secret.key == 0 { return Verdict(unknown: judgeDeleted(secret, now)) }
    let key = keys[secret.key]
    let isRevoked = key.flags.contains(.revoked)
    let isRetired = secret.isRevoked || secret.retiresAt != 0 && secret.retiresAt <= now.wall
    if isRevoked || isRetired {
      let diedAt = min(isRevoked ? key.end.time : .max, isRetired ? secret.retiresAt : .max)
      if isForgotten(diedAt, now) { return Verdict(unknown: .keyUnknown) }
    }
    var verdict = Verdict(
      key: KeyHandle(index: secret.key), key.number, secret: handle, secret.number)
    let end = key.end.time
    if isRevoked {
      verdict.reason = .keyRevoked
    } else if isRetired {
      verdict.reason = .secretRetired
    } else if end != 0 && end <= now.wall {
      verdict.reason = .keyExpired
    } else if key.flags.contains(.disabled) {
      verdict.reason = .keyDisabled
    }
    return verdict
  }

  /// The key of this secret was revoked, then deleted.
  private func judgeDeleted(_ secret: SecretRow, _ now: Instant) -> Reason {
    isForgotten(secret.retiresAt, now) ? .keyUnknown : .keyRevoked
  }

  private func isForgotten(_ diedAt: Int64, _ now: Instant) -> Bool {
    diedAt <= now.wall &- Limits.deadSecretLifetimeMilliseconds
  }

  func judgeEnvironment(
    _ key: KeyRow, _ named: Span<UInt8>, _ policy: Policy
  ) -> Reason {
    let own = environments[key.environment].environment
    let passes =
      (named.isEmpty || Environment(named) == own)
      && (policy.requiredEnvironment == nil || policy.requiredEnvironment == own)
    return passes && own != nil ? .allowed : .environmentMismatch
  }

  func judgeRate(
    _ limiter: UInt32, _ now: Instant, taking: Bool, _ verdict: inout Verdict
  ) {
    guard verdict.isAllowed else {
      verdict.rateLimit = limiters.look(limiter, now: now)
      return
    }
    let (passes, state) =
      taking ? limiters.take(limiter, now: now) : limiters.preview(limiter, now: now)
    verdict.rateLimit = state
    if !passes { verdict.reason = .rateLimited }
  }

  func judgeOrganization(_ key: KeyRow, _ asked: Asked, _ verdict: inout Verdict) {
    let own = OrganizationHandle(index: key.organization)
    let asked =
      switch asked {
      case .keysOwn: own
      case .named(let organization): organization
      case .unknown: OrganizationHandle?.none
      }
    guard let asked else {
      verdict.reason = .organizationUnknown
      return
    }
    if !isInSubtree(asked, of: own) {
      verdict.reason = .organizationOutside
    } else if organizations[asked.index].isClosed {
      // Its row is marked when the key's own, or any above it, is suspended.
      verdict.reason = .organizationSuspended
    } else {
      verdict.organization = asked
    }
  }

  func judgePermission(_ key: KeyRow, _ permission: Span<UInt8>) -> Reason {
    let set = permissionSets[key.permissionSet]
    let patterns = unsafe UnsafeBufferPointer(
      start: texts.address(of: set.text), count: Int(set.bytes))
    let isCovered = unsafe PermissionPatterns.cover(patterns.span, permission)
    return isCovered ? .allowed : .permissionMissing
  }
}
