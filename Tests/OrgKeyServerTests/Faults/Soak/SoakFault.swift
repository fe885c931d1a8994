import Foundation
import Glibc
import OrgKeySystem

@testable import OrgKeyWire

/// What befalls a daemon in the midst of its work.
enum SoakFault: CaseIterable {
  case none, hostileClients, backup, stopped, ended, killed, killedAtAWrite, syncFails

  /// What a daemon goes on after.
  static let harmless: [SoakFault] = [.none, .hostileClients, .backup, .stopped]

  var endsTheDaemon: Bool { !Self.harmless.contains(self) }
  var mayForgetCounts: Bool { endsTheDaemon && self != .ended }
  var needsStrace: Bool { self == .killedAtAWrite || self == .syncFails }

  /// Lets it happen, and waits until it has.
  /// - Returns: what was not as it must be.
  func strike(_ daemon: DaemonProcess) throws -> [String] {
    switch self {
    case .none: break
    case .hostileClients: return try HostileClients.visit(daemon.socket)
    case .backup: return try daemon.checkABackup()
    case .stopped:
      kill(daemon.pid, SIGSTOP)
      usleep(300_000)
      kill(daemon.pid, SIGCONT)
    case .ended: return daemon.status(SIGTERM) { $0 == 0 }
    case .killed: return daemon.status(SIGKILL) { $0 == 128 + SIGKILL }
    case .killedAtAWrite:
      try daemon.inject(
        "pwrite64", "signal=KILL:when=\(Int.random(in: 1...200))")
      return daemon.status(SIGKILL) { $0 == 128 + SIGKILL }
    case .syncFails:
      try daemon.inject("fdatasync", "error=EIO:when=\(Int.random(in: 1...50))")
      return daemon.status(SIGKILL) { (1..<128).contains($0) }
    }
    return []
  }
}

extension DaemonProcess {
  struct DidNotEnd: Error {}

  fileprivate func status(_ signal: Int32, _ isRight: (Int32) -> Bool) -> [String] {
    let status = end(signal)
    return isRight(status) ? [] : ["the daemon ended with \(status)"]
  }

  /// Has strace tamper with a system call, and waits until the daemon has come to its end.
  fileprivate func inject(_ call: String, _ what: String) throws {
    let strace = Process()
    strace.executableURL = URL(filePath: "/usr/bin/strace")
    strace.arguments = [
      "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e", "inject=\(call):\(what)",
      "-p", "\(pid)",
    ]
    try strace.run()
    let deadline = Clock.monotonicMilliseconds() + 60_000
    while !hasEnded {
      guard Clock.monotonicMilliseconds() < deadline else {
        strace.terminate()
        // Its database is the next one's.
        _ = end(SIGKILL)
        throw DidNotEnd()
      }
      usleep(1_000)
    }
    strace.waitUntilExit()
  }

  /// Without taking its status.
  private var hasEnded: Bool {
    var information = siginfo_t()
    let flags = WEXITED | WNOHANG | WNOWAIT
    return waitid(P_PID, id_t(pid), &information, flags) == 0
      && information.si_signo == SIGCHLD
  }

  /// Takes a backup while the daemon works, and verifies it whole.
  fileprivate func checkABackup() throws -> [String] {
    let client = try RawClient(socket)
    let copy = try client.rest(of: client.backup())
    let file = directory + "/backup.db"
    try Data(copy).write(to: URL(filePath: file))
    defer { try? FileManager.default.removeItem(atPath: file) }
    let check = Process()
    check.executableURL = URL(filePath: "/proc/\(pid)/exe").resolvingSymlinksInPath()
    check.arguments = ["--check-database", file]
    check.standardOutput = FileHandle.nullDevice
    try check.run()
    check.waitUntilExit()
    return check.terminationStatus == 0 ? [] : ["a backup is damaged"]
  }

  /// What its descriptors are of.
  var descriptors: [String] {
    let directory = "/proc/\(pid)/fd"
    let numbers = try? FileManager.default.contentsOfDirectory(atPath: directory)
    return (numbers ?? []).compactMap {
      try? FileManager.default.destinationOfSymbolicLink(atPath: directory + "/" + $0)
    }.sorted()
  }

  /// Of its memory, what is resident.
  var residentBytes: Int {
    let words = try? String(contentsOfFile: "/proc/\(pid)/statm", encoding: .utf8)
      .split(separator: " ")
    return (words.flatMap { Int($0[1]) } ?? 0) * 4_096
  }
}

/// Those that send halves of frames, rubbish, or calls without end, and read nothing.
enum HostileClients {
  static func visit(_ socket: String) throws -> [String] {
    let clients = try (0..<24).map { _ in try RawClient(socket) }
    let call = clients[0].frame(Request(callID: 1, method: .health(.init())))
    var wrong: [String] = []
    for (number, client) in clients.enumerated() {
      client.setTimeout(SO_SNDTIMEO, milliseconds: 50)
      switch number % 4 {
      case 0: try? client.send(call.dropLast())
      case 1: for _ in 0..<200 { try? client.send(Array(repeatElement(call, count: 50).joined())) }
      case 2:
        // A body of rubbish is answered, and the connection goes on.
        try client.send([0, 0, 0, 0, 3, 0xFF, 0xFF, 0xFF])
        if try client.receive().status == nil { wrong.append("rubbish was taken for a call") }
        if try client.call(.health(.init())).status != nil { wrong.append("no health") }
      default:
        try client.send((0..<64).map { _ in UInt8.random(in: 1...255) })
        _ = try client.receiveAll()
      }
    }
    return wrong
  }
}
