internal import OrgKeyWire

// As in FromWire.swift, for what is told about keys and organizations.

extension UsageDay {
  init(_ wire: OrgKeyWire.UsageDay) {
    self.init(
      day: Timestamp(unixMilliseconds: wire.dayUnixMs), allowedCount: wire.allowedCount,
      denials: wire.denials.map { Denials(reason: Reason($0.reason), count: $0.count) })
  }
}

extension Explanation {
  /// nil: the outcome is none, or contradicts its reason.
  init?(_ wire: ExplainAuthorizeResponse) {
    guard let outcome = wire.outcome, let verdict = Verdict(outcome.decision, outcome.reason)
    else { return nil }
    let keyID = outcome.keyID.nilIfEmpty
    let rateLimit = outcome.rateLimit.map(RateLimitState.init)
    var denial: Denial?
    if case .denied(let code) = verdict {
      denial = Denial(code, reason: Reason(outcome.reason), keyID: keyID, rateLimit: rateLimit)
    }
    self.init(
      denial: denial, keyID: keyID, keyOrganizationID: outcome.organizationID.nilIfEmpty,
      environment: outcome.environment.nilIfEmpty,
      secretVersion: outcome.secretVersion == 0 ? nil : outcome.secretVersion,
      organizationID: outcome.authorizedOrganizationID.nilIfEmpty, rateLimit: rateLimit,
      steps: wire.steps.map { Step(rule: $0.rule, passed: $0.passed, found: $0.found) })
  }
}

extension AuditEvent {
  init(_ wire: OrgKeyWire.AuditEvent) {
    self.init(
      sequence: wire.sequence, at: Timestamp(unixMilliseconds: wire.atUnixMs),
      method: wire.method, keyID: wire.keyID.nilIfEmpty,
      organizationID: wire.organizationID.nilIfEmpty, actor: wire.actor.nilIfEmpty,
      peerUID: wire.peerUid, peerGID: wire.peerGid,
      peerPID: wire.peerPid == 0 ? nil : wire.peerPid, detail: wire.detail.nilIfEmpty,
      actingOrganizationID: wire.actingOrganizationID.nilIfEmpty,
      secretVersion: wire.secretVersion == 0 ? nil : wire.secretVersion)
  }
}

extension ImportResult.Fault {
  init(_ wire: ImportFault) { self.init(row: wire.row, message: wire.message) }
}

extension String {
  fileprivate var nilIfEmpty: String? { isEmpty ? nil : self }
}
