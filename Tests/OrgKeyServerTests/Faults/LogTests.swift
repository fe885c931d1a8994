import TestSupport
import Foundation
import Glibc
import Logging
import OrgKeySystem
import Synchronization
import Testing

@testable import OrgKeyServer
@testable import OrgKeyWire

/// What is logged, and what becomes of the daemon when nobody reads it.
@Suite struct LogTests {
  // MARK: What is logged

  @Test func everyChangeIsOneLineAndNoCheckIsAny() throws {
    let daemon = try DaemonProcess(["--log-format", "json", "--log-level", "debug"])
    let client = try RawClient(daemon.socket)
    try client.put("acme")
    let (id, key) = try client.issue("acme")
    for _ in 0..<1_000 { _ = try client.authorize(key) }
    let acting = Caller(
      actor: "Ann \"the\"\u{2028}admin", actingOrganizationID: "acme", grantablePermissions: ["*"])
    _ = try client.result(
      .updateKey(.init(keyID: id, fields: ["disabled"], disabled: true)), caller: acting)
    for _ in 0..<3 { _ = try client.issue("acme") }
    _ = try client.result(.revokeKeys(.init(organizationID: "acme")))
    // Refused: nothing has changed.
    #expect(try client.status(.deleteOrganization(.init(organizationID: "none"))) != nil)
    #expect(daemon.end(SIGTERM) == 0)
    let lines = try daemon.logged.split(separator: "\n").map { try Line($0) }
    let changes = lines.filter { $0["message"] == "changed" }
    #expect(
      changes.map { $0["orgkey.method"] }
        == [
          "PutOrganization", "IssueKey", "UpdateKey", "IssueKey", "IssueKey", "IssueKey",
          "RevokeKeys",
        ])
    #expect(changes.allSatisfy { $0["orgkey.peer_uid"] == "\(getuid())" })
    #expect(changes.allSatisfy { $0["orgkey.peer_pid"] == "\(getpid())" })
    #expect(changes[1]["orgkey.key_id"] == id)
    #expect(changes[2]["orgkey.acting_organization_id"] == "acme")
    #expect(changes[2]["orgkey.actor"]?.hasPrefix("Ann \"the\"") == true)
    #expect(changes[6]["orgkey.count"] == "4")
    #expect(lines.count < 20)
  }

  @Test func whatIsRefusedIsToldWithHowOftenItCame() throws {
    let daemon = try DaemonProcess(["--delegate-uid", "\(getuid())", "--log-format", "json"])
    let client = try RawClient(daemon.socket)
    try client.put("acme")
    let acting = Caller(actingOrganizationID: "acme")
    for _ in 0..<50 {
      let status = try client.status(.getStatistics(.init()), caller: acting)
      #expect(status?.code == .permissionDenied)
    }
    #expect(daemon.end(SIGTERM) == 0)
    let refused = try daemon.logged.split(separator: "\n").map { try Line($0) }
      .filter { $0["message"]?.hasPrefix("refused") == true }
    #expect(refused.map { $0["orgkey.count"] } == [nil, "49"])
  }

  @Test func repeatedMessageIsToldAtTheEndOfItsMinute() {
    let written = Written()
    let log = CollapsedLog(Logger(label: "test") { _ in written })
    for _ in 0..<5 { log.notice("a") }
    log.warning("b")
    let now = Clock.monotonicMilliseconds()
    log.tell(at: now)
    #expect(written.messages == ["a", "b"])
    log.tell(at: now + CollapsedLog.interval)
    #expect(written.messages == ["a", "b", "a (4 more times)"])
    log.tell(at: now + 2 * CollapsedLog.interval)
    log.notice("a")
    #expect(written.messages.count == 4)
  }

  @Test func messagesThatAreMadeUpAreBounded() {
    let written = Written()
    let log = CollapsedLog(Logger(label: "test") { _ in written })
    for number in 0..<5_000 { log.notice("\(number)") }
    #expect(written.messages.count == 1_000)
    log.tell(at: .max)
    #expect(written.messages.count == 1_001)
  }

  // MARK: Lines

  @Test(arguments: [
    "", " ", "\"", "\\", "a\nb", "a\r\nb", "\u{0}", "\u{7F}", "\u{9B}31m", "\u{2028}", "e\u{301}\n",
    "=", "\u{1B}[2J", "\u{FFFD}", "👩‍👩‍👧‍👦",
  ]) func lineIsOneLineWhateverIsInIt(text: String) throws {
    for isForJournal in [false, true] {
      let form = LineForm(format: .text, isForJournal: isForJournal)
      let line = form.line(.warning, text, ["a": "\(text)"])
      #expect(line.hasSuffix("\n") && line.hasPrefix("<4>") == isForJournal)
      let controls = line.unicodeScalars.dropLast().count {
        $0.properties.generalCategory == .control || $0 == "\u{2028}"
      }
      #expect(controls == 0)
    }
    let line = LineForm(format: .json, isForJournal: true).line(.error, text, ["a": "\(text)"])
    #expect(line.utf8.count { $0 == 10 } == 1)
    let parsed = try Line(line)
    #expect(parsed["message"] == text && parsed["a"] == text && parsed["level"] == "error")
  }

  @Test(arguments: [" ", "\t", "\u{A0}", "\u{2028}", "\u{3000}"])
  func valueCantPassForAnotherField(space: String) {
    let form = LineForm(format: .text, isForJournal: false)
    let line = form.line(.info, "changed", ["orgkey.actor": "ana\(space)orgkey.peer_uid=0"])
    #expect(line.contains(" orgkey.actor=\"ana"))
    #expect(line.hasSuffix("orgkey.peer_uid=0\"\n"))
  }

  @Test func journalIsToldThePriority() throws {
    let pipe = try LogPipe()
    var status = stat()
    fstat(pipe.writeEnd, &status)
    for (stream, begins) in [("\(status.st_dev):\(status.st_ino)", "<6>"), ("1:1", "20")] {
      let daemon = try DaemonProcess(
        environment: ["JOURNAL_STREAM=\(stream)"], standardError: .descriptor(pipe.writeEnd))
      #expect(daemon.end(SIGTERM) == 0)
      let lines = pipe.drain().split(separator: "\n")
      #expect(!lines.isEmpty && lines.allSatisfy { $0.hasPrefix(begins) })
    }
  }

  // MARK: Nobody reads

  @Test func readerThatStopsHoldsUpNobodyAndIsToldWhatItMissed() throws {
    let pipe = try LogPipe()
    let daemon = try DaemonProcess(standardError: .descriptor(pipe.writeEnd))
    let client = try RawClient(daemon.socket)
    try client.put("acme")
    let (_, key) = try client.issue("acme")
    var changes = 2
    // More than the pipe, the lines on their way and the queue take.
    while changes < 7_000 {
      let count = 64
      for response in try client.callAtOnce(
        .init(repeating: .putOrganization(.init(organizationID: "acme")), count: count), .init())
      { #expect(response.status == nil) }
      changes += count
      #expect(try client.authorize(key).decision == .allowed)
    }
    // It is read again.
    var text = pipe.drain()
    #expect(
      eventually {
        text += pipe.drain()
        return text.contains("were dropped")
      })
    try client.put("late")
    #expect(daemon.end(SIGTERM) == 0)
    text += pipe.drain()
    let lines = text.split(separator: "\n")
    let told = lines.count { $0.contains(" changed ") }
    let dropped = lines.filter { $0.contains("were dropped") }.compactMap { line in
      line.split(separator: " ").compactMap { Int($0) }.first
    }.reduce(0, +)
    #expect(dropped > 0 && told + dropped == changes + 1)
  }

  @Test func endingDoesNotWaitForAReaderThatStopped() throws {
    let pipe = try LogPipe()
    let daemon = try DaemonProcess(standardError: .descriptor(pipe.writeEnd))
    pipe.fill()
    let client = try RawClient(daemon.socket)
    try client.put("acme")
    let began = Clock.monotonicMilliseconds()
    #expect(daemon.end(SIGTERM) == 0)
    #expect(Clock.monotonicMilliseconds() - began < 5_000)
    // Nor does one that can't start.
    #expect(throws: DaemonProcess.DidNotServe.self) {
      _ = try DaemonProcess(["--threads", "0"], standardError: .descriptor(pipe.writeEnd))
    }
  }

  @Test func readerThatIsGoneIsHarmless() throws {
    let pipe = try LogPipe()
    let daemon = try DaemonProcess(standardError: .descriptor(pipe.writeEnd))
    pipe.close()
    try serves(daemon)
  }

  /// Whatever is opened first would get its number, and the log.
  @Test func closedStandardErrorIsNotTakenForAFile() throws {
    let daemon = try DaemonProcess(standardError: .closed)
    let target = try FileManager.default.destinationOfSymbolicLink(
      atPath: "/proc/\(daemon.pid)/fd/2")
    #expect(target == "/dev/null")
    try serves(daemon)
  }

  private func serves(_ daemon: DaemonProcess) throws {
    for round in 0..<2 {
      let client = try RawClient(daemon.socket)
      try client.put("acme\(round)")
      #expect(try client.authorize(client.issue("acme\(round)").text).decision == .allowed)
      #expect(daemon.end(SIGTERM) == 0)
      if round == 0 { try daemon.start() }
    }
  }
}

/// A line of JSON: texts by name.
private struct Line {
  private let fields: [String: String]

  init(_ text: some StringProtocol) throws {
    fields = try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
  }

  subscript(name: String) -> String? { fields[name] }
}

/// Messages, as they were logged.
private final class Written: LogHandler, Sendable {
  private let all = Mutex<[String]>([])
  var messages: [String] { all.withLock { $0 } }
  var metadata: Logger.Metadata {
    get { [:] }
    set {}
  }
  var logLevel: Logger.Level {
    get { .trace }
    set {}
  }

  subscript(metadataKey _: String) -> Logger.MetadataValue? {
    get { nil }
    set {}
  }

  func log(event: LogEvent) { all.withLock { $0.append(event.message.description) } }
}

/// A pipe whose reader reads when it likes.
private final class LogPipe {
  private var readEnd: Int32
  let writeEnd: Int32

  init() throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw SystemError("pipe") }
    (readEnd, writeEnd) = (ends[0], ends[1])
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(readEnd, F_SETFL, O_NONBLOCK)
  }

  deinit {
    close()
    Glibc.close(writeEnd)
  }

  func close() {
    if readEnd >= 0 { Glibc.close(readEnd) }
    readEnd = -1
  }

  /// What is in it.
  func drain() -> String {
    var all: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = read(readEnd, &piece, piece.count), count > 0 { all += piece[..<count] }
    return String(decoding: all, as: UTF8.self)
  }

  /// Writes until nothing more goes in.
  func fill() {
    let flags = fcntl(writeEnd, F_GETFL)
    _ = fcntl(writeEnd, F_SETFL, flags | O_NONBLOCK)
    while write(writeEnd, "\n", 1) > 0 {}
    _ = fcntl(writeEnd, F_SETFL, flags)
  }
}
