internal import ArgumentParser
internal import OrgKey
internal import OrgKeyModel

struct OrgPut: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "put",
    abstract: "Make an organization, or rename it.",
    discussion: """
      Safe to repeat: what is not named stays as it is. Another parent is refused: moving is a \
      verb of its own.

        orgkey org put acme --name 'Acme Inc.'
        orgkey org put acme-berlin --parent acme
      """)

  @Argument(
    help: ArgumentHelp("The organization's identifier.", valueName: "id"),
    completion: .organizations)
  var id: String

  @Option(
    help: ArgumentHelp("The organization above it (default: none, a root).", valueName: "id"),
    completion: .organizations)
  var parent: String?

  @Option(help: "What people call it.")
  var name: String?

  @OptionGroup var acting: ActingOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    try offline { () throws(BrokenRule) in
      try Validation.organizationID(id, field: "the identifier")
      if let parent { try Validation.organizationID(parent, field: "--parent") }
      if let name { try Validation.organizationName(name, field: "--name") }
    }
  }

  func run() throws {
    let put = try acting.administrator(connection)
      .putOrganization(id: id, parentID: parent, name: name)
    try output.one(Answer(put)) { screen in
      let organization = put.organization
      let place = organization.parentID.map { "under \($0)" } ?? "as a root"
      let name = organization.name.isEmpty ? "" : " (\(organization.name))"
      let verb = put.wasCreated ? "made" : "exists"
      try screen.show([Printable.line("\(organization.id)\(name) \(verb) \(place)")])
    }
  }

  private struct Answer: Encodable {
    let created: Bool
    let organization: OrganizationJSON

    init(_ put: PutOrganization) {
      created = put.wasCreated
      organization = OrganizationJSON(put.organization)
    }
  }
}
