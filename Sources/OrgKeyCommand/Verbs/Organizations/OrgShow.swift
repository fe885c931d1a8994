internal import ArgumentParser
internal import OrgKey
internal import OrgKeyModel

struct OrgShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show one organization: its place, its state, and how much is below it.",
    discussion: """
        orgkey org show acme
        orgkey org show acme --output json | jq .subtree_key_count
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
    let organization = try acting.administrator(connection).organization(id: id)
    try output.one(OrganizationJSON(organization)) { try $0.show(details(organization)) }
  }

  private func details(_ organization: Organization) -> Details {
    var details = Details()
    details.add("ID", Cell(organization.id))
    details.add("Name", Cell(organization.name))
    details.add("Parent", Cell(organization.parentID ?? "none: a root"))
    details.add("Status", organization.statusCell)
    details.add("Depth", Cell("\(organization.depth)"))
    details.add("Children", Cell("\(organization.childCount)"))
    details.add("Active keys", Cell("\(organization.keyCount)"))
    details.add("With all below", Cell(organization.extent))
    return details
  }
}
