internal import Logging
internal import OrgKeySystem

/// The daemon as a process.
package enum Daemon {
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
}
