internal import ArgumentParser
internal import OrgKey
internal import OrgKeyModel

struct KeyList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List keys, newest first.",
    discussion: """
      All conditions must hold. What expires or is due for rotation is listed without expired and \
      revoked keys, unless --state asks for them. On a narrow terminal some columns are left out: \
      json has all.

        orgkey key list acme --descendants --state active
        orgkey key list --hint 3fA9                  whose is the key in that log?
        orgkey key list --secret-older-than 90d      due for rotation
        orgkey key list --expires-within 14d --output jsonl | jq -r .key_id
      """)

  @Argument(
    help: ArgumentHelp("Only keys of this organization.", valueName: "org"),
    completion: .organizations)
  var organization: String?

  @Flag(help: "With an organization: also the keys of all below it.")
  var descendants = false

  @Option(help: "Only keys of this environment.")
  var environment: String?

  @Option(help: "Only keys in this state. Repeat it for several.")
  var state: [StateArgument] = []

  @Option(help: ArgumentHelp("Neither used nor issued for so long: 30d.", valueName: "duration"))
  var unusedFor: LengthArgument?

  @Option(help: ArgumentHelp("Expire within this time: 14d.", valueName: "duration"))
  var expiresWithin: LengthArgument?

  @Option(help: ArgumentHelp("The name contains this.", valueName: "text"))
  var name: String?

  @Option(help: ArgumentHelp("The key's text ends so: 3fA9.", valueName: "end"))
  var hint: String?

  @Option(
    help: ArgumentHelp("The newest secret is older: due for rotation.", valueName: "duration"))
  var secretOlderThan: LengthArgument?

  @Option(help: ArgumentHelp("Has this label.", valueName: "name=value"))
  var label: LabelArgument?

  @Option(help: ArgumentHelp("Stop after so many.", valueName: "n"))
  var limitResults: Int?

  @OptionGroup var acting: ActingOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    if descendants && organization == nil {
      throw ValidationError("--descendants is about an organization: name one.")
    }
    if let limitResults, limitResults < 1 {
      throw ValidationError("--limit-results is at least 1.")
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
    let filter = self.filter
    try output.list(KeyJSON.init, atMost: limitResults) { size, token in
      try administrator.keysPage(filter, pageSize: size, after: token)
    } forPeople: { screen, keys in
      if keys.isEmpty { return StandardStream.talk("no such keys") }
      try screen.show(keys)
    }
  }

  private var filter: KeyFilter {
    let now = Timestamp.now
    var filter = KeyFilter(organizationID: organization, includesDescendants: descendants)
    filter.environment = environment
    filter.states = state.map(\.state)
    if state.isEmpty && (expiresWithin != nil || secretOlderThan != nil) {
      filter.states = [.active, .disabled]
    }
    filter.unusedSince = unusedFor.map { now.advanced(by: .zero - $0.duration) }
    filter.nameContains = name
    filter.expiresBefore = expiresWithin.map { now.advanced(by: $0.duration) }
    filter.secretHint = hint
    filter.secretCreatedBefore = secretOlderThan.map { now.advanced(by: .zero - $0.duration) }
    filter.label = label?.label
    return filter
  }
}
