import Foundation
import Glibc
import OrgKeySystem
import TestSupport
import Testing

@testable import OrgKeyWire

/// A key's text is in the answer that gives it out, and nowhere else.
@Suite struct SecrecyTests {
  // MARK: What is written

  @Test func noTextOfAKeyIsInAnyFileOrError() throws {
    let daemon = try DaemonProcess(["--log-level", "debug", "--usage-flush-interval", "100ms"])
    var canaries = try Canaries(daemon)
    for call in 0..<Campaign.count(3_000, long: 100_000) {
      try canaries.call()
      if call % 1_000 == 999 { try canaries.backUp() }
    }
    #expect(canaries.texts.count > 100)
    try canaries.expectNone()
    #expect(daemon.end(SIGKILL) == 128 + SIGKILL)
    try canaries.expectNone()
    try daemon.start()
    #expect(daemon.end(SIGTERM) == 0)
    try canaries.expectNone()
    // What is searched for would be found.
    try Data("x\(canaries.texts.first ?? "")".utf8)
      .write(to: URL(filePath: daemon.directory + "/planted"))
    #expect(try canaries.found().count == 1)
  }

  // MARK: What stays in memory

  @Test(.enabled(if: geteuid() == 0, "only root may read the daemon's memory"))
  func noTextOfAKeyStaysInMemory() throws {
    let daemon = try DaemonProcess()
    let client = try RawClient(daemon.socket)
    // What is to be found is found: names are kept.
    try client.put("acme", under: "")
    _ = try client.result(.putOrganization(.init(organizationID: "acme-canary-organization")))
    #expect(try MemoryOf.process(daemon.pid, count: [Array("acme-canary-organization".utf8)]) > 0)
    var texts: [SecretText] = []
    for _ in 0..<Campaign.count(20, long: 500) {
      let (id, first) = try client.issue("acme")
      let second = try client.rotate(id).text
      for text in [first, second] {
        #expect(try client.authorize(text).decision == .allowed)
        // Not in the plain form that is read where it lies.
        _ = try client.result(.identifyKey(.init(apiKey: text)))
        _ = try client.result(.explainAuthorize(.init(apiKey: text, permission: "a:b")))
      }
      let frame = client.frame(
        Request(callID: 1, method: .authorize(.init(apiKey: first, permission: "a:b"))))
      // In two pieces.
      try client.send(frame.prefix(30))
      sched_yield()
      try client.send(frame.dropFirst(30))
      _ = try client.receive()
      _ = try client.result(.revokeKey(.init(apiKey: second, secretVersion: 2)))
      _ = try client.result(.revokeKey(.init(apiKey: first)))
      texts += [first, second]
    }
    usleep(1_000_000)
    // Whole, and its random part alone.
    let needles = texts.flatMap { text in
      [Array(text.string.utf8), Array(text.string.utf8.dropFirst(12))]
    }
    #expect(try MemoryOf.process(daemon.pid, count: needles) == 0)
    #expect(daemon.end(SIGTERM) == 0)
  }

  // MARK: What is left of a crash

  @Test(arguments: [SIGSEGV, SIGABRT, SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGQUIT])
  func crashPrintsNothingAndLeavesNoCore(signal: Int32) throws {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    var unlimited = rlimit(rlim_cur: limit.rlim_max, rlim_max: limit.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &unlimited)
    defer { setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit) }
    let daemon = try DaemonProcess(environment: [
      "SWIFT_BACKTRACE=enable=yes,color=no,interactive=no,timeout=30s"
    ])
    let client = try RawClient(daemon.socket)
    try client.put("acme")
    _ = try client.issue("acme")
    #expect(eventually { daemon.logged.contains("IssueKey") })
    let logged = daemon.logged
    let limits = try String(contentsOfFile: "/proc/\(daemon.pid)/limits", encoding: .utf8)
    let core = limits.split(separator: "\n").filter { $0.hasPrefix("Max core file size") }
    #expect(core.first?.split(separator: " ").dropFirst(4).prefix(2) == ["0", "0"])
    #expect(daemon.end(signal) == 128 + signal)
    #expect(!daemon.leftCore)
    #expect(daemon.logged == logged)
  }

  @Test(.enabled(if: geteuid() == 0, "only root may start it as another user"))
  func otherProcessesOfTheSameUserMayNotReadItsMemory() throws {
    let user = "54321"
    let daemon = try DaemonProcess(as: user)
    func mayRead(_ pid: pid_t) throws -> Bool {
      let reader = Process()
      reader.executableURL = URL(filePath: "/usr/bin/setpriv")
      reader.arguments = DaemonProcess.becoming(user) + ["head", "-c", "1", "/proc/\(pid)/environ"]
      (reader.standardOutput, reader.standardError) = (Pipe(), Pipe())
      try reader.run()
      reader.waitUntilExit()
      return reader.terminationStatus == 0
    }
    #expect(try !mayRead(daemon.pid))
    // It may of others.
    let other = Process()
    other.executableURL = URL(filePath: "/usr/bin/setpriv")
    other.arguments = DaemonProcess.becoming(user) + ["cat"]
    other.standardInput = Pipe()
    other.standardOutput = Pipe()
    try other.run()
    defer { other.terminate() }
    #expect(try eventually { try mayRead(other.processIdentifier) })
    #expect(daemon.end(SIGTERM) == 0)
  }
}
