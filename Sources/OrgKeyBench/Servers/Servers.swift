internal import CBench
internal import FoundationEssentials
internal import Glibc
internal import OrgKey
internal import OrgKeySystem

/// Starts what is measured, each on a private socket.
final class Servers {
  /// On a real disk: databases.
  let directory: String
  /// With a short path: sockets.
  private let sockets: String
  private let daemonProgram: String
  private let ownProgram: String
  private let cleanup: Cleanup
  let cores: Cores

  init(directory: String, _ cores: Cores, _ cleanup: Cleanup) throws {
    self.cores = cores
    self.cleanup = cleanup
    self.directory = "\(directory)/run-\(getpid())"
    sockets = "/tmp/orgkey-bench-\(getpid())"
    ownProgram = try Files.resolve("/proc/self/exe")
    let place = ownProgram.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    daemonProgram = place.joined(separator: "/") + "/orgkeyd"
    guard unsafe access(daemonProgram, X_OK) == 0 else {
      throw Failure("\(daemonProgram) is not there: make build")
    }
    removeAbandoned(in: directory)
    for path in [self.directory, sockets] {
      do {
        try FileManager.default.createDirectory(
          atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      } catch {
        throw Failure("the directory \(path) can't be made")
      }
      cleanup.add(directory: path)
    }
  }

  /// What a run left behind that was killed: as large as the database.
  private func removeAbandoned(in directory: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    for name in names where name.hasPrefix("run-") {
      guard let process = Int32(name.dropFirst(4)), kill(process, 0) < 0, errno == ESRCH else {
        continue
      }
      for path in ["\(directory)/\(name)", "/tmp/orgkey-bench-\(process)"] {
        try? FileManager.default.removeItem(atPath: path)
      }
    }
  }

  private func start(
    _ name: String, _ words: [String], _ socket: String, isPinned: Bool = true
  ) throws -> Server {
    try Server(
      name, words, socket: socket, log: "\(sockets)/\(name).log",
      processor: isPinned ? cores.server : nil, cleanup)
  }

  /// Starts a daemon and waits until it serves.
  func daemon(
    _ name: String, database: String, threads: Int, isPinned: Bool = true
  ) throws -> Server {
    let socket = "\(sockets)/\(name).sock"
    let server = try start(
      name,
      [
        daemonProgram, "--socket", socket, "--database", database, "--threads", "\(threads)",
        "--max-connections", "8192", "--max-connections-per-uid", "8192", "--log-level", "warning",
      ], socket, isPinned: isPinned)
    let client = OrgKeyClient(socketPath: socket)
    defer { client.close() }
    try server.wait { (try? client.blocking.health(timeout: .seconds(5)))?.isServing == true }
    return server
  }

  func echo() throws -> Server {
    let socket = "\(sockets)/echo.sock"
    let server = try start("echo", [ownProgram, "echo", socket], socket)
    try server.wait {
      let connection = unsafe cbench_connect(socket)
      if connection >= 0 { close(connection) }
      return connection >= 0
    }
    return server
  }

  /// Starts a Redis without persistence, which loads its file if there is one.
  func redis(_ program: String, isPinned: Bool = true) throws -> Server {
    let socket = "\(sockets)/redis.sock"
    let server = try start(
      "redis",
      [
        program, "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no",
        "--dir", directory, "--dbfilename", "redis.rdb",
      ], socket, isPinned: isPinned)
    try server.wait { Redis.answers(socket) }
    return server
  }

  /// The first line that a program prints; nil: there is no such program.
  func firstLine(_ words: [String]) -> String? {
    let log = "\(sockets)/line.log"
    defer { _ = unsafe unlink(log) }
    guard
      let server = try? Server(
        words[0], ["/usr/bin/env"] + words, socket: "", log: log, processor: nil, cleanup)
    else { return nil }
    server.end(0)
    guard let text = try? Files.prefix(500, of: log) else { return nil }
    return String(decoding: text, as: UTF8.self).split(separator: "\n").first.map(String.init)
  }
}
