internal import ArgumentParser
internal import OrgKey

struct HealthVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "health",
    abstract: "Ask whether the daemon serves.",
    discussion: """
      For probes: exit status 0 serving, 69 not reachable, 75 starting, stopping or unable to \
      vouch for its data.

        orgkey health --timeout 2s
      """)

  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() throws {
    let health = try connection.client().blocking.health()
    try output.one(Answer(health)) { screen in
      let verdict =
        health.isServing
        ? screen.style.paint("serving", .good) : screen.style.paint("not serving", .bad)
      try screen.show(["\(verdict): orgkeyd \(health.version), database \(health.databaseID)"])
    }
    if !health.isServing { throw ExitCode(.tryAgain) }
  }

  private struct Answer: Encodable {
    let status: String
    let version: String
    let databaseId: String

    init(_ health: Health) {
      status = health.isServing ? "SERVING" : "NOT_SERVING"
      version = health.version
      databaseId = health.databaseID
    }
  }
}
