import Foundation
import Glibc
import OrgKeySystem
import Synchronization
import TestSupport
import Testing

@testable import OrgKeyWire

@Suite struct CrashTests {
  /// What was answered, by key id: its text, and whether its revocation was answered.
  private struct Answered {
    var keys: [String: (text: SecretText, revoked: Bool)] = [:]
  }

  private func check(
    _ keys: [(key: String, value: (text: SecretText, revoked: Bool))], _ daemon: DaemonProcess
  ) throws {
    let client = try RawClient(daemon.socket)
    for (id, key) in keys {
      let answer = try client.authorize(key.text)
      #expect(answer.keyID == id)
      // A revocation that was on its way may have been made without being answered.
      if key.revoked { #expect(answer.reason == .keyRevoked) }
      if answer.reason != .keyRevoked { #expect(answer.decision == .allowed) }
    }
  }

  /// Writers issue and revoke until the daemon is killed under them; after the restart all that
  /// was answered must be there.
  @Test func killedAtAnyMomentLosesNoAnsweredChange() throws {
    let daemon = try DaemonProcess()
    try RawClient(daemon.socket).put("acme")
    let answered = Mutex(Answered())
    var random = SystemRandomNumberGenerator()
    var known: Set<String> = []
    for _ in 0..<Campaign.count(12, long: 1_000) {
      let before = answered.withLock { $0.keys.count }
      let writers = try (0..<8).map { _ in
        let client = try RawClient(daemon.socket)
        return try Thread("writer") {
          while let key = try? client.issue("acme") {
            answered.withLock { $0.keys[key.id] = (key.text, false) }
            guard key.id.utf8.last.map({ $0 % 2 == 0 }) == true else { continue }
            guard let response = try? client.call(.revokeKey(.init(keyID: key.id))),
              response.status == nil
            else { return }
            answered.withLock { $0.keys[key.id]?.revoked = true }
          }
        }
      }
      // The kill falls somewhere behind the first answers of this round.
      let goal = before + Int.random(in: 5...60, using: &random)
      try #require(eventually { answered.withLock { $0.keys.count } >= goal })
      #expect(daemon.end(SIGKILL) == 128 + SIGKILL)
      for writer in writers { writer.join() }
      try daemon.start()
      // All of this round, and some of those before.
      let all = answered.withLock { $0.keys }
      let earlier = all.filter { known.contains($0.key) }.shuffled(using: &random).prefix(100)
      try check(all.filter { !known.contains($0.key) }.map { $0 } + earlier, daemon)
      known.formUnion(all.keys)
    }
    try check(answered.withLock { Array($0.keys) }, daemon)
    #expect(daemon.end(SIGTERM) == 0)
  }

  @Test func refusesASecondDaemonOnTheSameDatabaseOrSocket() throws {
    let daemon = try DaemonProcess()
    #expect(throws: DaemonProcess.DidNotServe.self) {
      _ = try DaemonProcess(["--database", daemon.database])
    }
    #expect(throws: DaemonProcess.DidNotServe.self) {
      _ = try DaemonProcess(["--socket", daemon.socket])
    }
    #expect(try RawClient(daemon.socket).call(.health(.init())).status == nil)
  }

  /// As somebody does who looks into the file with the sqlite3 shell.
  @Test func whenAnotherProgramHoldsTheDatabaseGoesOnAuthorizing() throws {
    let daemon = try DaemonProcess()
    let client = try RawClient(daemon.socket)
    try client.put("acme")
    let (_, key) = try client.issue("acme")
    let shell = Process()
    shell.executableURL = URL(filePath: "/usr/bin/python3")
    shell.arguments = [
      "-c",
      """
      import sqlite3, sys
      database = sqlite3.connect(sys.argv[1], isolation_level=None)
      database.execute("BEGIN IMMEDIATE"); print("held", flush=True); sys.stdin.read()
      """, daemon.database,
    ]
    let (input, output) = (Pipe(), Pipe())
    shell.standardInput = input
    shell.standardOutput = output
    try shell.run()
    #expect(output.fileHandleForReading.availableData.count > 0)
    let refused = try client.call(.putOrganization(.init(organizationID: "eu")))
    #expect(refused.status?.code == .unavailable)
    #expect(try client.authorize(key).decision == .allowed)
    try input.fileHandleForWriting.close()
    shell.waitUntilExit()
    try client.put("eu")
    #expect(daemon.end(SIGTERM) == 0)
  }

  @Test func takesOverTheSocketOfADaemonThatWasKilled() throws {
    let daemon = try DaemonProcess()
    _ = daemon.end(SIGKILL)
    #expect(access(daemon.socket, F_OK) == 0)
    try daemon.start()
    #expect(try RawClient(daemon.socket).call(.health(.init())).status == nil)
  }
}
