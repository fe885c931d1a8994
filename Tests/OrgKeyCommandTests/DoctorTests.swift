import TestSupport
import Foundation
import Testing

/// The doctor beside a real daemon.
@Suite struct DoctorTests {
  private typealias Findings = [String: [String: String]]

  private func examine(
    _ socket: String, through prefix: [String] = []
  ) throws -> (status: Int32, findings: Findings) {
    let outcome = try Command.run(["doctor", "--output", "json"], socket: socket, through: prefix)
    let list = try #require(
      JSONSerialization.jsonObject(with: outcome.bytes) as? [[String: String]])
    #expect(list.map { $0["check"] } == Self.checks)
    #expect(
      list.allSatisfy { ($0["advice"] == nil) || $0["state"] != "ok" || $0["check"] == "role" })
    return (outcome.status, Dictionary(uniqueKeysWithValues: list.map { ($0["check"] ?? "", $0) }))
  }

  private static let checks = [
    "socket", "service", "version", "role", "database", "wal", "disk", "quarantine", "usage",
    "connections", "rate_limits", "expiring", "expired", "clock", "time_sync",
  ]

  @Test func whenHealthyFindsNoFaultAndEndsWithZero() throws {
    let fixture = try Fixture()
    _ = try fixture.issue(["--expires-in", "90d", "--limit", "100/1h"])
    let (status, findings) = try examine(fixture.daemon.socket)
    #expect(status == 0)
    // The host's clock is what it is.
    for (check, finding) in findings where check != "time_sync" {
      #expect(finding["state"] == "ok", "\(finding)")
    }
    #expect(findings["time_sync"]?["state"] != "fault")
    #expect(findings["socket"]?["found"]?.contains("\(fixture.daemon.socket), 0660 ") == true)
    #expect(findings["role"]?["found"]?.hasSuffix("is an administrator") == true)
    #expect(findings["version"]?["found"]?.contains("0.1.0") == true)
    #expect(findings["database"]?["found"]?.contains("2 organizations, 1 active key") == true)
    #expect(findings["connections"]?["found"]?.hasSuffix(" of 4,096") == true)
    let lines = try fixture.orgkey(["doctor", "--output", "jsonl"]).output
    #expect(lines.split(separator: "\n").count == Self.checks.count)
    let names = try fixture.orgkey(["doctor", "--field", "check"]).output
    #expect(names == Self.checks.map { $0 + "\n" }.joined())
  }

  @Test func whenARowIsDamagedSaysSoAndItsAdviceLeadsToTheRow() throws {
    let fixture = try Fixture()
    _ = try fixture.issue()
    try fixture.daemon.restart {
      try run([
        "/usr/bin/python3", "-c",
        """
        import sqlite3, sys
        database = sqlite3.connect(sys.argv[1])
        database.execute("UPDATE keys SET name = 'x' WHERE number = 1")
        database.commit()
        """, fixture.daemon.path("db"),
      ])
    }
    let (status, findings) = try examine(fixture.daemon.socket)
    #expect(status == 1)
    let quarantine = try #require(findings["quarantine"])
    #expect(quarantine["state"] == "fault")
    #expect(quarantine["advice"]?.contains("orgkeyd --restore BACKUP") == true)
    #expect(findings.values.count { $0["state"] == "fault" } == 1)
    #expect(try fixture.orgkey(["doctor"]).status == 1)
    #expect(try fixture.orgkey(["doctor", "--output", "jsonl"]).status == 1)

    let copy = fixture.daemon.path("copy")
    #expect(try fixture.orgkey(["backup", copy]).status == 0)
    let checked = try run([
      Command.binaries.appending(path: "orgkeyd").path, "--check-database", copy,
    ])
    #expect(checked.contains("row 1 of table keys: its checksum is wrong"))
  }

  @Test func withoutADaemonSaysHowToStartOneAndEndsWithOne() throws {
    let daemon = try Daemon()
    let (status, findings) = try examine(daemon.path("none"))
    #expect(status == 1)
    #expect(findings["socket"]?["state"] == "fault")
    #expect(
      findings["socket"]?["advice"]?.contains("orgkeyd --socket \(daemon.path("none"))") == true)
    #expect(findings.values.count { $0["state"] == "skipped" } == Self.checks.count - 2)
    #expect(findings["time_sync"]?["state"] != "fault")
    try Data().write(to: URL(filePath: daemon.path("plain")))
    #expect(
      try examine(daemon.path("plain")).findings["socket"]?["found"]?
        .hasPrefix("nobody is listening") == true)
    let long = try examine(String(repeating: "x", count: 200))
    #expect(long.status == 1 && long.findings["socket"]?["state"] == "fault")
    #expect(try Command.run(["doctor", "x"], socket: daemon.socket).status == 64)
  }

  @Test(.enabled(if: getuid() == 0 && Command.othersMayRunIt))
  func whenTheSocketIsClosedToTheUserSaysWhatWouldOpenIt() throws {
    let daemon = try Daemon(["--socket-group", "www-data"])
    let (status, findings) = try examine(daemon.socket, through: Command.user("65534"))
    #expect(status == 1)
    #expect(
      findings["socket"]?["found"]
        == "uid 65534 (nobody) may not open \(daemon.socket) (0660 root:www-data)")
    #expect(findings["socket"]?["advice"] == "add it to group www-data")
    let member = try examine(daemon.socket, through: Command.user("65533", group: "33"))
    #expect(member.status == 0)
    #expect(
      member.findings["socket"]?["found"] == "\(daemon.socket), 0660 root:www-data")
  }

  @Test(.enabled(if: getuid() == 0 && Command.othersMayRunIt))
  func tellsEachRoleAsMuchAsItMaySee() throws {
    let daemon = try Daemon([
      "--socket-mode", "0666", "--reader-uid", "65533", "--delegate-uid", "65532",
      "--admin-uid", "65530",
    ])
    func findings(_ uid: String) throws -> Findings {
      let (status, findings) = try examine(daemon.socket, through: Command.user(uid))
      #expect(status == 0)
      #expect(findings["socket"]?["state"] == "warning")
      return findings
    }
    for (uid, role) in [("65533", "is a reader"), ("65530", "is an administrator")] {
      let told = try findings(uid)
      #expect(told["role"]?["found"]?.contains(role) == true, "\(told)")
      #expect(told["quarantine"]?["state"] == "ok" && told["clock"]?["state"] == "ok")
    }
    for (uid, role, advice) in [
      ("65531", "has no role", "--reader-uid 65531"), ("65534", "has no role", "user namespace"),
      ("65532", "is a delegate", "delegate"),
    ] {
      let untold = try findings(uid)
      #expect(untold["role"]?["found"]?.contains(role) == true, "\(untold)")
      #expect(untold["service"]?["state"] == "ok" && untold["version"]?["state"] == "ok")
      for check in Self.checks.dropFirst(4).dropLast() {
        #expect(untold[check]?["state"] == "skipped", "\(check)")
        #expect(untold[check]?["advice"]?.contains(advice) == true, "\(untold)")
      }
    }
  }

  @Test func onTheMainSocketNamesTheAdministrators() throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "orgkey-\(UUID())")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let path = directory.appending(path: "admin").path
    let daemon = try Daemon(["--admin-socket", path])
    let (status, findings) = try examine(daemon.socket)
    #expect(status == 0)
    #expect(findings["disk"]?["state"] == "skipped")
    #expect(findings["disk"]?["advice"]?.contains(path) == true)
    #expect(try examine(path).findings["disk"]?["state"] == "ok")
  }

  @Test func warnsOfKeysThatExpireAndOfThoseTriedAfterwards() throws {
    let fixture = try Fixture()
    let (soon, _) = try fixture.issue(["--expires-in", "2d"])
    let (_, text) = try fixture.issue(["--expires-in", "1s"])
    _ = try fixture.issue(["--expires-in", "8d"])
    let question = ["authorize", "--own", "--permission", "contacts:read"]
    try #require(eventually { try fixture.orgkey(question, input: text).status != 0 })
    let (status, findings) = try examine(fixture.daemon.socket)
    #expect(status == 0)
    #expect(findings["expiring"]?["state"] == "warning")
    #expect(
      findings["expiring"]?["found"]?.hasPrefix("1 key to expire within 7d: \(soon) of acme in ")
        == true, "\(findings)")
    #expect(findings["expired"]?["state"] == "warning")
    #expect(findings["expired"]?["found"]?.hasPrefix("1 key expired and still in use") == true)
  }

  @Test func warnsOfLimitsAndConnectionsThatAreNearlyUsedUp() throws {
    let fixture = try Fixture(["--max-connections", "1"])
    let (id, text) = try fixture.issue(["--limit", "5/1h"])
    for _ in 0..<5 {
      let outcome = try fixture.orgkey(
        ["authorize", "--own", "--permission", "contacts:read"], input: text)
      #expect(outcome.status == 0)
    }
    // The busiest keys are known with the next flush.
    var findings = try examine(fixture.daemon.socket).findings
    try #require(
      eventually {
        findings = try examine(fixture.daemon.socket).findings
        return findings["rate_limits"]?["found"] != "no key is in use at present"
      })
    #expect(findings["rate_limits"]?["state"] == "warning")
    #expect(findings["rate_limits"]?["found"]?.hasSuffix("\(id) has 0 of 5 left") == true)
    #expect(findings["connections"]?["state"] == "warning")
    #expect(findings["connections"]?["found"]?.hasPrefix("1 of 1") == true)
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/faketime")))
  func whenTheClockWasSetBackIsAtFault() throws {
    let fixture = try Fixture()
    let (status, findings) = try examine(
      fixture.daemon.socket, through: ["/usr/bin/faketime", "-f", "-1h"])
    let clock = try #require(findings["clock"])
    // Where a time service runs, the clock was ahead when that was written, more likely than now.
    #expect(status == 1 && clock["state"] == "fault" || clock["state"] == "warning")
    #expect(clock["found"]?.contains("in 60m: the clock is behind, or was ahead then") == true)
  }

  @Test func whenTheDatabaseFileIsGoneItsAdviceSavesIt() throws {
    let fixture = try Fixture()
    let (id, _) = try fixture.issue()
    let (database, copy) = (fixture.daemon.path("db"), fixture.daemon.path("copy"))
    try FileManager.default.removeItem(atPath: database)
    let (status, findings) = try examine(fixture.daemon.socket)
    #expect(status == 1)
    #expect(findings["database"]?["state"] == "fault")
    #expect(try fixture.orgkey(["backup", copy]).status == 0)
    try fixture.daemon.restart {
      for name in ["db-wal", "db-shm"] {
        try? FileManager.default.removeItem(atPath: fixture.daemon.path(name))
      }
      try run([
        Command.binaries.appending(path: "orgkeyd").path, "--database", database, "--restore", copy,
      ])
    }
    #expect(try fixture.orgkey(["key", "show", id]).status == 0)
    #expect(try examine(fixture.daemon.socket).status == 0)
  }

  @Test func fitsTheTerminal() throws {
    let fixture = try Fixture()
    _ = try fixture.issue(["--expires-in", "2d"])
    func shown(_ environment: [String: String]) throws -> String {
      try Command.onTerminal(
        ["doctor"], socket: fixture.daemon.socket, environment: environment
      ).output
    }
    let plain = try shown(["NO_COLOR": "1"])
    let lines = plain.split(whereSeparator: \.isNewline)
    #expect(lines.allSatisfy { $0.count <= 80 }, "\(plain)")
    #expect(lines.contains { $0.hasPrefix("! expiring ") })
    #expect(lines.contains { $0.hasPrefix("✓ quarantine ") })
    #expect(plain.contains("→ orgkey key update KEY"))
    #expect(lines.last?.contains("warning") == true)
    #expect(try shown(["TERM": "xterm"]).contains("\u{1B}[32m✓\u{1B}[0m socket"))
  }

  @discardableResult
  private func run(_ command: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: command[0])
    process.arguments = Array(command.dropFirst())
    process.environment = ProcessInfo.processInfo.environment
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: said, as: UTF8.self)
  }
}
