internal import ArgumentParser
internal import FoundationEssentials
internal import OrgKey
internal import OrgKeyModel

/// Who makes an administrator's call, and for whom.
struct ActingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Act for this organization: nothing outside it and what is below it is seen or changed.",
      valueName: "org"),
    completion: .organizations)
  var actingOrg: String?

  @OptionGroup var actor: ActorOptions

  func validate() throws {
    try offline { () throws(BrokenRule) in
      if let actingOrg { try Validation.organizationID(actingOrg, field: "--acting-org") }
    }
  }

  func administrator(
    _ connection: ConnectionOptions, granting: GrantingOptions? = nil
  ) -> BlockingAdministrator {
    let client = connection.client()
    guard let actingOrg else { return client.administrator(actor: actor.name).blocking }
    return client.onBehalf(
      of: actingOrg, actor: actor.name, granting: granting?.grantable ?? [],
      maxRateLimit: granting?.maxLimit?.rateLimit
    ).blocking
  }
}

/// Who makes an administrator's call that can't be made for an organization.
struct ActorOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Who does it, for the audit trail (default: $SUDO_USER, else the login name).",
      valueName: "name"))
  var actor: String?

  func validate() throws {
    try offline { () throws(BrokenRule) in
      if let actor { try Validation.actor(actor, field: "--actor") }
    }
  }

  func administrator(_ connection: ConnectionOptions) -> BlockingAdministrator {
    connection.client().administrator(actor: name).blocking
  }

  var name: String {
    if let actor { return actor }
    let process = ProcessInfo.processInfo
    return process.environment["SUDO_USER"].flatMap { $0.isEmpty ? nil : $0 } ?? process.userName
  }
}
