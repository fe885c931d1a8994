internal import ArgumentParser
internal import Glibc
internal import OrgKey
internal import OrgKeyModel

struct KeyIssue: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "issue",
    abstract: "Issue a key and print its text, this once.",
    discussion: """
      The text alone goes to standard output; the key's id and what it may do go to standard error.

        KEY=$(orgkey key issue acme --name 'Production CRM sync' \\
                --permission 'contacts:*' --permission deals:read --expires-in 90d)
        orgkey key issue acme --name nightly --permission reports:read --out n.key

      A permission is segments joined by colons, contacts:read; one that ends in :* covers all \
      below it, and * covers everything. A key without any may do nothing. It never ends unless told \
      when. One key per environment and per integration is good practice.

      Interrupted? Repeat it with the same --request-id: no second key is issued.
      """)

  @Argument(
    help: ArgumentHelp("The organization that the key belongs to.", valueName: "org"),
    completion: .organizations)
  var organization: String

  @Option(help: "What the key is for: 'Production CRM sync'.")
  var name: String

  @Option(
    help: ArgumentHelp("What it may do. Repeat it for several, at most 64.", valueName: "pattern"))
  var permission: [String] = []

  @Option(help: "live, test, … (default: the daemon's, else live).")
  var environment: String?

  @OptionGroup var expiry: ExpiryOptions

  @Option(
    help: ArgumentHelp(
      "Requests in a window: 100/1h (default: the daemon's).", valueName: "n/window"))
  var limit: LimitArgument?

  @Option(
    help: ArgumentHelp("A label to keep with it. Repeat it for several.", valueName: "name=value"))
  var label: [LabelArgument] = []

  @Option(
    help: ArgumentHelp("Write the key's text to this new file, mode 0600.", valueName: "file"),
    completion: .file())
  var out: String?

  @Option(help: ArgumentHelp("Makes repeating safe for 7 days (default: random).", valueName: "id"))
  var requestId: String?

  @OptionGroup var acting: ActingOptions
  @OptionGroup var granting: GrantingOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    try granting.validate(with: acting)
    try output.requireWhole()
    try offline { () throws(BrokenRule) in
      try Validation.organizationID(organization, field: "the organization")
      try Validation.keyName(name, field: "--name")
      _ = try Validation.permissions(permission, field: "--permission")
      if let environment { _ = try Validation.environment(environment, field: "--environment") }
      try Validation.labels(label.map { ($0.name, $0.value) }, field: "--label")
      if let requestId { try Validation.requestID(requestId, field: "--request-id") }
    }
  }

  func run() throws {
    let administrator = acting.administrator(connection, granting: granting)
    // Whatever happens to standard output, the key's id must still be told.
    signal(SIGPIPE, SIG_IGN)
    let handover = try Handover(out)
    let issued = try issue(administrator)
    try handover.deliver(issued, output.output, saying: Announcement(ofIssued: issued.key))
  }

  private func issue(_ administrator: BlockingAdministrator) throws -> IssuedKey {
    let key = NewKey(
      organizationID: organization, name: name, permissions: permission,
      environment: environment, expiresAt: expiry.moment, rateLimit: limit?.rateLimit,
      labels: label.map(\.label), requestID: requestId)
    do throws(ChangeError) { return try administrator.issueKey(key) } catch {
      guard var failure = Failure(error) else { throw error }
      switch error {
      case .outcomeUnknown: failure.message += ", or repeat it with --request-id \(key.requestID)"
      case .refused(let refusal) where refusal.code == .alreadyExists:
        failure.message += refusal.keyID.map { ": orgkey key rotate \($0) --overlap none" } ?? ""
      case .refused, .unavailable, .misuse: break
      }
      throw failure
    }
  }
}
