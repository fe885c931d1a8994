internal import ArgumentParser
internal import OrgKey
internal import OrgKeyModel

struct OrgResume: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Undo suspend: let an organization's keys work again.",
    discussion: """
      What is suspended itself below it stays so. Resuming again changes nothing.

        orgkey org resume acme
      """)

  @Argument(
    help: ArgumentHelp("The organization's identifier.", valueName: "id"),
    completion: .organizations)
  var id: String

  @OptionGroup var acting: ActingOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    try offline { () throws(BrokenRule) in
      try Validation.organizationID(id, field: "the identifier")
    }
  }

  func run() throws {
    let resumed = try acting.administrator(connection).resumeOrganization(id: id)
    try output.one(OrganizationJSON(resumed)) { screen in
      try screen.show(["\(id) is resumed, with all below it: \(resumed.extent)"])
      if resumed.isSuspendedByAncestor {
        StandardStream.talk("its keys still don't work: an organization above it is suspended")
      }
    }
  }
}
