import Foundation
import Glibc
import OrgKeySystem

@testable import OrgKeyWire

/// The built `orgkeyd` as a process, on a directory of its own that goes with it.
final class DaemonProcess: @unchecked Sendable {
  struct DidNotServe: Error { let log: String }

  /// As it was built with these tests.
  static let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "orgkeyd")

  let directory: String
  var socket: String { directory + "/orgkey.sock" }
  var database: String { directory + "/orgkey.db" }
  var log: String { directory + "/log" }
  private let arguments: [String]
  private let environment: [String]
  private let standardError: StandardError
  private let wrapper: [String]
  private(set) var pid: pid_t = 0
  /// Whether it ended with a core file, or one was handed to a program for it.
  private(set) var leftCore = false
  private let user: String?
  /// Sockets that listen for it while it does not run, as systemd's do: what they are called.
  private let handedOver: [(name: String, socket: ListeningSocket)]

  /// Where its log goes.
  enum StandardError {
    case file
    case descriptor(Int32)
    case closed
  }

  /// - Parameters:
  ///   - wrapper: a program, with its arguments, that becomes the daemon.
  ///   - user: the number of the user it runs as; nil: the test's own. Takes root.
  ///   - arguments: beside those that name its files; `$PWD` is its directory.
  ///   - environment: `NAME=value`, in the place of what the test's own has by that name. A library
  ///     in LD_PRELOAD goes before those that are there.
  ///   - names: of sockets that are handed over to it: `main` listens at `socket`, another one at its
  ///     name in the directory. It is given no paths then.
  ///   - prepare: takes the path of the database, to fill it before the daemon starts.
  init(
    _ arguments: [String] = [], under wrapper: [String] = [], as user: String? = nil,
    environment: [String] = [],
    standardError: StandardError = .file, handedOver names: [String] = [],
    preparing prepare: (String) throws -> Void = { _ in }
  ) throws {
    var template = Array("/tmp/orgkey-test-XXXXXX".utf8CString)
    directory = String(cString: mkdtemp(&template))
    self.arguments = arguments
    self.user = user
    if let user, let number = uid_t(user) { chown(directory, number, number) }
    self.environment = environment
    self.standardError = standardError
    self.wrapper = wrapper
    let directory = directory
    handedOver = try names.map { name in
      (name, try ListeningSocket(at: directory + "/" + (name == "main" ? "orgkey.sock" : name)))
    }
    try prepare(database)
    try start()
  }

  deinit {
    if pid != 0 { _ = end(SIGKILL) }
    try? FileManager.default.removeItem(atPath: directory)
  }

  /// Starts it and waits until it serves.
  func start() throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    switch standardError {
    case .file:
      posix_spawn_file_actions_addopen(&actions, 2, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    case .descriptor(let number): posix_spawn_file_actions_adddup2(&actions, number, 2)
    case .closed: posix_spawn_file_actions_addclose(&actions, 2)
    }
    var words = [DaemonProcess.program.path, "--database", database]
    if handedOver.isEmpty { words += ["--socket", socket] }
    words += arguments.map { $0.replacingOccurrences(of: "$PWD", with: directory) }
    if let user { words = ["setpriv"] + DaemonProcess.becoming(user) + words }
    words = wrapper + words
    if !handedOver.isEmpty { words = ["sh", "-c", "LISTEN_PID=$$ exec \"$@\"", "sh"] + words }
    for (index, (_, socket)) in handedOver.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, socket.number, Int32(3 + index))
    }
    var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { argv.forEach { free($0) } }
    let envp: [UnsafeMutablePointer<CChar>?] = variables().map { strdup($0) } + [nil]
    defer { envp.forEach { free($0) } }
    let code = posix_spawnp(&pid, words[0], &actions, nil, &argv, envp)
    posix_spawn_file_actions_destroy(&actions)
    guard code == 0 else { throw SystemError("posix_spawn", on: words[0], code: code) }
    let deadline = Clock.monotonicMilliseconds() + 30_000
    while (try? RawClient(socket).call(.health(.init()))) == nil {
      var status: Int32 = 0
      let hasEnded = waitpid(pid, &status, WNOHANG) == pid
      if hasEnded { forget(status) }
      guard !hasEnded, Clock.monotonicMilliseconds() < deadline else {
        throw DidNotServe(log: (try? String(contentsOfFile: log, encoding: .utf8)) ?? "")
      }
      sched_yield()
    }
  }

  private func variables() -> [String] {
    var variables = ProcessInfo.processInfo.environment
    if !handedOver.isEmpty {
      variables["LISTEN_FDS"] = "\(handedOver.count)"
      variables["LISTEN_FDNAMES"] = handedOver.map(\.name).joined(separator: ":")
    }
    for entry in environment {
      let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      var value = parts.dropFirst().joined()
      if name == "LD_PRELOAD", let inherited = variables[name], !inherited.isEmpty {
        value += ":" + inherited
      }
      variables[name] = value
    }
    return variables.map { "\($0)=\($1)" }
  }

  /// What setpriv(1) takes to run a program as another user.
  static func becoming(_ user: String) -> [String] {
    ["--reuid", user, "--regid", user, "--clear-groups"]
  }

  /// All that it has logged so far.
  var logged: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

  /// Sends a signal, waits for the end and returns the exit status, or 128 and the signal.
  ///
  /// One that has not ended after a minute is killed; then, and for one that does not run, it
  /// returns -1, which no test expects.
  func end(_ signal: Int32) -> Int32 {
    guard pid != 0 else { return -1 }
    kill(pid, signal)
    if let status = endOfItself(within: 60_000) { return status }
    kill(pid, SIGKILL)
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    forget(status)
    return -1
  }

  /// Waits until it ends by itself, and returns as `end` does; nil if it goes on.
  func endOfItself(within milliseconds: Int64) -> Int32? {
    let deadline = Clock.monotonicMilliseconds() + milliseconds
    var status: Int32 = 0
    while waitpid(pid, &status, WNOHANG) != pid {
      guard Clock.monotonicMilliseconds() < deadline else { return nil }
      usleep(1_000)
    }
    forget(status)
    let caught = status & 0x7F
    return caught == 0 ? status >> 8 & 0xFF : 128 + caught
  }

  /// - Parameter status: with which it ended.
  private func forget(_ status: Int32) {
    leftCore = status & 0x80 != 0
    SetClock.removeLeftovers(of: pid)
    pid = 0
  }
}

/// A socket that listens, whoever accepts.
final class ListeningSocket {
  /// Above those that a process is given by number.
  let number: Int32

  init(at path: String, mode: mode_t = 0o660) throws {
    let listening = try UnixSocket.listen(at: path)
    number = fcntl(listening.number, F_DUPFD_CLOEXEC, 100)
    chmod(path, mode)
  }

  deinit { close(number) }
}
