internal import ArgumentParser
internal import OrgKey
internal import OrgKeyModel

struct Authorize: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "authorize",
    abstract: "Ask whether a key may do something in an organization.",
    discussion: """
      What a service asks for every request. Counts as use of the key and takes from its rate limit.

        printf %s "$KEY" | orgkey authorize --org acme --permission contacts:read
        orgkey authorize --own --permission contacts:read --key-file key.txt

      Standard output: ALLOWED, or the public code of the denial. Standard error: why, for the \
      operator. Exit status: 0 allowed, 1 denied, anything else: could not ask.
      """)

  @Option(help: "The organization whose data is asked for.")
  var org: String?

  @Flag(help: "The key's own organization.")
  var own = false

  @Option(help: "What the request needs: contacts:read.")
  var permission: String

  @Option(help: "Let only keys of this environment pass.")
  var environment: String?

  @OptionGroup var source: KeySource
  @OptionGroup var nothing: NoArguments
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    if (org != nil) == own { throw ValidationError("Say --org ORG or --own: one of the two.") }
    try offline { () throws(BrokenRule) in
      if let org { try Validation.organizationID(org, field: "--org") }
      try Validation.permission(permission.utf8.span, field: "--permission")
      if let environment { _ = try Validation.environment(environment, field: "--environment") }
    }
  }

  func run() throws {
    let key = try source.read()
    let grant: Grant
    let report = VerdictReport(output: output)
    do throws(AuthorizationError) {
      grant = try connection.client().blocking.authorize(
        .text(key), permission: permission, in: org.map { .organization($0) } ?? .own,
        environment: environment)
    } catch {
      try report.deny(error)
    }
    try report.show(grant)
  }
}
