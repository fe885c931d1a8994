import Foundation
import Glibc
import OrgKeySystem
import TestSupport
import Testing

@testable import OrgKeyWire

/// Each option that `orgkeyd --help` shows: that it does what it says, and that a wrong value of it is
/// refused in words.
@Suite struct OptionTests {
  @Test func eachOptionOfTheHelpIsHere() throws {
    let help = try Ended(["--help"])
    #expect(help.status == 0)
    let shown = help.output.split(separator: "\n").compactMap { line -> String? in
      let words = line.split(separator: " ")
      guard line.hasPrefix("  -"), let name = words.first(where: { $0.hasPrefix("--") }) else {
        return nil
      }
      return String(name.dropFirst(2).prefix { $0 != "," })
    }
    #expect(Set(shown) == Set(OptionCase.all.map(\.name)).union(["help"]))
    // All but those that ask for something else than serving are settings of the file, too.
    let settings = try Ended(["--print-config"]).output.split(separator: "\n").map {
      String($0.trimmingPrefix("# ").prefix { $0 != " " })
    }
    let others = ["config", "check-config", "print-config", "check-database", "restore", "version"]
    #expect(Set(settings).union(others + ["help"]) == Set(shown))
  }

  @Test(arguments: OptionCase.all) func wrongValueIsRefusedInWords(_ option: OptionCase) throws {
    // Were it taken, there would be nowhere to listen.
    let place = try StateFilePlace()
    var rest = ["socket": "/nowhere/s", "database": "orgkey.db"]
    rest[option.name] = nil
    for (value, status, words) in option.wrong {
      let ended = try Ended(
        ["--\(option.name)", value] + rest.flatMap { ["--\($0)", $1] }, in: place.directory)
      #expect(ended.status == status, "\(option.name) \(value): \(ended)")
      #expect(ended.errors.contains(words), "\(option.name) \(value): \(ended)")
      #expect(ended.output == "")
    }
  }

  @Test(.enabled(if: geteuid() == 0), arguments: OptionCase.all)
  func optionDoesWhatItSays(_ option: OptionCase) throws { try option.works() }
}

/// An option, wrong values of it, and a proof that a right one has its effect.
struct OptionCase: Sendable, CustomTestStringConvertible {
  let name: String
  /// Values, the exit status, and words of the refusal.
  let wrong: [(String, Int32, String)]
  let works: @Sendable () throws -> Void

  var testDescription: String { name }

  init(
    _ name: String, wrong: [(String, Int32, String)] = [],
    works: @escaping @Sendable () throws -> Void
  ) {
    self.name = name
    self.wrong = wrong
    self.works = works
  }

  static let all = files + roles + keys + limits + log + others

  private static let files = [
    OptionCase(
      "socket", wrong: [("", 78, "path is empty"), ("/nowhere/s", 78, "no directory /nowhere")]
    ) {
      // The path is the process's own.
      let daemon = try DaemonProcess()
      #expect(try FileStatus(of: daemon.socket)?.kind == .socket)
    },
    OptionCase(
      "database",
      wrong: [("/nowhere/x", 78, "/nowhere"), ("", 78, "does not name a database file")]
    ) {
      let daemon = try DaemonProcess()
      #expect(try FileStatus(of: daemon.database)?.kind == .regular)
    },
    OptionCase("admin-socket", wrong: [("/nowhere/s", 78, "the same path as socket")]) {
      let daemon = try DaemonProcess(["--admin-socket", "$PWD/admin"])
      #expect(try RawClient(daemon.socket).status(.listKeys(.init()))?.code == .permissionDenied)
      #expect(try RawClient(daemon.directory + "/admin").status(.listKeys(.init())) == nil)
    },
    OptionCase(
      "socket-mode",
      wrong: [("0999", 64, "'0999' is invalid"), ("rw", 64, "invalid"), ("07777", 64, "invalid")]
    ) {
      let daemon = try DaemonProcess(["--socket-mode", "0606", "--admin-socket", "$PWD/admin"])
      for path in [daemon.socket, daemon.directory + "/admin"] {
        #expect(try FileStatus(of: path)?.mode == 0o606)
      }
    },
    OptionCase("socket-group", wrong: [("nobody-here", 78, "there is no \"nobody-here\"")]) {
      let daemon = try DaemonProcess(["--socket-group", "daemon"])
      var status = stat()
      #expect(stat(daemon.socket, &status) == 0 && status.st_gid == 1)
    },
  ]

  private static let roles = ["admin", "delegate", "reader"].flatMap { role in
    ["uid", "gid"].map { kind in
      OptionCase(
        "\(role)-\(kind)",
        wrong: [
          ("nobody-here", 78, "there is no \"nobody-here\" on this system"),
          ("65534", 78, "foreign namespaces"), ("4294967295", 78, "nobody's number"),
        ]
      ) {
        // Twice, once by name: uid and gid 1 are called daemon.
        let daemon = try DaemonProcess(
          ["--socket-mode", "0666", "--\(role)-\(kind)", "daemon", "--\(role)-\(kind)", "4001"])
        let client = try RawClient(daemon.socket)
        try client.put("acme")
        let caller = Caller(actingOrganizationID: role == "delegate" ? "acme" : "")
        let frames = [
          client.frame(Request(callID: 1, caller: caller, method: .listKeys(.init()))),
          client.frame(
            Request(
              callID: 2, caller: caller,
              method: .issueKey(.init(organizationID: "acme", name: "k")))),
        ]
        for number: UInt32 in [1, 4_001, 4_002] {
          let user = try OtherUser(
            of: daemon, uid: kind == "uid" ? number : 5_000, gid: kind == "gid" ? number : 5_000)
          let answers = try user.answers(to: frames).map { $0.status?.code }
          switch (number, role) {
          case (4_002, _): #expect(answers == [.permissionDenied, .permissionDenied])
          case (_, "reader"): #expect(answers == [nil, .permissionDenied])
          default: #expect(answers == [nil, nil])
          }
        }
      }
    }
  }

  private static let keys = [
    OptionCase(
      "key-prefix",
      wrong: [("", 78, "key-prefix"), ("Pc", 78, "key-prefix"), ("a_b", 78, "key-prefix")]
    ) {
      let daemon = try DaemonProcess(["--key-prefix", "acme"])
      let client = try RawClient(daemon.socket)
      #expect(try client.issued().secrets.first?.hint.hasPrefix("acme_live_") == true)
    },
    OptionCase(
      "require-environment", wrong: [("", 78, "environment"), ("Live", 78, "environment")]
    ) {
      let daemon = try DaemonProcess(["--require-environment", "live"])
      let client = try RawClient(daemon.socket)
      try client.put("acme")
      let keys = try ["live", "test"].map { try client.issue("acme", environment: $0).text }
      #expect(try client.authorize(keys[0]).decision == .allowed)
      #expect(try client.authorize(keys[1]).reason == .environmentMismatch)
    },
    OptionCase(
      "default-rate-limit",
      wrong: [
        ("", 78, "is not a limit such as 100/1h"), ("100", 78, "such as"), ("0/1h", 78, "such as"),
      ]
    ) {
      let daemon = try DaemonProcess(["--default-rate-limit", "100/1h"])
      let client = try RawClient(daemon.socket)
      #expect(try client.issued().rateLimit == .init(limit: 100, windowS: 3_600))
    },
  ]

  private static let limits = [
    OptionCase(
      "threads",
      wrong: [
        ("0", 78, "0 is not 1 to 64"), ("65", 78, "65 is not"), ("two", 64, "'two' is invalid"),
      ]
    ) {
      let daemon = try DaemonProcess(["--threads", "3"])
      let tasks = "/proc/\(daemon.pid)/task"
      // Each gives itself its name.
      let areThere = try eventually {
        try FileManager.default.contentsOfDirectory(atPath: tasks).count { task in
          let name = try String(contentsOfFile: "\(tasks)/\(task)/comm", encoding: .utf8)
          return name.wholeMatch(of: /orgkey-\d\n/) != nil
        } == 3
      }
      #expect(areThere)
    },
    OptionCase(
      "max-connections",
      wrong: [("0", 78, "0 is not 1 to"), ("-1", 64, "Missing value"), ("many", 64, "invalid")]
    ) {
      let daemon = try DaemonProcess(
        ["--max-connections", "2", "--max-connections-per-uid", "9", "--socket-mode", "0666"])
      let client = try RawClient(daemon.socket)
      let health = client.frame(Request(callID: 7, method: .health(.init())))
      let user = try OtherUser(of: daemon, uid: 4_242)
      let answers = try user.answers(to: [health], connections: 3)
      #expect(answers.contains { $0.status?.message.contains("(--max-connections)") == true })
    },
    OptionCase(
      "max-connections-per-uid", wrong: [("0", 78, "0 is not 1 to"), ("x", 64, "invalid")]
    ) {
      let daemon = try DaemonProcess(["--max-connections-per-uid", "2", "--socket-mode", "0666"])
      let client = try RawClient(daemon.socket)
      let health = client.frame(Request(callID: 7, method: .health(.init())))
      let answers = try OtherUser(of: daemon, uid: 4_242).answers(to: [health], connections: 3)
      #expect(answers.map(\.callID) == [7, 7, 0])
    },
    OptionCase(
      "usage-flush-interval",
      wrong: [
        ("", 78, "is not 100ms to 1h"), ("99ms", 78, "is not"), ("2h", 78, "is not"),
        ("often", 78, "is not"),
      ]
    ) {
      for (interval, reachesTheDisk) in [("100ms", true), ("1h", false)] {
        let daemon = try DaemonProcess(["--usage-flush-interval", interval])
        let client = try RawClient(daemon.socket)
        try client.put("acme")
        _ = try client.authorize(client.issue("acme").text)
        let staysInMemory = try eventually(within: 2) { try client.usageAge() > 1_000 }
        #expect(staysInMemory != reachesTheDisk)
      }
    },
    OptionCase(
      "audit-retention",
      wrong: [("", 78, "is not 1h to 36500d"), ("5m", 78, "is not"), ("36501d", 78, "is not")]
    ) {
      let daemon = try DaemonProcess(["--audit-retention", "1h"]) { database in
        try PastStore.change(database) { past in
          try past.put("past", at: Clock.wallMilliseconds() - 7_200_000)
        }
      }
      let client = try RawClient(daemon.socket)
      #expect(try eventually { try client.auditEvents().isEmpty })
    },
  ]

  private static let log = [
    OptionCase("log-level", wrong: [("loud", 64, "- debug")]) {
      for (level, isTold) in [("info", true), ("warning", false)] {
        let daemon = try DaemonProcess(["--log-level", level])
        #expect(daemon.end(SIGTERM) == 0)
        #expect(daemon.logged.contains("serving") == isTold)
      }
    },
    OptionCase("log-format", wrong: [("xml", 64, "'text' and 'json'")]) {
      let daemon = try DaemonProcess(["--log-format", "json"])
      #expect(daemon.end(SIGTERM) == 0)
      for line in daemon.logged.split(separator: "\n") {
        #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any])
      }
    },
  ]

  private static let others = [
    OptionCase("accept-damage") {
      let daemon = try DaemonProcess(["--accept-damage"])
      try RawClient(daemon.socket).put("acme")
      #expect(daemon.end(SIGTERM) == 0)
      _ = try Shell.output(
        """
        import sqlite3, sys
        database = sqlite3.connect(sys.argv[1])
        database.execute("DELETE FROM organizations")
        database.commit()
        """, daemon.database)
      let refused = try Ended(["--socket", daemon.socket, "--database", daemon.database])
      #expect(refused.status == 78 && refused.errors.contains("--accept-damage"))
      try daemon.start()
    },
    OptionCase(
      "config", wrong: [("/nowhere/conf", 78, "No such file"), ("/tmp", 78, "/tmp is no file")]
    ) {
      let place = try StateFilePlace()
      try Data("threads = 7\n".utf8).write(to: URL(filePath: place.directory + "/conf"))
      let printed = try Ended(["--config", "conf", "--print-config"], in: place.directory)
      #expect(printed.output.contains("\nthreads = 7 "))
    },
    OptionCase("check-config") {
      let (good, bad) = (
        try Ended(["--check-config"]), try Ended(["--check-config", "--threads", "0"])
      )
      #expect(good.status == 0 && good.output.hasSuffix(": all is well\n"))
      #expect(bad.status == 78 && bad.output == "")
    },
    OptionCase("print-config") {
      let printed = try Ended(["--print-config", "--threads", "5"])
      #expect(printed.output.contains("\nthreads = 5 "))
    },
    OptionCase(
      "check-database", wrong: [("/nowhere/x", 78, "/nowhere/x"), ("/tmp", 78, "/tmp")]
    ) {
      let daemon = try DaemonProcess()
      #expect(try Ended(["--check-database", daemon.database]).status == 75)
      #expect(daemon.end(SIGTERM) == 0)
      #expect(try Ended(["--check-database", daemon.database]).output.contains("all is well"))
    },
    OptionCase("restore", wrong: [("/nowhere/x", 78, "/nowhere")]) {
      let daemon = try DaemonProcess()
      let client = try RawClient(daemon.socket)
      try client.put("acme")
      let backup = daemon.directory + "/backup"
      try Data(client.rest(of: try client.backup())).write(to: URL(filePath: backup))
      try client.put("later")
      #expect(daemon.end(SIGTERM) == 0)
      #expect(try Ended(["--restore", backup, "--database", daemon.database]).status == 0)
      try daemon.start()
      #expect(try RawClient(daemon.socket).organizations().map(\.organizationID) == ["acme"])
    },
    OptionCase("version") {
      let version = try Ended(["--version"])
      #expect(version.output.wholeMatch(of: /orgkeyd \d+\.\d+\.\d+\n/) != nil)
    },
  ]
}

extension RawClient {
  /// The record of a new key, of an organization of its own.
  fileprivate func issued() throws -> OrgKeyWire.Key {
    try put("acme")
    return try key(issue("acme").id)
  }
}
