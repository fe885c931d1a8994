internal import Logging
internal import OrgKeySystem

/// The daemon as a process.
package enum Daemon {
  /// Descriptors beside those of connections: sockets, epoll sets, the database's, a backup's.
  private static let ownDescriptors = 256

  /// Blocks the signals that end the daemon, in this thread and all it starts: before any is.
  package static func prepare() { Signals.prepare() }

  /// Serves until SIGTERM or SIGINT, then ends cleanly: what was received is answered, what was
  /// counted is on disk.
  ///
  /// - Throws: `StartError`: it could not start.
  package static func run(_ settings: DaemonSettings, log: DaemonLog) throws(StartError) {
    do throws(SystemError) { try ThisProcess.hideMemory() } catch {
      log.logger.warning("memory, which holds keys, may end up in core files: \(error)")
    }
    allowDescriptors(for: settings.maxConnections, log.logger)
    let daemon = try RunningDaemon(settings, log: log.logger) { error in
      // Nothing was answered and nothing may be: only the file tells what became of it.
      log.logger.critical("\(error)")
      log.flush()
      ThisProcess.end(error.status.rawValue)
    }
    let signal = Signals.waitForTermination()
    log.logger.info("ending", metadata: ["orgkey.signal": "\(signal)"])
    daemon.stop()
    log.logger.info("ended")
    log.flush()
  }

  private static func allowDescriptors(for connections: Int, _ log: Logger) {
    let needed = connections + ownDescriptors
    let allowed = ThisProcess.allowDescriptors(needed)
    if allowed >= needed { return }
    log.warning(
      "too few files may be open for --max-connections: raise the limit (LimitNOFILE=, ulimit -n)",
      metadata: ["orgkey.limit": "\(allowed)", "orgkey.needed": "\(needed)"])
  }
}
