internal import ArgumentParser
internal import OrgKey
internal import OrgKeyModel

struct Audit: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Show who changed what, and from what to what.",
    discussion: """
      Newest first. What was done with keys is here, not what was checked: for that see orgkey key \
      usage. In JSON, detail is the change itself.

        orgkey audit acme --descendants --since 2d
        orgkey audit --key key_3k5m9x0c2v7b1n4q
        orgkey audit --follow
        orgkey audit --follow --after 1204 --output jsonl >> audit.jsonl

      --follow goes on printing new events as they come, each once, also when the daemon is \
      restarted; with --since, --from or --after, those since then first. Ctrl-C ends it, with exit \
      status 0.
      """)

  /// How many a table has at most, unless more are asked for.
  private static let tableLimit = 100

  @Argument(
    help: ArgumentHelp("Only what concerns this organization.", valueName: "org"),
    completion: .organizations)
  var organization: String?

  @Flag(help: "With an organization: also what concerns all below it.")
  var descendants = false

  @Option(
    help: ArgumentHelp("Only what concerns this key.", valueName: "key"), completion: .keys)
  var key: String?

  @Option(help: ArgumentHelp("Not older than this: 2d.", valueName: "duration"))
  var since: LengthArgument?

  @Option(help: ArgumentHelp("Not before this time: 2026-01-31T00:00:00Z.", valueName: "time"))
  var from: TimeArgument?

  @Option(help: ArgumentHelp("Not after this time.", valueName: "time"))
  var to: TimeArgument?

  @Option(
    help: ArgumentHelp(
      "Only what comes behind the event of this sequence number, oldest first.", valueName: "n"))
  var after: UInt64?

  @Flag(help: "Oldest first.")
  var oldestFirst = false

  @Option(
    help: ArgumentHelp(
      "Stop after so many (default: \(tableLimit) in a table, else all).", valueName: "n"))
  var limitResults: Int?

  @Flag(help: "Go on, and print new events as they come.")
  var follow = false

  @OptionGroup var acting: ActingOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    if let key { try validateKeyID(key) }
    if descendants && organization == nil {
      throw ValidationError("--descendants is about an organization: name one.")
    }
    if since != nil && from != nil {
      throw ValidationError("--since and --from both say where to begin: give one.")
    }
    if let limitResults, limitResults < 1 {
      throw ValidationError("--limit-results is at least 1.")
    }
    if follow && (to != nil || limitResults != nil || output.output == .json) {
      throw ValidationError(
        "--follow has no end: it goes without --to and --limit-results, and with --output table "
          + "or jsonl.")
    }
    try offline { () throws(BrokenRule) in
      if let organization {
        try Validation.organizationID(organization, field: "the organization")
      }
    }
  }

  func run() throws {
    let administrator = acting.administrator(connection)
    if follow { try follow(administrator) }
    let filter = self.filter
    let limit = limitResults ?? (output.isForPeople ? Self.tableLimit : nil)
    try output.list(AuditEventJSON.init, atMost: limit) { size, token in
      let page = try administrator.auditEventsPage(
        filter, order: order(from: token), pageSize: size)
      return Page(elements: page.events, nextPageToken: page.next?.token)
    } forPeople: { screen, events in
      if events.isEmpty { return StandardStream.talk("no such events") }
      try screen.show(events)
    }
  }

  private var filter: AuditFilter {
    AuditFilter(
      keyID: key, organizationID: organization, includesDescendants: descendants,
      from: from?.time ?? since.map { Timestamp.now.advanced(by: .zero - $0.duration) },
      to: to?.time)
  }

  /// - Parameter token: of the page before; nil: there is none.
  private func order(from token: String?) -> AuditOrder {
    let sequence = token.flatMap { UInt64($0) }
    return oldestFirst || after != nil
      ? .oldestFirst(after: sequence ?? after) : .newestFirst(before: sequence)
  }

  private func follow(_ administrator: BlockingAdministrator) throws -> Never {
    let isFromThePast = since != nil || from != nil
    var trail = try AuditFollow(
      connection.client().blocking, administrator, filter, after: after ?? (isFromThePast ? 0 : nil)
    )
    let screen = Screen()
    try trail.run { event in
      if output.isLines { return try output.line(AuditEventJSON(event)) }
      try screen.show(following: event)
    }
  }
}

extension AuditOrder {
  /// The place as a page token.
  fileprivate var token: String? {
    switch self {
    case .oldestFirst(let sequence), .newestFirst(let sequence): sequence.map { String($0) }
    }
  }
}
