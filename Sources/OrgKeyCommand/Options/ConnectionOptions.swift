internal import ArgumentParser
internal import FoundationEssentials
internal import OrgKey
internal import OrgKeyModel

/// Which daemon is asked, and for how long.
struct ConnectionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The daemon's socket (default: $ORGKEY_SOCKET, else \(OrgKeyClient.defaultSocketPath)).",
      valueName: "path"),
    completion: .file())
  var socket: String?

  @Option(
    help: ArgumentHelp(
      "How long to wait for each answer: 500ms, 10s, 2m (default: 10s; imports, backups and "
        + "revoking all keys of an organization: 10m).", valueName: "duration"))
  var timeout: LengthArgument?

  func client() -> OrgKeyClient { Self.client(socket, timeout: timeout?.duration ?? .seconds(10)) }

  /// For the answers that take as long as there is work to do.
  var patientTimeout: Duration { timeout?.duration ?? .seconds(600) }

  /// - Parameter socket: as named on the command line.
  static func client(_ socket: String?, timeout: Duration) -> OrgKeyClient {
    let named = socket ?? ProcessInfo.processInfo.environment["ORGKEY_SOCKET"]
    return OrgKeyClient(
      socketPath: named.flatMap { $0.isEmpty ? nil : $0 } ?? OrgKeyClient.defaultSocketPath,
      checkTimeout: timeout, administrationTimeout: timeout)
  }
}
