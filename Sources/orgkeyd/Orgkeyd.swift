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

      Exit status: 0 ended as asked, 64 wrong usage, 69 the socket can't be had or the disk \
      failed, 70 internal error, 75 try again, 78 wrong configuration or database.
      """,
    version: "orgkeyd \(Version.current)")

  @OptionGroup var options: DaemonOptions

  func validate() throws {
    guard options.checkDatabase == nil || options.restore == nil else {
      throw ValidationError("--check-database and --restore exclude each other")
    }
  }

  func run() throws {
    ThisProcess.fillStandardDescriptors()
    do throws(StartError) {
      if let file = options.checkDatabase {
        if try Offline.check(file, say: { print($0) }) { return }
        throw StartError(.configuration, "\(file) is damaged")
      }
      if let file = options.restore {
        return try Offline.restore(
          file, to: options.database, acceptDamage: options.acceptDamage, say: { print($0) })
      }
      Daemon.prepare()
      let log = DaemonLog(options.logLevel.level, options.logFormat)
      try Daemon.run(try options.settings(), log: log)
    } catch {
      StandardError.write("orgkeyd: \(error)\n")
      throw ExitCode(error.status.rawValue)
    }
  }
}
