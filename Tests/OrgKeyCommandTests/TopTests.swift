import Foundation
import OrgKey
import Synchronization
import TestSupport
import Testing

@testable import OrgKeyCommand

/// `orgkey top` on a terminal that a test looks at, with the terminal's modes before and after it.
private final class TerminalSession {
  private static let show = "\u{1B}[?1049h\u{1B}[?25l"
  private static let hide = "\u{1B}[?25h\u{1B}[?1049l"

  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private(set) var said = ""

  init(_ fixture: Fixture, _ arguments: String = "", environment: [String: String] = [:]) throws {
    process.executableURL = URL(filePath: "/usr/bin/script")
    let top = "sh -c 'echo pid=$$; exec \(Command.path) top --every 200ms \(arguments)'"
    process.arguments = [
      "-qec",
      "stty cols 80 rows 24; echo modes=$(stty -g); \(top); echo status=$?; "
        + "echo modes=$(stty -g); echo over",
      "/dev/null",
    ]
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.environment?["ORGKEY_SOCKET"] = fixture.daemon.socket
    process.environment?["SHELL"] = "/bin/sh"
    process.environment?["TERM"] = "xterm"
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  /// What it says from now on until it says this.
  @discardableResult
  func wait(for text: String) throws -> String {
    var said = ""
    while !said.contains(text) {
      let more = output.fileHandleForReading.availableData
      try #require(!more.isEmpty, "it said: \(self.said)")
      said += String(decoding: more, as: UTF8.self)
      self.said += String(decoding: more, as: UTF8.self)
    }
    return said
  }

  func type(_ keys: String) throws {
    try input.fileHandleForWriting.write(contentsOf: Data(keys.utf8))
  }

  func signal(_ number: Int32) throws {
    let line = try #require(said.split(whereSeparator: \.isNewline).first { $0.hasPrefix("pid=") })
    kill(try #require(Int32(line.dropFirst(4))), number)
  }

  /// Waits for its end, and checks that nothing is left of it on the terminal.
  func end(status: Int32 = 0, times: Int = 1) throws {
    if !said.contains("\nover") { try wait(for: "\nover") }
    process.waitUntilExit()
    #expect(said.contains("status=\(status)\r\n"), "\(said.suffix(200))")
    let modes = said.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("modes=") }
    #expect(modes.count == 2 && modes.first == modes.last)
    #expect(said.components(separatedBy: Self.show).count - 1 == times)
    #expect(said.components(separatedBy: Self.hide).count - 1 == times)
    let rest = said.components(separatedBy: Self.hide).last ?? ""
    #expect(!rest.contains("\u{1B}[H") && !rest.contains("\u{1B}[?"))
  }
}

private final class Flag: Sendable {
  let value = Atomic(false)
}

@Suite struct TopTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  @Test func keyLeavesAndAllIsAsItWas() throws {
    let session = try TerminalSession(fixture)
    let drawn = try session.wait(for: "Usage not on disk")
    #expect(drawn.contains("Latency") && drawn.contains("Connections"))
    try session.type("xq")
    try session.end()
  }

  @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
  func signalLeavesAndAllIsAsItWas(_ signal: Int32) throws {
    let session = try TerminalSession(fixture)
    try session.wait(for: "Usage not on disk")
    try session.signal(signal)
    try session.end()
  }

  @Test func interruptKeyLeaves() throws {
    let session = try TerminalSession(fixture)
    try session.wait(for: "Usage not on disk")
    try session.type("\u{3}")
    // The shell that it was started from is interrupted as well, so nothing is told of its modes.
    try session.wait(for: "\u{1B}[?25h\u{1B}[?1049l")
  }

  @Test func stoppingGivesTheTerminalBackUntilItGoesOn() throws {
    let session = try TerminalSession(fixture)
    try session.wait(for: "Usage not on disk")
    try session.signal(SIGTSTP)
    try session.wait(for: "\u{1B}[?25h\u{1B}[?1049l")
    try session.signal(SIGCONT)
    try session.wait(for: "Usage not on disk")
    try session.type("q")
    try session.wait(for: "\nover")
    let modes = session.said.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("modes=") }
    #expect(modes.count == 2 && modes.first == modes.last)
    #expect(session.said.contains("status=0\r\n"))
  }

  @Test func tellsThatTheDaemonIsAwayAndGoesOn() throws {
    let session = try TerminalSession(fixture)
    try session.wait(for: "Usage not on disk")
    try fixture.daemon.restart { try session.wait(for: "waiting for the daemon") }
    try session.wait(for: "Usage not on disk")
    try session.type("q")
    try session.end()
  }

  @Test func fitsTheWindowAndHonoursNoColor() throws {
    let session = try TerminalSession(fixture, environment: ["NO_COLOR": "1"])
    let drawn = try session.wait(for: "Usage not on disk")
    #expect(!drawn.contains("\u{1B}[3") && !drawn.contains("\u{1B}[0m"))
    try session.type("q")
    try session.end()
  }

  @Test func noLineIsWiderThanTheWindow() throws {
    let watch = Watch(
      OrgKeyClient(socketPath: "/nowhere").administrator().blocking, every: .seconds(1),
      timeout: nil)
    var window = TopWindow(watch, Style(hasColor: true))
    window.pace = Pace(from: look(calls: 0), to: look(calls: 500))
    for width in [1, 20, 40, 80] {
      let lines = window.lines(width: width)
      #expect(lines.count > 8)
      for line in lines { #expect(Printable.width(unpainted(line)) <= width, "\(line)") }
    }
    let lines = window.lines(width: 80)
    #expect(lines.contains { $0.contains("\u{1B}[31mINVALID_API_KEY") && $0.hasSuffix("50.0") })
    #expect(lines.contains { $0.contains("key_0000000000000001") })
  }

  @Test func failsAtOnceWhereThereIsNoDaemon() throws {
    let shown = try Command.onTerminal(["top"], socket: "/nowhere")
    #expect(shown.status == 69)
    #expect(!shown.output.contains("\u{1B}["))
  }

  @Test func offATerminalEachIntervalIsALine() throws {
    let (id, key) = try fixture.issue()
    let shown = try fixture.orgkey(["top", "--count", "2", "--every", "100ms"])
    #expect(shown.status == 0, "\(shown.errors)")
    let lines = shown.output.split(separator: "\n")
    #expect(lines.count == 3 && lines[0].contains("CALLS/S"))
    #expect(!shown.output.contains("\u{1B}"))
    let (client, isOver) = (OrgKeyClient(socketPath: fixture.daemon.socket), Flag())
    Thread.detachNewThread {
      while !isOver.value.load(ordering: .relaxed) {
        for permission in ["contacts:read", "contacts:write", "x:y"] {
          _ = try? client.blocking.authorize(.header([key]), permission: permission, in: .own)
        }
      }
    }
    defer { isOver.value.store(true, ordering: .relaxed) }
    let told = try fixture.orgkey(
      ["top", "--count", "1", "--every", "3s", "--output", "jsonl"])
    let line = try #require(
      JSONSerialization.jsonObject(with: told.bytes) as? [String: Any], "\(told.output)")
    #expect(try #require(line["allowed_per_s"] as? Double) > 0)
    #expect(try #require(line["denied_per_s"] as? Double) > 0)
    let denials = try #require(line["denials"] as? [[String: Any]])
    #expect(denials.map { $0["reason"] as? String } == ["PERMISSION_MISSING"])
    #expect(denials.map { $0["decision"] as? String } == ["PERMISSION_DENIED"])
    let median = try #require(line["latency_p50_us"] as? Double)
    #expect(median > 0 && median <= (line["latency_p99_us"] as? Double ?? 0))
    let busiest = try #require(line["busiest_keys"] as? [[String: Any]])
    #expect(busiest.map { $0["key_id"] as? String } == [id])
  }

  @Test func refusesWhatContradictsItself() throws {
    for arguments in [
      ["--output", "json"], ["--every", "99ms"], ["--every", "x"], ["--count", "0"],
      ["--count", "x"],
    ] {
      #expect(
        try Command.run(["top"] + arguments, socket: "/nowhere").status == 64, "\(arguments)")
    }
  }

  @Test func paceIsWhatWasCountedBetweenTwoLooks() throws {
    let pace = try #require(Pace(from: look(calls: 100), to: look(calls: 600)))
    #expect(pace.allowedPerSecond == 50 && pace.deniedPerSecond == 50)
    let denials = Pace.Denials(
      decision: "INVALID_API_KEY", reason: "KEY_UNKNOWN", perSecond: 50)
    #expect(pace.denials == [denials])
    #expect(pace.connections == 3 && pace.usageAge == .milliseconds(250))
    // Another process counts anew.
    #expect(Pace(from: look(calls: 100), to: look(calls: 600, startedAt: 2)) == nil)
  }

  /// At a time of as many 50ths of a second.
  private func look(calls: Int, startedAt: Int = 1) -> Look {
    let text = """
      # HELP orgkey_authorize_total Calls
      orgkey_authorize_total{decision="ALLOWED",reason="NONE"} \(calls)
      orgkey_authorize_total{decision="INVALID_API_KEY",reason="KEY_MISSING"} 7
      orgkey_authorize_total{decision="INVALID_API_KEY",reason="KEY_UNKNOWN"} \(calls)
      orgkey_connections 3
      orgkey_usage_age_seconds 0.25
      process_start_time_seconds \(startedAt)

      """
    return Look(
      at: Self.origin + .milliseconds(20 * calls), samples: MetricSamples(text),
      busiestKeys: [
        .init(keyID: "key_0000000000000001", allowedPerSecond: 1, deniedPerSecond: 0)
      ])
  }

  private static let origin = ContinuousClock.now

  @Test func quantilesLieInTheirBuckets() {
    let before = [(0.001, 10.0), (0.002, 10.0), (.infinity, 10.0)]
    let latency = Latency(from: before, to: [(0.001, 60.0), (0.002, 108.0), (.infinity, 110.0)])
    #expect(latency.quantile(0.25) == .microseconds(500))
    #expect(latency.quantile(0.5) == .milliseconds(1))
    #expect(latency.quantile(1) == .milliseconds(2))
    #expect(Latency(from: before, to: before).quantile(0.5) == nil)
    #expect(Latency(from: [], to: before).quantile(0.5) == nil)
  }

  private func unpainted(_ line: String) -> String {
    line.replacing(#/\u{1B}\[[0-9]*m/#, with: "")
  }
}
