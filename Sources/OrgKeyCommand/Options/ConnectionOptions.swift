internal import ArgumentParser
internal import FoundationEssentials
internal import OrgKey
internal import OrgKeyModel

/// Which daemon is asked, and for how long.
struct ConnectionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The daemon's socket (default: $ORGKEY_SOCKET, else \(OrgKeyClient.defaultSocketPath)).",
      valueName: "path"))
  var socket: String?

  @Option(
    help: ArgumentHelp(
      "How long to wait for each answer: 500ms, 10s, 2m.", valueName: "duration"))
  var timeout = LengthArgument(milliseconds: 10_000)

  func client() -> OrgKeyClient {
    let named = socket ?? ProcessInfo.processInfo.environment["ORGKEY_SOCKET"]
    return OrgKeyClient(
      socketPath: named.flatMap { $0.isEmpty ? nil : $0 } ?? OrgKeyClient.defaultSocketPath,
      checkTimeout: timeout.duration, administrationTimeout: timeout.duration)
  }
}
