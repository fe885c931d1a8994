internal import ArgumentParser
internal import OrgKey
internal import OrgKeyModel

struct OrgSuspend: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "suspend",
    abstract: "Stop every key of an organization and of all below it, at once.",
    discussion: """
      Keys from above don't reach them either. Nothing is lost: orgkey org resume undoes it. \
      Suspending again changes nothing. On a terminal it says what it will hit and asks; elsewhere \
      it needs --yes.

        orgkey org suspend acme
        orgkey org suspend acme --yes --actor 'billing: unpaid since March'
      """)

  @Argument(
    help: ArgumentHelp("The organization's identifier.", valueName: "id"),
    completion: .organizations)
  var id: String

  @Flag(help: "Don't ask.")
  var yes = false

  @OptionGroup var acting: ActingOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    try offline { () throws(BrokenRule) in
      try Validation.organizationID(id, field: "the identifier")
    }
  }

  func run() throws {
    let administrator = acting.administrator(connection)
    try Confirmation(skipped: yes).ask("This stops all access at once, until it is resumed:") {
      [try administrator.organization(id: id).target]
    }
    let suspended = try administrator.suspendOrganization(id: id)
    try output.one(OrganizationJSON(suspended)) { screen in
      try screen.show(["\(id) is suspended, with all below it: \(suspended.extent)"])
    }
  }
}
