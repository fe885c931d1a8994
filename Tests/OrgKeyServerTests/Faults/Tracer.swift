import Foundation
import Glibc
import OrgKeySystem

/// strace on a daemon that serves, which sees its system calls and can spoil one of them. Ends with
/// the daemon.
final class Tracer {
  struct DidNotTrace: Error {}

  private let process = Process()
  private let file: String

  static let isPossible: Bool = {
    let strace = Process()
    strace.executableURL = URL(filePath: "/usr/bin/strace")
    strace.arguments = ["-qq", "-o", "/dev/null", "-e", "trace=none", "true"]
    guard geteuid() == 0, (try? strace.run()) != nil else { return false }
    strace.waitUntilExit()
    return strace.terminationStatus == 0
  }()

  /// - Parameters:
  ///   - calls: as strace's -e names them.
  ///   - paths: the files whose calls alone are seen; empty: all calls.
  ///   - fault: done to the calls of each thread, as strace's -e inject has it.
  init(
    _ daemon: DaemonProcess, _ calls: String, on paths: [String] = [], fault: String? = nil
  ) throws {
    file = daemon.directory + "/trace"
    process.executableURL = URL(filePath: "/usr/bin/strace")
    // A call that is not traced is not spoilt either.
    process.arguments =
      ["-f", "-qq", "-y", "-s", "0", "-o", file, "-p", "\(daemon.pid)", "-e", "trace=" + calls]
      + paths.flatMap { ["-P", $0] } + (fault.map { ["-e", "inject=\(calls):\($0)"] } ?? [])
    try process.run()
    while !isAttached(to: daemon.pid) {
      guard process.isRunning else { throw DidNotTrace() }
      usleep(1_000)
    }
  }

  private func isAttached(to pid: pid_t) -> Bool {
    let tasks = "/proc/\(pid)/task"
    let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
    return !threads.isEmpty
      && threads.allSatisfy { thread in
        let status = try? String(contentsOfFile: "\(tasks)/\(thread)/status", encoding: .utf8)
        return status?.contains("TracerPid:\t\(process.processIdentifier)\n") == true
      }
  }

  /// The lines of what was traced, once the daemon has ended.
  func lines() throws -> [String] {
    process.waitUntilExit()
    return try String(contentsOfFile: file, encoding: .utf8)
      .split(separator: "\n").map(String.init)
  }

  /// Whether the fault came about.
  func wasSpoilt() throws -> Bool { try lines().contains { $0.contains("(INJECTED)") } }
}
