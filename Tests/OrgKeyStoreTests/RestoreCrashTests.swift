import Glibc
import OrgKeyModel
@testable import OrgKeyStore
import OrgKeySystem
import Testing

/// Whenever a restore ends, the database is the old or the restored one, and no log is replayed
/// over the wrong one.
@Suite struct RestoreCrashTests {
  let directory: TemporaryDirectory
  var database: String { directory.database }
  var backup: String { directory.path + "/backup" }

  /// A database that crashed, with a long log, and a backup of its beginnings.
  init() throws {
    let origin = try TemporaryDirectory()
    let path = origin.path + "/early"
    directory = try origin.crashed { store in
      try store.put("acme")
      try store.issue(1...200)
      try store.backup(to: path)
      try store.connection.checkpoint()
      try store.issue(201...500)
      for number in stride(from: 1, through: 499, by: 2) { try store.revoke(.id(keyID(number))) }
    }
    run("mv", path, backup)
  }

  private func content() throws -> (keys: Int, revoked: Int) {
    let store = try directory.open()
    let loaded = try store.loadAll()
    #expect(loaded.report.quarantinedCount == 0)
    try store.close()
    _ = consume store
    #expect(try CheckReport(checking: database).worst == nil)
    return (loaded.keys.count, loaded.keys.count { $0.revokedAt != 0 })
  }

  @Test func logThatACrashLeftIsNotReplayedOverTheRestoredDatabase() throws {
    #expect(try FileStatus(of: database + "-wal")?.size ?? 0 > 1 << 20)
    let report = try Restore(backup, to: database).run()
    #expect(report.carried.revokedKeys == 100)
    for suffix in ["-wal", "-shm"] { #expect(try FileStatus(of: database + suffix) == nil) }
    #expect(try content() == (200, 100))
  }

  @Test func databaseThatIsReplacedIsKeptWithItsLogAndCanComeBack() throws {
    let kept = try #require(try Restore(backup, to: database).run().kept)
    #expect(kept == database + ".before-restore")
    let report = try CheckReport(checking: kept)
    #expect(report.worst == nil && report.keys == 500)
    // Back to it, and the one before is kept as well.
    #expect(try Restore(kept, to: database).run().kept == database + ".before-restore-2")
    #expect(try content() == (500, 250))
    #expect(try CheckReport(checking: kept).keys == 500)
  }

  @Test func databasesKeptAreNeverOverwritten() throws {
    for _ in 1...9 { _ = try Restore(backup, to: database).run() }
    let before = try directory.shell("cd \(directory.path) && ls -a && md5sum orgkey.db*")
    #expect(try failure { _ = try Restore(backup, to: database).run() } == .configuration)
    #expect(try directory.shell("cd \(directory.path) && ls -a && md5sum orgkey.db*") == before)
  }

  /// The states between two steps, as the names of the files tell them.
  @Test(arguments: 0...3) func restoreThatWasCommittedIsFinishedWhenOpening(_ steps: Int) throws {
    let other = try TemporaryDirectory()
    run("sh", "-c", "cp \(directory.path)/* \(other.path)")
    _ = try Restore(other.path + "/backup", to: other.database).run()
    run("mv", other.database, database + ".restore-committed-1")
    let moves = [
      "mv \(database)-wal \(database).before-restore-wal", "rm -f \(database)-shm",
      "mv \(database) \(database).before-restore",
    ]
    for move in moves.prefix(steps) { run("sh", "-c", move) }

    if steps < 3 {
      #expect(try failure { _ = try CheckReport(checking: database) } == .configuration)
    }
    #expect(try content() == (200, 100))
    #expect(try CheckReport(checking: database + ".before-restore").keys == 500)
    #expect(try FileStatus(of: database + ".restore-committed-1") == nil)
  }

  @Test func restoreThatWasNotCommittedIsUndoneWhenOpening() throws {
    run("cp", backup, database + ".restoring")
    run("cp", backup, database + ".restoring-journal")
    #expect(try content() == (500, 250))
    #expect(try directory.names().contains { $0.contains("restor") } == false)
  }

  /// Kills the process at the first, second … of the calls that change a file or its name, until
  /// it comes through.
  @Test(
    .enabled(if: Tracing.isPossible),
    arguments: [
      "rename", "unlink", "fsync", "fdatasync", "openat", "pwrite64",
    ])
  func killedAnywhereTheDatabaseIsTheOldOrTheRestoredOne(_ calls: String) throws {
    let program = "\(try Tracing.productsDirectory())/orgkeyd"
    // Writing pages takes many calls that are alike.
    let stride = calls == "pwrite64" ? 37 : calls == "openat" ? 11 : 1
    var (nth, old, restored) = (1, 0, 0)
    while true {
      let work = try TemporaryDirectory()
      run("sh", "-c", "cp \(directory.path)/* \(work.path)")
      let status = run(
        "sh", "-c",
        "strace -f -qq -o /dev/null -e trace=\(calls) -e inject=\(calls):signal=KILL:when=\(nth) "
          + "\(program) --restore \(work.path)/backup --database \(work.database) > /dev/null")
      nth += stride
      let store = try work.open()
      let keys = try store.loadAll().keys
      let count = (keys.count, keys.count { $0.revokedAt != 0 })
      #expect(count == (500, 250) || count == (200, 100), "\(nth): \(count)")
      if count.0 == 500 { old += 1 } else { restored += 1 }
      try store.close()
      if status == 0 { break }
    }
    print("killed at \(calls): \(old) times the old database, \(restored) times the restored one")
    #expect(old > 0 && restored > 0)
  }
}

enum Tracing {
  /// Where the built programs are.
  static func productsDirectory() throws -> String {
    var path = try Files.resolve("/proc/self/exe")
    while let last = path.last, last != "/" { path.removeLast() }
    return path
  }

  static var isPossible: Bool {
    run("sh", "-c", "strace -qq -o /dev/null -e trace=none true") == 0
  }
}
