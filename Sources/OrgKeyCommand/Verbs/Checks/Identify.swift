internal import ArgumentParser
internal import OrgKey
internal import OrgKeyModel

struct Identify: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "identify",
    abstract: "Say whose key this is, without using it.",
    discussion: """
      Shows the record of a good key. Of one that is not, standard output tells the public code \
      and standard error why. Exit status: 0 good, 1 not.

        orgkey identify < key.txt
      """)

  @Option(help: "Let only keys of this environment pass.")
  var environment: String?

  @OptionGroup var source: KeySource
  @OptionGroup var nothing: NoArguments
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    try offline { () throws(BrokenRule) in
      if let environment { _ = try Validation.environment(environment, field: "--environment") }
    }
  }

  func run() throws {
    let text = try source.read()
    let key: Key
    do throws(AuthorizationError) {
      key = try connection.client().blocking.identify(.text(text), environment: environment)
    } catch {
      try VerdictReport(output: output).deny(error)
    }
    try output.one(KeyJSON(key)) { try $0.show(key) }
  }
}
