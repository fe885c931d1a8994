internal import ArgumentParser
internal import OrgKeyModel

/// The command `orgkey`: for operators, and for whoever wants to see what the daemon says.
@main
struct Orgkey: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "orgkey",
    abstract: "Issues, checks and revokes API keys through the daemon orgkeyd on this host.",
    usage: "orgkey <noun> <verb> [<options>]",
    discussion: """
      A first round, as an administrator (root, or the user the daemon runs as):

        orgkey org put acme --name 'Acme Inc.'
        KEY=$(orgkey key issue acme --name 'CRM sync' --permission 'contacts:*')
        printf %s "$KEY" | orgkey authorize --org acme --permission contacts:read

      Every verb that asks the daemon takes --socket (else $ORGKEY_SOCKET, else /run/orgkey/orgkey.sock) and, if it \
      shows something, --output table, json or jsonl. In JSON, fields bear the names of the wire \
      contract (proto/orgkey.proto), times are RFC 3339 in UTC under the name without its unit \
      (created_at), and what is unset is left out; a list is an array, or in jsonl a line for each.

      Results go to standard output and talk to standard error. A key's text is never taken from \
      the command line: it comes from standard input, --key-file or $ORGKEY_API_KEY. NO_COLOR and \
      CLICOLOR_FORCE are honoured.

      Exit status: 0 done or allowed, 1 denied, 64 wrong usage, 65 refused by the daemon, 69 daemon \
      not reachable, 70 internal error, 75 try again, 77 not permitted, 78 wrong configuration.

      To complete verbs, options and identifiers with the tab key, in bash (zsh and fish likewise):

        source <(orgkey --generate-completion-script bash)
      """,
    version: "orgkey \(Version.current)",
    groupedSubcommands: [
      CommandGroup(
        name: "Organizations and keys", subcommands: [Org.self, KeyGroup.self, Audit.self]),
      CommandGroup(name: "Checks", subcommands: [Authorize.self, Identify.self, Explain.self]),
      CommandGroup(
        name: "The daemon",
        subcommands: [
          StatusVerb.self, HealthVerb.self, Doctor.self, Top.self, MetricsVerb.self,
          BackupVerb.self,
        ]),
      CommandGroup(name: "Debugging the socket", subcommands: [Frame.self, Unframe.self]),
    ])

  static func main() {
    do {
      let arguments = Array(CommandLine.arguments.dropFirst())
      try SecretGuard.check(arguments)
      var command = try parseAsRoot(LeadingOptions.moved(arguments))
      try command.run()
    } catch {
      guard let failure = Failure(error) else { exit(withError: error) }
      StandardStream.complain(failure.message)
      exit(withError: ExitCode(failure.status.rawValue))
    }
  }
}
