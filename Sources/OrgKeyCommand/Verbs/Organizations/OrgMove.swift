internal import ArgumentParser
internal import OrgKey
internal import OrgKeyModel

struct OrgMove: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "move",
    abstract: "Move an organization, with all below it, to another place in the tree.",
    discussion: """
      From then on the keys of what it lies under reach it, and those of where it was no longer do. \
      Its own keys, and those below, stay as they are.

        orgkey org move acme-berlin --to acme-eu
        orgkey org move acme-berlin --to-root
      """)

  @Argument(
    help: ArgumentHelp("The organization's identifier.", valueName: "id"),
    completion: .organizations)
  var id: String

  @Option(
    help: ArgumentHelp("The organization that it goes under.", valueName: "id"),
    completion: .organizations)
  var to: String?

  @Flag(help: "Make it the root of a tree.")
  var toRoot = false

  @OptionGroup var acting: ActingOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    if (to != nil) == toRoot { throw ValidationError("Say --to ID or --to-root: one of the two.") }
    try offline { () throws(BrokenRule) in
      try Validation.organizationID(id, field: "the identifier")
      if let to { try Validation.organizationID(to, field: "--to") }
    }
  }

  func run() throws {
    let moved = try acting.administrator(connection)
      .moveOrganization(id: id, to: to.map { .under($0) } ?? .root)
    try output.one(OrganizationJSON(moved)) { screen in
      let place = to.map { "is now under \($0)" } ?? "is now a root"
      try screen.show(["\(id) \(place), with all below it: \(moved.extent)"])
      if moved.isSuspendedByAncestor {
        StandardStream.talk("its keys don't work there: an organization above it is suspended")
      }
    }
  }
}
