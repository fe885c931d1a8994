import Foundation
import Glibc
import OrgKeySystem
import TestSupport
import Testing

@testable import OrgKeyWire

/// The first, second … sync or write of the database fails: the outcome of that change is unknown,
/// so nothing is answered, the daemon ends, and the file tells.
@Suite(.enabled(if: Tracer.isPossible)) struct FailingDiskTests {
  @Test(arguments: [("fdatasync,fsync", 1), ("pwrite64", Campaign.count(9, long: 1))])
  func daemonWhenTheDiskFailsAnswersNothingAndEnds(_ calls: String, stride: Int) throws {
    let daemon = try DaemonProcess(["--threads", "1"])
    try RawClient(daemon.socket).put("acme")
    var answered = AnsweredKeys()
    var (nth, faults, longest) = (1, 0, Int64(0))
    while true {
      let client = try RawClient(daemon.socket)
      let files = [daemon.database, daemon.database + "-wal"]
      let tracer = try Tracer(daemon, calls, on: files, fault: "error=EIO:when=\(nth)")
      let began = Clock.monotonicMilliseconds()
      let isAnswered = answered.issueAndRevoke(client)
      // What fails when it ends is told as well.
      let status =
        isAnswered
        ? daemon.end(SIGTERM) : daemon.endOfItself(within: 10_000) ?? daemon.end(SIGKILL)
      if !isAnswered { longest = max(longest, Clock.monotonicMilliseconds() - began) }
      let wasSpoilt = try tracer.wasSpoilt()
      #expect(status == (wasSpoilt ? 69 : 0), "\(calls) \(nth)")
      try daemon.start()
      try answered.check(RawClient(daemon.socket), last: 1)
      // At most the change that failed is there besides.
      let known = try RawClient(daemon.socket).keys().count
      #expect(known - answered.keys.count <= faults + (wasSpoilt ? 1 : 0))
      guard wasSpoilt else { break }
      faults += 1
      nth += stride
    }
    print("\(faults) faults of \(calls); ended after at most \(longest) ms")
    #expect(faults >= 2)
    #expect(longest < Campaign.count(5_000, long: 1_000))
    #expect(daemon.logged.contains("disk I/O error"))
    try answered.check(RawClient(daemon.socket))
    #expect(daemon.end(SIGTERM) == 0)
  }

  /// Serves or refuses in words; what it made half is made anew.
  @Test(arguments: ["fdatasync,fsync", "pwrite64"])
  func daemonWhenTheDiskFailsAsItStartsSaysSo(_ calls: String) throws {
    let daemon = try DaemonProcess()
    #expect(daemon.end(SIGTERM) == 0)
    let stride = calls == "pwrite64" ? Campaign.count(5, long: 1) : 1
    for isNew in [true, false] {
      var (nth, refused) = (1, 0)
      while true {
        if isNew { daemon.removeDatabase() }
        let start = try SpoiltStart(of: daemon, calls, fault: "error=EIO:when=\(nth)")
        guard start.wasSpoilt else { break }
        if let status = start.status {
          refused += 1
          #expect([69, 70, 78].contains(status), "\(calls) \(nth): \(status) \(start.errors)")
          #expect(start.errors.contains("orgkeyd: "), "\(calls) \(nth)")
        }
        nth += stride
      }
      print("refused to start \(refused) times, \(calls) failing, new database: \(isNew)")
      #expect(refused > 0 || !isNew)
    }
    try daemon.start()
    #expect(daemon.end(SIGTERM) == 0)
  }
}

extension DaemonProcess {
  fileprivate func removeDatabase() {
    for suffix in ["", "-wal", "-shm", ".new", ".new-journal", ".reserve"] {
      unlink(database + suffix)
    }
  }
}

/// A start of a daemon's program one of whose calls fails.
private struct SpoiltStart {
  let wasSpoilt: Bool
  let errors: String
  /// With which it ended; nil: it served.
  private(set) var status: Int32?

  init(of daemon: DaemonProcess, _ calls: String, fault: String) throws {
    let strace = Process()
    let (trace, log) = (daemon.directory + "/trace", daemon.directory + "/spoilt")
    strace.executableURL = URL(filePath: "/usr/bin/strace")
    strace.arguments = [
      "-f", "-qq", "-o", trace, "-e", "trace=" + calls, "-e", "inject=\(calls):\(fault)",
      DaemonProcess.program.path, "--socket", daemon.socket, "--database", daemon.database,
    ]
    _ = FileManager.default.createFile(atPath: log, contents: nil)
    strace.standardError = try FileHandle(forWritingTo: URL(filePath: log))
    try strace.run()
    var served = false
    let isDecided = eventually {
      served = (try? RawClient(daemon.socket).call(.health(.init()))) != nil
      return served || !strace.isRunning
    }
    // It ends what it has started, too.
    if !isDecided { strace.terminate() }
    if served {
      let owner = try String(contentsOfFile: daemon.database + ".lock", encoding: .utf8)
      let pid = try #require(pid_t(owner.trimmingCharacters(in: .whitespacesAndNewlines)))
      kill(pid, SIGTERM)
    }
    strace.waitUntilExit()
    if !served { status = strace.terminationStatus }
    errors = try String(contentsOfFile: log, encoding: .utf8)
    wasSpoilt = try String(contentsOfFile: trace, encoding: .utf8).contains("(INJECTED)")
  }
}
