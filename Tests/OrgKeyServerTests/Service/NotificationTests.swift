import Foundation
import Glibc
import OrgKeySystem
import TestSupport
import Testing

@testable import OrgKeyWire

/// What a service manager is told: sd_notify(3).
@Suite struct NotificationTests {
  @Test(arguments: [false, true])
  func managerIsToldWhenItServesAndWhenItEnds(_ isAbstract: Bool) throws {
    let manager = try Manager(isAbstract: isAbstract)
    let daemon = try DaemonProcess(environment: manager.environment)
    #expect(manager.next() == "STATUS=loading \(daemon.database)")
    #expect(manager.next() == "READY=1\nSTATUS=serving on \(daemon.socket)")
    #expect(daemon.end(SIGTERM) == 0)
    #expect(manager.next() == "STOPPING=1\nSTATUS=ending")
    #expect(manager.next(within: 0) == nil)
  }

  @Test func managerIsToldWhyItDoesNotServe() throws {
    let manager = try Manager()
    #expect(throws: DaemonProcess.DidNotServe.self) {
      _ = try DaemonProcess(["--database", "/nowhere/x"], environment: manager.environment)
    }
    _ = manager.next()
    #expect(manager.next()?.hasPrefix("STATUS=") == true)
    #expect(manager.next(within: 0) == nil)
  }

  @Test func managerThatIsGoneIsNotWaitedFor() throws {
    let daemon = try DaemonProcess(environment: ["NOTIFY_SOCKET=/nowhere", "WATCHDOG_USEC=100000"])
    #expect(try RawClient(daemon.socket).call(.health(.init())).status == nil)
    #expect(daemon.end(SIGTERM) == 0)
  }

  @Test func watchdogHearsOfItSeveralTimesInItsTime() throws {
    let manager = try Manager()
    let daemon = try DaemonProcess(environment: manager.environment + ["WATCHDOG_USEC=400000"])
    let began = Clock.monotonicMilliseconds()
    for _ in 0..<10 { #expect(manager.next(of: "WATCHDOG=1") != nil) }
    #expect((500...3_000).contains(Clock.monotonicMilliseconds() - began))
    // What it asks is no client's, and counted nowhere.
    guard
      case .getStatistics(let told) = try RawClient(daemon.socket).result(.getStatistics(.init()))
    else { return }
    #expect(told.counters.filter { $0.name.hasPrefix("authorize") && $0.value > 0 } == [])
  }

  /// A disk that is slow for a moment is no reason to end.
  @Test(.enabled(if: Tracer.isPossible)) func watchdogHearsOfItInTimeWhenOneAnswerIsLate() throws {
    let manager = try Manager()
    let daemon = try DaemonProcess(environment: manager.environment + ["WATCHDOG_USEC=4000000"])
    let thread = try #require(daemon.thread(named: "orgkey-read"))
    #expect(manager.next(of: "WATCHDOG=1") != nil)
    let lastAt = Clock.monotonicMilliseconds()
    let held = try HeldThread(thread)
    // Longer than one round, which is a second.
    usleep(1_300_000)
    held.end()
    #expect(manager.next(of: "WATCHDOG=1") != nil)
    #expect(Clock.monotonicMilliseconds() - lastAt < 4_000)
  }

  @Test func watchdogOfAnotherProcessIsNoneOfItsBusiness() throws {
    let manager = try Manager()
    let daemon = try DaemonProcess(
      environment: manager.environment + ["WATCHDOG_USEC=100000", "WATCHDOG_PID=1"])
    #expect(manager.next(of: "WATCHDOG=1", within: 500) == nil)
    #expect(daemon.end(SIGTERM) == 0)
  }

  /// One thread that does no work any more is enough for it to hear nothing, and to end the daemon.
  @Test(.enabled(if: Tracer.isPossible), arguments: ["orgkey-0", "orgkey-1", "orgkey-read"])
  func watchdogHearsNothingWhenAThreadHangs(_ name: String) throws {
    let manager = try Manager()
    let daemon = try DaemonProcess(environment: manager.environment + ["WATCHDOG_USEC=400000"])
    #expect(manager.next(of: "WATCHDOG=1") != nil)
    let thread = try #require(daemon.thread(named: name))
    let held = try HeldThread(thread)
    // One may be on its way.
    _ = manager.next(of: "WATCHDOG=1", within: 300)
    #expect(manager.next(of: "WATCHDOG=1", within: 1_500) == nil)
    #expect(eventually { daemon.logged.contains("threads do not answer orgkey.count=1") })
    held.end()
    #expect(manager.next(of: "WATCHDOG=1") != nil)
  }
}

/// The other end of NOTIFY_SOCKET.
private final class Manager {
  private let socket: Int32
  private let address: String
  private var directory: String?

  var environment: [String] { ["NOTIFY_SOCKET=\(address)"] }

  init(isAbstract: Bool = false) throws {
    var template = Array("/tmp/orgkey-test-XXXXXX".utf8CString)
    let made = String(cString: mkdtemp(&template))
    directory = made
    address =
      isAbstract ? "@orgkey-test-\(getpid())-\(UInt32.random(in: 0 ... .max))" : made + "/notify"
    socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: Array(address.utf8)) }
    if isAbstract { name.sun_path.0 = 0 }
    let length = isAbstract ? 2 + address.utf8.count : MemoryLayout<sockaddr_un>.size
    let result = withUnsafePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, socklen_t(length)) }
    }
    guard result == 0 else { throw SystemError("bind", on: address) }
  }

  deinit {
    close(socket)
    if let directory { try? FileManager.default.removeItem(atPath: directory) }
  }

  /// The next message; nil: none came.
  func next(within milliseconds: Int32 = 30_000) -> String? {
    var awaited = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    guard poll(&awaited, 1, milliseconds) > 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let count = recv(socket, &bytes, bytes.count, 0)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }

  /// The next one like `text`, whatever else comes before.
  func next(of text: String, within milliseconds: Int64 = 30_000) -> String? {
    let end = Clock.monotonicMilliseconds() + milliseconds
    while true {
      let left = end - Clock.monotonicMilliseconds()
      guard left > 0, let message = next(within: Int32(left)) else { return nil }
      if message == text { return message }
    }
  }
}

/// A thread of another process that is held by a tracer, as one that hangs would be.
private final class HeldThread {
  private let tracer = Process()

  init(_ thread: Int32) throws {
    tracer.executableURL = URL(filePath: "/usr/bin/python3")
    let program = """
      import ctypes, os, sys
      libc = ctypes.CDLL(None, use_errno=True)
      thread = int(sys.argv[1])
      # PTRACE_SEIZE, PTRACE_INTERRUPT
      if libc.ptrace(0x4206, thread, None, None) or libc.ptrace(0x4207, thread, None, None):
        sys.exit(1)
      os.waitpid(thread, 0x40000000)
      os.write(1, b"held")
      sys.stdin.read()
      """
    tracer.arguments = ["-c", program, "\(thread)"]
    let (said, told) = (Pipe(), Pipe())
    tracer.standardOutput = said
    tracer.standardInput = told
    held = told
    try tracer.run()
    #expect(said.fileHandleForReading.availableData == Data("held".utf8))
  }

  private let held: Pipe

  /// Lets go of it.
  func end() {
    try? held.fileHandleForWriting.close()
    tracer.waitUntilExit()
  }
}

extension DaemonProcess {
  fileprivate func thread(named name: String) -> Int32? {
    let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
    return threads.first { thread in
      let path = "/proc/\(pid)/task/\(thread)/comm"
      return (try? String(contentsOfFile: path, encoding: .utf8)) == name + "\n"
    }.flatMap { Int32($0) }
  }
}
