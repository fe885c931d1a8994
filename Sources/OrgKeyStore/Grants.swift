import OrgKeyModel

// What an author who acts for an organization may give to a key.

extension Author {
  /// Refuses to grant what isn't covered by what this author may grant.
  func requireGrantable(_ permissions: [String], in scope: Scope) throws(Refusal) {
    guard scope.isActing else { return }
    let grantable = PermissionSet(patterns: grantablePermissions)
    guard PermissionSet(patterns: permissions).isCovered(by: grantable) else {
      throw Refusal(
        .permissionDenied, "a permission is not covered by caller.grantable_permissions")
    }
  }

  /// The limit a new key gets.
  func grantedLimit(
    _ asked: RateLimit?, default: RateLimit?, in scope: Scope
  ) throws(Refusal) -> RateLimit? {
    guard scope.isActing else { return asked ?? `default` }
    guard let asked else { return maxRateLimit ?? `default` }
    try requireSettable(asked, in: scope)
    return asked
  }

  /// Refuses a limit that this author can't give to a key.
  ///
  /// - Parameter limit: nil: none, which is the highest of all.
  func requireSettable(_ limit: RateLimit?, in scope: Scope) throws(Refusal) {
    guard scope.isActing else { return }
    guard let maxRateLimit else {
      throw Refusal(
        .permissionDenied, "without caller.max_rate_limit a rate limit can't be set when acting")
    }
    guard let limit, limit.isWithin(maxRateLimit) else {
      throw Refusal(.permissionDenied, "the rate limit is above caller.max_rate_limit")
    }
  }
}

extension RateLimit {
  /// Whether neither its burst nor its rate is above the other's.
  fileprivate func isWithin(_ other: RateLimit) -> Bool {
    limit <= other.limit
      && UInt64(limit) * UInt64(other.window) <= UInt64(other.limit) * UInt64(window)
  }
}
