internal import ArgumentParser
internal import OrgKeyModel
internal import OrgKeyServer
internal import OrgKeySystem

@main
struct Orgkeyd: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "orgkeyd",
    abstract: "Issues, authorizes and revokes API keys of a tree of organizations.",
    discussion: """
      Answers on a Unix socket. Services ask it through the library OrgKey, people by the command \
      orgkey, both on the same host. It stays in the foreground, logs to standard error and ends \
      cleanly on SIGTERM and SIGINT.

      Everybody who can open the socket may authorize keys. Uid 0 and the user it runs as are \
      administrators; the options --admin-*, --delegate-* and --reader-* name others.

      Every setting below can also be given as a line of the configuration file or as a variable of \
      the environment; the command line goes before the environment, and that before the file:

        socket-mode = 0600              # /etc/orgkey/orgkeyd.conf
        admin-uid = alice               # a list: a line for each value
        ORGKEYD_ADMIN_UID=alice,bob     # the environment: commas between them

      A change takes a restart. Under socket activation, which it takes from systemd (sockets named \
      main and admin), connections wait meanwhile and no call is lost.

      Exit status: 0 ended as asked, 64 wrong usage, 69 the socket can't be had or the disk \
      failed, 70 internal error, 75 try again, 78 wrong configuration or database.
      """,
    version: "orgkeyd \(Version.current)")

  @OptionGroup(title: "Settings") var options: DaemonOptions

  @Option(
    help: ArgumentHelp(
      "The configuration file (default: $ORGKEYD_CONFIG, else \(ConfigurationFile.defaultPath) if "
        + "it exists).", valueName: "file"),
    completion: .file())
  var config: String?

  @Flag(
    help: ArgumentHelp(
      "Check the configuration, wherever it comes from, name every fault with its line, and end: 0 "
        + "if all is well, else 78.")
  )
  var checkConfig = false

  @Flag(help: "Print the settings in force, as a configuration file, and where each comes from.")
  var printConfig = false

  @Option(
    help: ArgumentHelp(
      "Verify a database file whole, a backup for example, and end: 0 if all is well, else 78. "
        + "Changes nothing. Not while a daemon has it.", valueName: "file"),
    completion: .file())
  var checkDatabase: String?

  @Option(
    help: ArgumentHelp(
      "Put a backup in the place of --database and end. What was revoked, disabled or suspended "
        + "since is carried over, and the old file kept under its name with .before-restore. Not "
        + "while a daemon runs.", valueName: "file"),
    completion: .file())
  var restore: String?

  func validate() throws {
    let asked = [
      ("--check-config", checkConfig), ("--print-config", printConfig),
      ("--check-database", checkDatabase != nil), ("--restore", restore != nil),
    ].filter(\.1).map(\.0)
    guard asked.count <= 1 else {
      throw ValidationError("\(asked[0]) and \(asked[1]) exclude each other")
    }
  }

  func run() throws {
    ThisProcess.fillStandardDescriptors()
    do {
      if let checkDatabase { return try check(checkDatabase) }
      let configuration = try Configuration(
        path: config, arguments: Array(CommandLine.arguments.dropFirst()),
        environment: ThisProcess.environment)
      guard let settings = configuration.settings else { throw Misconfigured(configuration.faults) }
      if checkConfig {
        print(
          "\(configuration.file ?? "no file, the command line and the environment"): all is well")
      } else if printConfig {
        print(configuration.text)
      } else if let restore {
        try Offline.restore(
          restore, to: settings.database, acceptDamage: settings.acceptDamage, say: { print($0) })
      } else {
        let options = configuration.options
        Daemon.prepare()
        try Daemon.run(settings, log: DaemonLog(options.logLevel.level, options.logFormat))
      }
    } catch let error as StartError {
      StandardError.write("orgkeyd: \(error)\n")
      throw ExitCode(error.status.rawValue)
    } catch let error as Misconfigured {
      for fault in error.faults { StandardError.write("orgkeyd: \(fault)\n") }
      throw ExitCode(StartError.Status.configuration.rawValue)
    }
  }

  private func check(_ file: String) throws(StartError) {
    if try Offline.check(file, say: { print($0) }) { return }
    throw StartError(.configuration, "\(file) is damaged")
  }
}

private struct Misconfigured: Error {
  let faults: [ConfigurationFault]

  init(_ faults: [ConfigurationFault]) { self.faults = faults }
}
