internal import OrgKeyWire

// From the contract's messages to the public values, where "never" is nil and not 0.

/// What a decision of the contract's says.
enum Verdict {
  case allowed
  case denied(Denial.Code)

  /// nil: nothing, or it contradicts its reason.
  init?(_ decision: Decision, _ reason: OrgKeyWire.Reason) {
    switch decision {
    case .allowed:
      if reason != .unspecified { return nil }
      self = .allowed
    case .unspecified: return nil
    case .invalidAPIKey: self = .denied(.invalidAPIKey)
    case .orgAccessDenied: self = .denied(.organizationAccessDenied)
    case .permissionDenied: self = .denied(.permissionDenied)
    case .rateLimitExceeded: self = .denied(.rateLimitExceeded)
    }
  }
}

extension Key {
  /// nil: without an id it is none.
  init?(_ wire: OrgKeyWire.Key) {
    if wire.keyID.isEmpty { return nil }
    self.init(
      id: wire.keyID, organizationID: wire.organizationID, name: wire.name,
      environment: wire.environment, permissions: wire.permissions,
      state: KeyState(rawValue: wire.state.rawValue) ?? .unknown,
      createdAt: Timestamp(unixMilliseconds: wire.createdAtUnixMs),
      expiresAt: Timestamp(wire: wire.expiresAtUnixMs),
      revokedAt: Timestamp(wire: wire.revokedAtUnixMs), revokedReason: wire.revokedReason,
      rateLimit: wire.rateLimit.map(RateLimit.init), secrets: wire.secrets.map(Secret.init),
      allowedCount: wire.allowedCount, deniedCount: wire.deniedCount,
      lastUsedAt: Timestamp(wire: wire.lastUsedAtUnixMs), createdBy: wire.createdBy,
      lastDeniedAt: Timestamp(wire: wire.lastDeniedAtUnixMs),
      lastDeniedReason: wire.lastDeniedAtUnixMs == 0 ? nil : Reason(wire.lastDeniedReason),
      isDisabled: wire.disabled, labels: wire.labels.map(Label.init))
  }
}

extension Secret {
  init(_ wire: OrgKeyWire.Secret) {
    self.init(
      version: wire.version, hint: wire.hint,
      createdAt: Timestamp(unixMilliseconds: wire.createdAtUnixMs),
      retiresAt: Timestamp(wire: wire.retiresAtUnixMs), allowedCount: wire.allowedCount,
      lastUsedAt: Timestamp(wire: wire.lastUsedAtUnixMs))
  }
}

extension Label {
  init(_ wire: OrgKeyWire.Label) { self.init(name: wire.name, value: wire.value) }

  var wire: OrgKeyWire.Label { OrgKeyWire.Label(name: name, value: value) }
}

extension RateLimit {
  init(_ wire: OrgKeyWire.RateLimit) {
    self.init(limit: wire.limit, window: .seconds(wire.windowS))
  }
}

extension RateLimitState {
  init(_ wire: OrgKeyWire.RateLimitState) {
    self.init(
      limit: wire.limit, remaining: wire.remaining, resetAtUnixSeconds: wire.resetAtUnixS)
  }
}

extension Organization {
  /// nil: without an identifier it is none.
  init?(_ wire: OrgKeyWire.Organization) {
    if wire.organizationID.isEmpty { return nil }
    self.init(
      id: wire.organizationID, parentID: wire.parentID.isEmpty ? nil : wire.parentID,
      name: wire.name, isSuspended: wire.suspended,
      isSuspendedByAncestor: wire.suspendedByAncestor, depth: wire.depth,
      keyCount: wire.keyCount, childCount: wire.childCount,
      subtreeKeyCount: wire.subtreeKeyCount,
      subtreeOrganizationCount: wire.subtreeOrganizationCount)
  }
}

extension Statistics {
  init(_ wire: GetStatisticsResponse) {
    version = wire.version
    startedAt = Timestamp(unixMilliseconds: wire.startedAtUnixMs)
    keyCount = wire.keyCount
    organizationCount = wire.organizationCount
    connectionCount = wire.connectionCount
    residentBytes = wire.residentBytes
    databaseBytes = wire.databaseBytes
    walBytes = wire.walBytes
    freeDiskBytes = wire.freeDiskBytes
    quarantinedRowCount = wire.quarantinedRowCount
    counters = wire.counters.map { Counter(name: $0.name, value: $0.value) }
    busiestKeys = wire.busiestKeys.map {
      KeyActivity(
        keyID: $0.keyID, allowedPerSecond: $0.allowedPerS, deniedPerSecond: $0.deniedPerS)
    }
    usageAge = .milliseconds(wire.usageAgeMs)
  }
}
