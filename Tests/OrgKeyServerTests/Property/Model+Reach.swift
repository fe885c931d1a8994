import OrgKeyWire

// What a caller can see and change, and give.

extension Caller {
  var isActing: Bool { !actingOrganizationID.isEmpty }

  /// The code for an organization that is out of reach, or is not there.
  var outside: Code { isActing ? .permissionDenied : .notFound }

  /// Whether all that `permissions` grant is covered by what may be granted.
  func mayGrant(_ permissions: [String]) -> Bool {
    !isActing
      || permissions.allSatisfy { permission in
        grantablePermissions.contains { Model.covers($0, permission) }
      }
  }

  /// Whether a key may be given this limit; nil is none, the highest of all. The contract does not
  /// say how two limits with different windows compare: neither more requests at once nor more of
  /// them per second.
  func mayLimit(_ limit: RateLimit?) -> Bool {
    guard isActing else { return true }
    guard let most = maxRateLimit, let limit else { return false }
    return limit.limit <= most.limit
      && UInt64(limit.limit) * UInt64(most.windowS) <= UInt64(most.limit) * UInt64(limit.windowS)
  }
}

extension Model {
  /// Why whoever acts for an organization can't do so at all. The contract has no code for an
  /// acting organization that does not exist: the one for what does not exist.
  func actingRefusals(_ caller: Caller, changing: Bool) -> Set<Code> {
    guard caller.isActing else { return [] }
    guard organizations[caller.actingOrganizationID] != nil else { return [.notFound] }
    return changing && isClosed(caller.actingOrganizationID) ? [.failedPrecondition] : []
  }

  /// Whether an organization is there and in reach.
  func sees(_ caller: Caller, _ organization: String) -> Bool {
    guard organizations[organization] != nil else { return false }
    return !caller.isActing || ancestry(organization).contains(caller.actingOrganizationID)
  }

  /// A key, if it is there and in reach.
  func key(_ id: String, _ caller: Caller) -> Key? {
    keys[id].flatMap { sees(caller, $0.organization) ? $0 : nil }
  }

  /// Whether a granted pattern covers a permission, or all that another pattern covers.
  static func covers(_ pattern: String, _ permission: String) -> Bool {
    if pattern == "*" || pattern == permission { return true }
    let segments = pattern.split(separator: ":")
    let asked = permission.split(separator: ":")
    return segments.last == "*" && asked.count >= segments.count
      && asked.starts(with: segments.dropLast())
  }

  static func isIdentifier(_ text: String) -> Bool {
    (1...128).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }

  static func isKeyID(_ text: String) -> Bool {
    text.hasPrefix("key_") && text.utf8.count == 20
  }
}
