internal import Logging
internal import OrgKeySystem

/// The daemon as a process.
package enum Daemon {
  /// Descriptors beside those of connections: sockets, epoll sets, the database's, a backup's.
  private static let ownDescriptors = 256

  /// Blocks the signals that end the daemon, in this thread and all it starts: before any is.
  package static func prepare() { Signals.prepare() }

  /// Serves until SIGTERM or SIGINT, then ends cleanly: what was received is answered, what was
  /// counted is on disk. A service manager, if one started it, hands over sockets and is told how it
  /// is.
  ///
  /// - Throws: `StartError`: it could not start.
  package static func run(_ settings: DaemonSettings, log: DaemonLog) throws(StartError) {
    do throws(SystemError) { try ThisProcess.hideMemory() } catch {
      log.logger.warning("memory, which holds keys, may end up in core files: \(error)")
    }
    let manager = ServiceManager()
    let daemon: RunningDaemon
    do throws(StartError) {
      let inherited = try inheritedSockets()
      allowDescriptors(for: settings.maxConnections, log.logger)
      manager.tell(status: "loading \(settings.database)")
      daemon = try RunningDaemon(settings, inherited: inherited, log: log.logger) { error in
        // Nothing was answered and nothing may be: only the file tells what became of it.
        log.logger.critical("\(error)")
        manager.tell(status: "\(error)")
        log.flush()
        ThisProcess.end(error.status.rawValue)
      }
    } catch {
      manager.tell(status: "\(error)")
      throw error
    }
    manager.tell(.ready, status: "serving on \(daemon.socketPath)")
    let watchdog = daemon.startWatchdog(manager, log.logger)
    let signal = Signals.waitForTermination()
    manager.tell(.stopping, status: "ending")
    log.logger.info("ending", metadata: ["orgkey.signal": "\(signal)"])
    watchdog?.stop()
    daemon.stop()
    log.logger.info("ended")
    log.flush()
  }

  private static func inheritedSockets() throws(StartError) -> [InheritedSocket] {
    do throws(InheritedSocket.Unfit) { return try InheritedSocket.all() } catch {
      throw StartError(.configuration, "\(error)")
    }
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
