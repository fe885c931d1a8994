import Foundation
import Glibc
import Testing

@testable import OrgKeyWire

/// `orgkeyd --check-database` and `orgkeyd --restore`, as an operator runs them.
@Suite struct OfflineTests {
  let daemon: DaemonProcess
  var backup: String { daemon.directory + "/backup" }

  init() throws {
    daemon = try DaemonProcess()
    let client = try RawClient(daemon.socket)
    try client.put("acme")
  }

  private func saveBackup() throws {
    let client = try RawClient(daemon.socket)
    try Data(client.rest(of: try client.backup())).write(to: URL(filePath: backup))
  }

  private func restore(_ more: String...) throws -> Ended {
    try Ended(["--restore", backup, "--database", daemon.database] + more)
  }

  @Test func checkSaysOnOneLineThatAllIsWell() throws {
    let client = try RawClient(daemon.socket)
    for _ in 0..<3 { _ = try client.issue("acme") }
    try saveBackup()
    let check = try Ended(["--check-database", backup])
    #expect(check.status == 0 && check.errors == "")
    #expect(
      check.output.hasPrefix(
        "\(backup): 3 keys, 3 secrets, 1 organization, complete up to audit event 4 of 20"))
    #expect(check.output.hasSuffix(": all is well\n"))
  }

  @Test func checkNamesEachRowAndSaysWhatToDo() throws {
    let client = try RawClient(daemon.socket)
    for _ in 0..<3 { _ = try client.issue("acme") }
    try saveBackup()
    _ = try Shell.output(
      """
      import sqlite3, sys
      database = sqlite3.connect(sys.argv[1])
      database.execute("UPDATE keys SET name = 'x' WHERE number = 2")
      database.commit()
      """, backup)
    let check = try Ended(["--check-database", backup])
    #expect(check.status == 78)
    #expect(check.output.hasPrefix("row 2 of table keys: its checksum is wrong\n"))
    #expect(check.output.contains("2 faults in rows: orgkeyd serves without them"))
    let refused = try restore()
    #expect(refused.status == 75 && refused.errors.contains("in use"))
    #expect(daemon.end(SIGTERM) == 0)
    #expect(try restore().status == 78)
    #expect(try restore("--accept-damage").status == 0)
  }

  @Test func whatIsInUseIsNeitherCheckedNorRestored() throws {
    let check = try Ended(["--check-database", daemon.database])
    #expect(check.status == 75 && check.errors.contains("pid \(daemon.pid)"))
    try saveBackup()
    let refused = try restore()
    #expect(refused.status == 75 && refused.errors.contains("pid \(daemon.pid)"))
    #expect(try RawClient(daemon.socket).call(.health(.init())).status == nil)
  }

  @Test func wrongUsageIsTold() throws {
    #expect(try Ended(["--check-database"]).status == 64)
    #expect(try Ended(["--check-database", "a", "--restore", "b"]).status == 64)
    #expect(try Ended(["--check-database", "/etc/passwd"]).status == 78)
    #expect(try Ended(["--check-database", backup + "-none"]).status == 78)
    #expect(
      try Ended(["--restore", backup + "-none", "--database", daemon.database + "2"]).status == 78)
  }

  /// The backup, then a revocation and more keys, then a crash: the restored daemon knows the keys
  /// of the backup, and the one that was revoked stays so.
  @Test func restoredAfterACrashItKnowsTheBackupsKeysAndRevivesNone() throws {
    let client = try RawClient(daemon.socket)
    let keys = try (0..<4).map { _ in try client.issue("acme") }
    try saveBackup()
    try client.revoke(keys[1].id)
    let later = try (0..<50).map { _ in try client.issue("acme") }
    #expect(daemon.end(SIGKILL) == 128 + SIGKILL)
    #expect(access(daemon.database + "-wal", F_OK) == 0)

    let restored = try restore()
    #expect(restored.status == 0, "\(restored.errors)")
    for line in [
      "restored: \(daemon.database), complete up to audit event 5 of 20",
      "51 later audit events, up to 56 of 20", "carried over: 1 key revoked, 0 disabled",
      "kept as \(daemon.database).before-restore\n",
    ] { #expect(restored.output.contains(line), "\(restored.output)") }
    try daemon.start()
    let again = try RawClient(daemon.socket)
    for (index, key) in keys.enumerated() {
      let answer = try again.authorize(key.text)
      #expect(index == 1 ? answer.reason == .keyRevoked : answer.decision == .allowed)
    }
    for key in later { #expect(try again.authorize(key.text).reason == .keyUnknown) }
    #expect(daemon.end(SIGTERM) == 0)
    #expect(try Ended(["--check-database", daemon.database]).status == 0)
    #expect(try Ended(["--check-database", daemon.database + ".before-restore"]).status == 0)
  }

  @Test func restoredWithoutADatabaseItSaysThatNothingCouldBeCarriedOver() throws {
    try saveBackup()
    #expect(daemon.end(SIGTERM) == 0)
    unlink(daemon.database)
    #expect(try restore().output.contains("nothing could be carried over"))
    try daemon.start()
    #expect(daemon.end(SIGTERM) == 0)
    try Data(repeating: 0, count: 10_000).write(to: URL(filePath: daemon.database))
    chmod(daemon.database, 0o600)
    #expect(try restore().output.contains("IS ACTIVE AGAIN"))
  }

  @Test func aCopyThatACrashLeftIsRemoved() throws {
    #expect(daemon.end(SIGKILL) == 128 + SIGKILL)
    let left = daemon.database + ".copy-in-progress"
    try Data([1, 2, 3]).write(to: URL(filePath: left))
    try daemon.start()
    #expect(access(left, F_OK) != 0)
  }
}

/// A run of the built `orgkeyd` that ends by itself.
struct Ended {
  let status: Int32
  let output: String
  let errors: String

  /// - Parameter environment: what differs from the test's own.
  init(_ arguments: [String], environment: [String: String] = [:], in directory: String = "/")
    throws
  {
    let program = Process()
    program.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    program.currentDirectoryURL = URL(filePath: directory)
    program.executableURL = DaemonProcess.program
    program.arguments = arguments
    let (output, errors) = (Pipe(), Pipe())
    program.standardOutput = output
    program.standardError = errors
    try program.run()
    self.output = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    self.errors = String(
      decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    program.waitUntilExit()
    status = program.terminationStatus
  }
}
