internal import ArgumentParser
internal import OrgKey
internal import OrgKeyModel

struct KeyStale: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stale",
    abstract: "List active keys that nobody seems to use: candidates for deletion.",
    discussion: """
      Keys that were neither used nor issued for so long; those that were never used at all are \
      among them. Disable one first if you want to see whether anybody misses it.

        orgkey key stale
        orgkey key stale acme --descendants --unused-for 90d
        orgkey key stale --output jsonl | jq -r .key_id | xargs orgkey key revoke --yes --reason stale
      """)

  @Argument(
    help: ArgumentHelp("Only keys of this organization.", valueName: "org"),
    completion: .organizations)
  var organization: String?

  @Flag(help: "With an organization: also the keys of all below it.")
  var descendants = false

  @Option(help: ArgumentHelp("Neither used nor issued for so long.", valueName: "duration"))
  var unusedFor = LengthArgument(milliseconds: 30 * 86_400_000)

  @Option(help: "Only keys of this environment.")
  var environment: String?

  @OptionGroup var acting: ActingOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    if descendants && organization == nil {
      throw ValidationError("--descendants is about an organization: name one.")
    }
    try offline { () throws(BrokenRule) in
      if let organization {
        try Validation.organizationID(organization, field: "the organization")
      }
      if let environment { _ = try Validation.environment(environment, field: "--environment") }
    }
  }

  func run() throws {
    let administrator = acting.administrator(connection)
    var filter = KeyFilter(organizationID: organization, includesDescendants: descendants)
    filter.environment = environment
    filter.states = [.active]
    filter.unusedSince = Timestamp.now.advanced(by: .zero - unusedFor.duration)
    try output.list(KeyJSON.init) { size, token in
      try administrator.keysPage(filter, pageSize: size, after: token)
    } forPeople: { screen, keys in
      let length = TimeText.window(unusedFor.duration)
      if keys.isEmpty { return StandardStream.talk("no active key is unused for \(length)") }
      try screen.show(stale: keys)
      StandardStream.talk(
        "\(Amount.counted(keys.count, "active key")) unused for \(length): "
          + "orgkey key disable KEY… stops one for a while, orgkey key revoke KEY… for good")
    }
  }
}
