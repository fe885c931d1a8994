internal import ArgumentParser
internal import CBench

/// The echo server, which this program starts itself as.
struct Echo: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "echo", abstract: "Sends back what comes over a Unix socket.",
    shouldDisplay: false)

  @Argument var socket: String

  func run() throws {
    let code = unsafe cbench_serve_echo(socket)
    throw Failure("echo: errno \(code)")
  }
}
