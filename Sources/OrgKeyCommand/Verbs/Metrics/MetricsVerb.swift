internal import ArgumentParser
internal import OrgKey

struct MetricsVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics",
    abstract: "Show, serve or write the daemon's metrics in Prometheus' text format.",
    discussion: """
      For readers and administrators. Three ways to Prometheus:

        orgkey metrics
        orgkey metrics --serve 127.0.0.1:9464
        orgkey metrics --metrics-file /var/lib/node_exporter/orgkey.prom --every 15s

      --serve answers at /metrics over HTTP until it is ended (SIGTERM, Ctrl-C), with 503 and the \
      reason while the daemon can't be asked, or has not answered for 5 s. It has no TLS and \
      asks nobody who they are: serve where only Prometheus comes, on the loopback address.

      --metrics-file is for the textfile collector of node_exporter, which reads what ends in .prom: \
      the file is replaced as a whole, may be read by everybody, and stays as it is while the daemon \
      can't be asked.
      """)

  /// Writing more often than this serves nobody: Prometheus doesn't look more often.
  private static let shortestInterval = Duration.seconds(1)

  @Option(
    help: ArgumentHelp(
      "Serve them over HTTP at this address and port: 127.0.0.1:9464, [::1]:9464.",
      valueName: "address"))
  var serve: String?

  @Option(
    help: ArgumentHelp("Write them to this file.", valueName: "path"), completion: .file())
  var metricsFile: String?

  @Option(
    help: ArgumentHelp(
      "With --metrics-file: write it again after so long, until ended: 15s.", valueName: "duration")
  )
  var every: LengthArgument?

  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    if let serve { _ = try ListenAddress(serve) }
    if serve != nil && metricsFile != nil {
      throw ValidationError("--serve and --metrics-file are two ways: give one.")
    }
    guard let every else { return }
    if metricsFile == nil {
      throw ValidationError("--every is about writing a file: it goes with --metrics-file.")
    }
    if every.duration < Self.shortestInterval {
      throw ValidationError("--every is at least 1s.")
    }
  }

  func run() throws {
    let administrator = connection.client().administrator()
    if let serve {
      let timeout = connection.timeout?.duration ?? MetricsServer.patience
      return try MetricsServer.run(
        at: ListenAddress(serve).socket, administrator, timeout: timeout)
    }
    if let metricsFile {
      let file = MetricsFile(path: metricsFile, administrator: administrator.blocking)
      return try file.write(every: every?.duration)
    }
    try StandardStream.write(Array(administrator.blocking.metrics().utf8).span)
  }
}
