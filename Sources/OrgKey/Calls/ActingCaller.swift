internal import OrgKeyWire

/// On whose behalf an administrator's calls are made.
struct ActingCaller: Sendable {
  var actor: String?
  var organizationID: String?
  var grantable: [String] = []
  var maxRateLimit: RateLimit?
}

extension Call {
  /// nil: for nobody but the process itself. An empty organization would free the call from all
  /// confinement.
  static func wire(_ caller: ActingCaller) throws(Failure) -> Caller? {
    if caller.actor == nil && caller.organizationID == nil { return nil }
    return Caller(
      actor: caller.actor ?? "",
      actingOrganizationID: try given(caller.organizationID, "caller.acting_organization_id"),
      grantablePermissions: caller.grantable,
      maxRateLimit: try wire(caller.maxRateLimit, field: "caller.max_rate_limit"))
  }

  static func wire(
    _ limit: RateLimit?, field: String
  ) throws(Failure) -> OrgKeyWire.RateLimit? {
    guard let limit else { return nil }
    let (seconds, attoseconds) = limit.window.components
    guard attoseconds == 0, let seconds = UInt32(exactly: seconds) else {
      throw .misuse(
        Misuse(field: field + ".window_s", message: "It must be whole seconds up to 30 days."))
    }
    return OrgKeyWire.RateLimit(limit: limit.limit, windowS: seconds)
  }
}
