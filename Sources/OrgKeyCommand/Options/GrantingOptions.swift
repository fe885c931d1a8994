internal import ArgumentParser
internal import OrgKeyModel

/// What a key may be given by somebody who acts for an organization.
struct GrantingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "With --acting-org: no more than these patterns may be granted. Repeat it for several.",
      valueName: "pattern"))
  var grantable: [String] = []

  @Option(
    help: ArgumentHelp(
      "With --acting-org: the highest rate limit a key may be given.", valueName: "n/window"))
  var maxLimit: LimitArgument?

  func validate() throws {
    try offline { () throws(BrokenRule) in
      _ = try Validation.permissions(grantable, field: "--grantable")
    }
  }

  func validate(with acting: ActingOptions) throws {
    if acting.actingOrg == nil, !grantable.isEmpty || maxLimit != nil {
      throw ValidationError("--grantable and --max-limit confine --acting-org: name it too.")
    }
  }
}
