import Foundation
import Testing

@Suite struct BackupTests {
  let fixture: Fixture

  init() throws {
    fixture = try Fixture()
    _ = try fixture.issue()
    try FileManager.default.createDirectory(
      atPath: fixture.daemon.path("copies"), withIntermediateDirectories: true)
  }

  private var path: String { fixture.daemon.path("copies/copy.db") }

  private var names: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: fixture.daemon.path("copies"))) ?? []
  }

  private func check(_ path: String) throws -> Int32 {
    let process = Process()
    process.executableURL = Command.binaries.appending(path: "orgkeyd")
    process.arguments = ["--check-database", path]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  @Test func writesAWholeDatabaseForItsOwnerAlone() throws {
    let made = try fixture.orgkey(["backup", path])
    #expect(made.status == 0, "\(made.errors)")
    #expect(made.output.hasPrefix("\(path): "))
    #expect(made.output.contains("complete up to audit event 3"))
    #expect(made.errors.contains("orgkeyd --check-database \(path)"))
    #expect(made.errors.contains("orgkeyd --restore \(path)"))
    #expect(names == ["copy.db"])
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    #expect(try check(path) == 0)
    let bytes = try Data(contentsOf: URL(filePath: path))
    let piped = try fixture.orgkey(["backup", "-"])
    #expect(piped.bytes.count == bytes.count)
    #expect(piped.bytes.starts(with: Data("SQLite format 3\0".utf8)))
    #expect(piped.errors.contains("audit event 3"))
    let told = try fixture.json(["backup", fixture.daemon.path("copies/other.db")])
    #expect(told["total_bytes"] as? Int == bytes.count)
    #expect(told["audit_sequence"] as? Int == 3)
  }

  @Test func overwritesNothingUnlessTold() throws {
    try "mine".write(toFile: path, atomically: false, encoding: .utf8)
    let refused = try fixture.orgkey(["backup", path])
    #expect(refused.status == 64)
    #expect(refused.errors.contains("--force"))
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
    #expect(try fixture.orgkey(["backup", path, "--force"]).status == 0)
    #expect(try check(path) == 0)
    #expect(names == ["copy.db"])
    #expect(try fixture.orgkey(["backup", fixture.daemon.directory.path, "--force"]).status == 64)
    #expect(try fixture.orgkey(["backup", fixture.daemon.path("none/copy.db")]).status == 64)
    #expect(try fixture.orgkey(["backup", "-", "--output", "json"]).status == 64)
    let shown = try Command.onTerminal(["backup", "-"], socket: fixture.daemon.socket)
    #expect(shown.status == 64)
  }

  @Test func leavesNothingOfACopyThatFails() throws {
    let unreachable = try Command.run(["backup", path], socket: "/nowhere")
    #expect(unreachable.status == 69)
    #expect(names.isEmpty)
    // The file may not grow beyond the first bytes.
    let limited = try fixture.orgkey(
      ["backup", path],
      through: ["/bin/sh", "-c", "trap '' XFSZ; exec prlimit --fsize=8192 \"$@\"", "sh"])
    #expect(limited.status == 70)
    #expect(names.isEmpty)
  }

  @Test func endsAsAskedAndLeavesNothing() throws {
    // Asked to when the first bytes are written.
    let stopped = try fixture.orgkey(
      ["backup", path],
      through: [
        "/usr/bin/strace", "-o", fixture.daemon.path("trace"), "-e", "trace=write", "-e",
        "inject=write:signal=SIGTERM:when=1", "--",
        // Whatever the test runner holds back, this is a program as a shell starts it.
        "/usr/bin/env", "--default-signal",
      ])
    #expect(stopped.status != 0)
    #expect(names.isEmpty, "\(names)")
    let trace = try String(contentsOfFile: fixture.daemon.path("trace"), encoding: .utf8)
    #expect(trace.contains("SQLite format 3"))
    #expect(trace.contains("killed by SIGTERM"))
  }

  @Test func showsHowFarItIsOnATerminalAlone() throws {
    // Chunks are far below a megabyte each, and this makes a database of several.
    let rows = (1...6_000).map { number in
      String(repeating: "0", count: 60) + String(1_000 + number) + ",acme,key \(number)\n"
    }
    let imported = try fixture.orgkey(
      ["key", "import", "-", "--format", "csv"],
      input: "sha256,organization,name\n" + rows.joined())
    #expect(imported.status == 0, "\(imported.errors)")
    let quiet = try fixture.orgkey(["backup", path])
    #expect(quiet.status == 0)
    #expect(!quiet.errors.contains("%"))
    let shown = try Command.onTerminal(
      ["backup", path, "--force"], socket: fixture.daemon.socket)
    #expect(shown.status == 0)
    #expect(shown.output.contains("\r[#") && shown.output.contains("MiB of"))
  }
}
