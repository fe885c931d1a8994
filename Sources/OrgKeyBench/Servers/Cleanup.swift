internal import FoundationEssentials
internal import Glibc
internal import OrgKeySystem
internal import Synchronization

/// What must not be left behind, however the run ends: processes and directories.
final class Cleanup: Sendable {
  private struct Rest {
    var processes: Set<Int32> = []
    var directories: [String] = []
  }

  private let rest = Mutex(Rest())

  func add(process: Int32) { _ = rest.withLock { $0.processes.insert(process) } }

  func forget(process: Int32) { _ = rest.withLock { $0.processes.remove(process) } }

  func add(directory: String) { rest.withLock { $0.directories.append(directory) } }

  /// Kills and removes; may be called again.
  func all() {
    rest.withLock { rest in
      for process in rest.processes { kill(process, SIGKILL) }
      for process in rest.processes {
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0 && errno == EINTR {}
      }
      for directory in rest.directories { try? FileManager.default.removeItem(atPath: directory) }
      rest = Rest()
    }
  }

  /// Does so when SIGINT or SIGTERM comes, which must be blocked, and ends this process.
  func onTermination() throws {
    _ = try OrgKeySystem.Thread("signals") {
      let signal = Signals.waitForTermination()
      self.all()
      ThisProcess.end(128 + signal)
    }
  }
}
