internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeySystem
internal import OrgKeyWire

/// A call that its peer may make: who calls, for whom, until when.
struct Call {
  let method: MethodName
  let author: Author
  /// On the monotonic clock, milliseconds; nil: no deadline.
  let deadline: Int64?
  /// The connection it came by.
  let client: Presence

  /// - Throws: why this peer may not make this call so.
  init(_ request: Request, from connection: borrowing Connection) throws(Refusal) {
    guard let name = request.method?.name else {
      throw .invalid("method", "no method is set")
    }
    method = name
    let caller = request.caller ?? Caller()
    let acting = caller.actingOrganizationID
    if name.allowedRoles == nil {
      guard caller == Caller() else { throw .takesNoCaller(name) }
    } else {
      try Call.checkRoles(name, connection, acting: !acting.isEmpty)
      try Call.check(caller)
    }
    author = Author(
      uid: connection.peer.uid, gid: connection.peer.gid, pid: connection.peer.pid,
      actor: caller.actor, actingOrganizationID: acting,
      grantablePermissions: caller.grantablePermissions,
      maxRateLimit: caller.maxRateLimit.map(RateLimit.init))
    client = connection.presence
    let timeout = Int64(request.timeoutMs)
    deadline = timeout == 0 ? nil : Clock.monotonicMilliseconds() + timeout
  }

  private static func checkRoles(
    _ method: MethodName, _ connection: borrowing Connection, acting: Bool
  ) throws(Refusal) {
    guard let allowed = method.allowedRoles else { return }
    let roles = connection.roles.intersection(allowed)
    if roles.isEmpty {
      if let path = connection.administratorsAt { throw .servedElsewhere(method, path) }
      throw .roleMissing(method, connection.peer.uid, allowed, acting: acting)
    }
    if acting && !method.canAct {
      throw Refusal(
        .permissionDenied,
        "\(method.text) concerns the whole daemon: it can't be called on "
          + "behalf of an organization")
    }
    // Reading needs no delegate's bounds when the peer is a reader too.
    if roles == .delegate && !acting {
      throw Refusal(
        .permissionDenied,
        "uid \(connection.peer.uid) is a delegate: \(method.text) needs acting_organization_id")
    }
  }

  private static func check(_ caller: Caller) throws(Refusal) {
    try Validation.actor(caller.actor, field: "caller.actor")
    guard !caller.actingOrganizationID.isEmpty else {
      // A portal that forgot for whom it acts would otherwise act for everybody.
      if !caller.grantablePermissions.isEmpty || caller.maxRateLimit != nil {
        throw .invalid(
          "caller.acting_organization_id",
          "grantable_permissions and max_rate_limit bound a call that acts for an organization, "
            + "and none is named")
      }
      return
    }
    try Validation.organizationID(
      caller.actingOrganizationID, field: "caller.acting_organization_id")
    _ = try Validation.permissions(
      caller.grantablePermissions, field: "caller.grantable_permissions")
    if let limit = caller.maxRateLimit {
      try Validation.rateLimit(RateLimit(limit), field: "caller.max_rate_limit")
    }
  }
}

extension Refusal {
  static func takesNoCaller(_ method: MethodName) -> Refusal {
    .invalid("caller", "\(method.text) is not called on anybody's behalf: leave caller out")
  }

  static func servedElsewhere(_ method: MethodName, _ path: String) -> Refusal {
    Refusal(
      .permissionDenied,
      "this socket serves only what everybody may ask: call \(method.text) on \(path)")
  }

  static func roleMissing(
    _ method: MethodName, _ uid: UInt32, _ allowed: Roles, acting: Bool
  ) -> Refusal {
    if uid == AccessPolicy.overflowUser {
      return Refusal(
        .permissionDenied,
        "uid \(uid) stands for users of another user namespace and may not call \(method.text): "
          + "share the user namespace with the daemon")
    }
    let (role, option) =
      allowed.contains(.reader)
      ? ("reader", "--reader-uid")
      : acting && allowed.contains(.delegate)
        ? ("delegate", "--delegate-uid") : ("administrator", "--admin-uid")
    return Refusal(
      .permissionDenied,
      "uid \(uid) may not call \(method.text): it lacks the role \(role), which orgkeyd's option "
        + "\(option) \(uid) would give it")
  }
}
