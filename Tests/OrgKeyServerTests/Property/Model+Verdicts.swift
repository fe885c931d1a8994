import OrgKeyWire

// What a key may do: key, environment, rate limit, organization, permission, in this order; the
// first rule that fails decides.

extension Model {
  mutating func compare(
    _ request: AuthorizeRequest, _ answer: AuthorizeResponse, _ reading: Reading
  ) throws(Difference) {
    let text = request.apiKey.string
    guard let (key, version) = holder(of: text) else {
      let expected = AuthorizeResponse(
        decision: .invalidAPIKey, reason: reason(ofUnknown: text))
      return try Difference.check("the verdict", model: expected, daemon: answer)
    }
    var reason = keyRule(key, version, reading.now)
    if reason == nil { reason = environmentRule(key, request.environment) }
    let state = rateRule(key, &reason, reading, answer.rateLimit)
    let organization = request.organizationID.isEmpty ? key.organization : request.organizationID
    if reason == nil { reason = organizationRule(key, organization) }
    if reason == nil, !key.permissions.contains(where: { Self.covers($0, request.permission) }) {
      reason = .permissionMissing
    }
    let outcome = reason ?? .unspecified
    count(outcome, key.id, version, reading)
    let expected = AuthorizeResponse(
      decision: Self.decision(outcome), reason: outcome, keyID: key.id,
      organizationID: key.organization, environment: key.environment, rateLimit: state,
      secretVersion: version, authorizedOrganizationID: reason == nil ? organization : "")
    try Difference.check("the verdict", model: expected, daemon: answer)
  }

  private func holder(of text: String) -> (Key, UInt32)? {
    owners[text].flatMap { owner in keys[owner.key].map { ($0, owner.version) } }
  }

  /// Of a text that belongs to no key that is here.
  private func reason(ofUnknown text: String) -> Reason {
    if text.isEmpty { return .keyMissing }
    if owners[text] != nil { return .keyRevoked }
    let isPresentable =
      text.utf8.count <= 256 && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    // The driver presents nothing of our own shape that has a right check and was not handed out.
    let isOwnShape = text.hasPrefix("pc_live_") && text.utf8.count == 46
    return !isPresentable || isOwnShape ? .keyMalformed : .keyUnknown
  }

  private func keyRule(_ key: Key, _ version: UInt32, _ now: Int64) -> Reason? {
    if key.isRevoked { return .keyRevoked }
    if !key.liveSecrets(at: now).contains(where: { $0.version == version }) {
      return .secretRetired
    }
    if key.expiresAt != 0 && key.expiresAt <= now { return .keyExpired }
    return key.disabled ? .keyDisabled : nil
  }

  private func environmentRule(_ key: Key, _ environment: String) -> Reason? {
    environment.isEmpty || environment == key.environment ? nil : .environmentMismatch
  }

  private func organizationRule(_ key: Key, _ organization: String) -> Reason? {
    guard organizations[organization] != nil else { return .organizationUnknown }
    guard ancestry(organization).contains(key.organization) else { return .organizationOutside }
    return isClosed(organization) ? .organizationSuspended : nil
  }

  /// Takes one from the limit if no rule failed before.
  /// - Returns: what an answer must tell of the limit, the time of its reset by the answer's word
  ///   if it can be that.
  private mutating func rateRule(
    _ key: Key, _ reason: inout Reason?, _ reading: Reading, _ told: RateLimitState?
  ) -> RateLimitState? {
    guard let limit = key.limit else { return nil }
    var window = key.window
    if let open = window, open.isOver(limit, reading) ?? reading.windowIsOver { window = nil }
    if reason == nil {
      var taken = window ?? Window(opened: reading.monotonic, count: 0)
      if taken.count == limit.limit { reason = .rateLimited } else { taken.count += 1 }
      window = taken
    }
    keys[key.id]?.window = window
    var reset = Moment(reset(of: window, limit, reading))
    return RateLimitState(
      limit: limit.limit, remaining: limit.limit - (window?.count ?? 0),
      resetAtUnixS: reset.take(told?.resetAtUnixS ?? 0))
  }

  /// The end of the window, or of one that would be opened now, in seconds, rounded up.
  private func reset(
    of window: Window?, _ limit: RateLimit, _ reading: Reading
  ) -> ClosedRange<Int64> {
    let length = Int64(limit.windowS) * 1_000
    let opened = window?.opened ?? reading.monotonic
    let youngest = max(0, reading.monotonic.lowerBound - opened.upperBound)
    let oldest = max(youngest, min(length, reading.monotonic.upperBound - opened.lowerBound))
    let first = reading.wall.lowerBound + length - oldest
    let last = reading.wall.upperBound + length - youngest
    return (first + 999) / 1_000...(last + 999) / 1_000
  }

  private mutating func count(
    _ reason: Reason, _ id: String, _ version: UInt32, _ reading: Reading
  ) {
    keys[id]?.usage.count(reason, reading.wall)
    guard reason == .unspecified, let secrets = keys[id]?.secrets else { return }
    for place in secrets.indices where secrets[place].version == version {
      keys[id]?.secrets[place].allowed += 1
      keys[id]?.secrets[place].lastUsed = Moment(reading.wall)
    }
  }

  /// Whether a key is good: its own rules, and that its organization is not suspended.
  func goodness(_ text: String, _ environment: String, _ now: Int64) -> (Reason?, Key?) {
    guard let (key, version) = holder(of: text) else { return (reason(ofUnknown: text), nil) }
    let reason =
      keyRule(key, version, now) ?? environmentRule(key, environment)
      ?? organizationRule(key, key.organization)
    return (reason, key)
  }

  static func decision(_ reason: Reason) -> Decision {
    switch reason {
    case .unspecified: .allowed
    case .keyMissing, .keyMalformed, .keyUnknown, .keyRevoked, .keyExpired, .keyDisabled,
      .secretRetired, .environmentMismatch:
      .invalidAPIKey
    case .organizationUnknown, .organizationOutside, .organizationSuspended: .orgAccessDenied
    case .permissionMissing: .permissionDenied
    case .rateLimited: .rateLimitExceeded
    }
  }
}

extension Model.Window {
  /// nil where the readings of the clock leave it open.
  func isOver(_ limit: RateLimit, _ reading: Reading) -> Bool? {
    let length = Int64(limit.windowS) * 1_000
    if reading.monotonic.lowerBound >= opened.upperBound + length { return true }
    return reading.monotonic.upperBound < opened.lowerBound + length ? false : nil
  }
}
