internal import ArgumentParser
internal import OrgKey
internal import OrgKeyModel

struct OrgList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List organizations, or draw their tree.",
    discussion: """
      Without an ID: the roots. With one: its children. --descendants lists all below, parents \
      before children; --tree draws it.

        orgkey org list --tree
        orgkey org list acme --descendants --output jsonl | jq -r .organization_id
      """)

  @Argument(
    help: ArgumentHelp("The organization whose children are listed.", valueName: "id"),
    completion: .organizations)
  var id: String?

  @Flag(help: "All below, not only children.")
  var descendants = false

  @Flag(help: "All below, drawn as a tree.")
  var tree = false

  @OptionGroup var acting: ActingOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    try offline { () throws(BrokenRule) in
      if let id { try Validation.organizationID(id, field: "the identifier") }
    }
  }

  func run() throws {
    let administrator = acting.administrator(connection)
    try output.list(OrganizationJSON.init) { size, token in
      try administrator.organizationsPage(
        under: id, includingDescendants: tree || descendants, pageSize: size, after: token)
    } forPeople: { screen, found in
      guard tree else { return try show(found, screen) }
      let top = try (id ?? acting.actingOrg).map { try administrator.organization(id: $0) }
      let nodes = ((top.map { [$0] } ?? []) + found).map { organization in
        Tree.Node(
          id: organization.id, parentID: organization.parentID,
          label: label(organization, screen.style))
      }
      try screen.show(Tree(nodes).lines())
    }
  }

  private func show(_ organizations: [Organization], _ screen: Screen) throws {
    if organizations.isEmpty { return StandardStream.talk("no organizations") }
    var table = Table(
      columns: [
        .init(title: "ID", minimum: 16), .init(title: "NAME"), .init(title: "STATUS", minimum: 9),
        .init(title: "CHILDREN", rank: 1, isNumber: true), .init(title: "KEYS", isNumber: true),
        .init(title: "SUBTREE", rank: 3, isNumber: true),
        .init(title: "SUBTREE KEYS", rank: 2, isNumber: true),
      ], rows: [])
    table.rows = organizations.map { organization in
      [
        Cell(organization.id), Cell(organization.name), organization.statusCell,
        Cell("\(organization.childCount)"), Cell("\(organization.keyCount)"),
        Cell("\(organization.subtreeOrganizationCount)"),
        Cell("\(organization.subtreeKeyCount)"),
      ]
    }
    try screen.show(table)
  }

  private func label(_ organization: Organization, _ style: Style) -> String {
    var label = organization.id
    if !organization.name.isEmpty { label += "  " + Printable.line(organization.name) }
    if organization.keyCount > 0 {
      label += "  " + style.paint(Amount.counted(organization.keyCount, "key"), .faint)
    }
    let status = organization.statusCell
    return status.tone == .good ? label : label + "  " + style.paint(status.text, status.tone)
  }
}
