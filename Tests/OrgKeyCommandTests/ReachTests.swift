import Foundation
import Testing

/// Who reaches the daemon, and what is said to who does not.
@Suite struct ReachTests {
  @Test func saysWhatToDoWithoutADaemon() throws {
    let daemon = try Daemon()
    let missing = daemon.path("none")
    for arguments in [["health", "--socket", missing], ["--socket", missing, "health"]] {
      let outcome = try Command.run(arguments, socket: daemon.socket)
      #expect(outcome.status == 69)
      #expect(outcome.errors.contains("orgkeyd --socket \(missing)"))
    }
    let plain = daemon.path("plain")
    try Data().write(to: URL(filePath: plain))
    let refused = try Command.run(["key", "list"], socket: plain)
    #expect(refused.status == 69)
    #expect(refused.errors.contains("nobody is listening on \(plain)"))
    let long = try Command.run(["health"], socket: String(repeating: "x", count: 200))
    #expect(long.status == 78)
  }

  @Test(.enabled(if: getuid() == 0 && Command.othersMayRunIt)) func namesModeOwnerAndRemedy() throws
  {
    let daemon = try Daemon(["--socket-group", "www-data"])
    func health(_ user: [String]) throws -> Command.Outcome {
      try Command.run(["health"], socket: daemon.socket, through: user)
    }
    let stranger = try health(Command.user("65534"))
    #expect(stranger.status == 77)
    #expect(
      stranger.errors == "orgkey: uid 65534 (nobody) may not open \(daemon.socket) "
        + "(0660 root:www-data): add it to group www-data\n")
    #expect(try health(Command.user("65534", group: "33")).status == 0)

    try permit(0o600, daemon.socket)
    #expect(
      try health(Command.user("33")).errors.contains("(0600 root:www-data): run this as root"))
    try permit(0o700, daemon.directory.path)
    #expect(
      try health(Command.user("33")).errors.contains(
        "may not enter \(daemon.directory.path) (0700 root:root): run this as root"))
    try permit(0o755, daemon.directory.path)
  }

  @Test(.enabled(if: getuid() == 0 && Command.othersMayRunIt)) func refusesAPeerWithoutTheRole()
    throws
  {
    let daemon = try Daemon([
      "--socket-mode", "0666", "--reader-uid", "65533", "--delegate-uid", "65532",
    ])
    #expect(try Command.run(["org", "put", "acme"], socket: daemon.socket).status == 0)
    func status(_ uid: String, _ arguments: [String]) throws -> Int32 {
      try Command.run(arguments, socket: daemon.socket, through: Command.user(uid)).status
    }
    #expect(try status("65531", ["health"]) == 0)
    #expect(try status("65531", ["key", "list"]) == 77)
    #expect(try status("65533", ["key", "list"]) == 0)
    #expect(try status("65533", ["status"]) == 0)
    #expect(try status("65533", ["org", "put", "b"]) == 77)
    #expect(try status("65532", ["org", "put", "b", "--parent", "acme"]) == 77)
    #expect(
      try status("65532", ["org", "put", "b", "--parent", "acme", "--acting-org", "acme"]) == 0)
    #expect(try status("65534", ["key", "list"]) == 77)
  }

  @Test func tellsProbesHowItIs() throws {
    let daemon = try Daemon()
    let health = try Command.run(["health", "--output", "jsonl"], socket: daemon.socket)
    #expect(health.status == 0)
    let answer = try #require(
      JSONSerialization.jsonObject(with: health.bytes) as? [String: String])
    #expect(answer["status"] == "SERVING")
    let status = try Command.run(["status", "--output", "json"], socket: daemon.socket)
    #expect(status.output.contains("\"database_bytes\""))
    #expect(try Command.run(["status"], socket: daemon.socket).output.contains("Active keys"))
    daemon.stop()
    #expect(try Command.run(["health"], socket: daemon.socket).status == 69)
  }

  private func permit(_ mode: Int, _ path: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }
}
