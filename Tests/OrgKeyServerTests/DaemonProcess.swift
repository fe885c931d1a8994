import Foundation
import Glibc
import OrgKeySystem

@testable import OrgKeyWire

/// The built `orgkeyd` as a process, on a directory of its own that goes with it.
final class DaemonProcess: @unchecked Sendable {
  struct DidNotServe: Error { let log: String }

  let directory: String
  var socket: String { directory + "/orgkey.sock" }
  var database: String { directory + "/orgkey.db" }
  private let arguments: [String]
  private let wrapper: [String]
  private(set) var pid: pid_t = 0

  /// - Parameters:
  ///   - wrapper: a program, with its arguments, that becomes the daemon.
  ///   - prepare: takes the path of the database, to fill it before the daemon starts.
  init(
    _ arguments: [String] = [], under wrapper: [String] = [],
    preparing prepare: (String) throws -> Void = { _ in }
  ) throws {
    var template = Array("/tmp/orgkey-test-XXXXXX".utf8CString)
    directory = String(cString: mkdtemp(&template))
    self.arguments = arguments
    self.wrapper = wrapper
    try prepare(database)
    try start()
  }

  deinit {
    if pid != 0 { _ = end(SIGKILL) }
    try? FileManager.default.removeItem(atPath: directory)
  }

  /// Starts it and waits until it serves.
  func start() throws {
    let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent().appending(path: "orgkeyd")
    let log = directory + "/log"
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, 2, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    let words = wrapper + [program.path, "--socket", socket, "--database", database] + arguments
    var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { argv.forEach { free($0) } }
    let code = posix_spawnp(&pid, words[0], &actions, nil, &argv, environ)
    posix_spawn_file_actions_destroy(&actions)
    guard code == 0 else { throw SystemError("posix_spawn", on: words[0], code: code) }
    let deadline = Clock.monotonicMilliseconds() + 30_000
    while (try? RawClient(socket).call(.health(.init()))) == nil {
      var status: Int32 = 0
      let hasEnded = waitpid(pid, &status, WNOHANG) == pid
      if hasEnded { pid = 0 }
      guard !hasEnded, Clock.monotonicMilliseconds() < deadline else {
        throw DidNotServe(log: (try? String(contentsOfFile: log, encoding: .utf8)) ?? "")
      }
      sched_yield()
    }
  }

  /// Sends a signal, waits for the end and returns the exit status, or 128 and the signal.
  func end(_ signal: Int32) -> Int32 {
    kill(pid, signal)
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    pid = 0
    let caught = status & 0x7F
    return caught == 0 ? status >> 8 & 0xFF : 128 + caught
  }
}
