internal import OrgKeyModel
internal import OrgKeyWire

extension AuthorizeCall {
  /// - Throws: what is wrong with the request. A wrong key is not: that is a verdict.
  func validate() throws(Refusal) {
    if hasCaller { throw .takesNoCaller(.authorize) }
    if unsafe !organizationID.isEmpty {
      try unsafe Validation.organizationID(organizationID.span)
    }
    try unsafe Validation.permission(permission.span)
    if unsafe !environment.isEmpty { _ = try unsafe Validation.environment(environment.span) }
  }
}
