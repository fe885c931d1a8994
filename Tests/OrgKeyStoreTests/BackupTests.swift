import Glibc
import OrgKeyModel
@testable import OrgKeyStore
import OrgKeySystem
import TestSupport
import Testing

@Suite struct BackupTests {
  let directory: TemporaryDirectory
  let store: Store

  init() throws {
    directory = try TemporaryDirectory()
    store = try directory.open()
    try store.put("acme", name: "Acme")
    try store.issue(1...400)
    try store.pad(megabytes: 8)
  }

  @Test func copyWhenWholeOpensByItselfAndIsSound() throws {
    let path = directory.path + "/copy"
    let file = try store.backup(to: path)
    #expect(Array(try Files.prefix(20, of: path)[18...]) == [1, 1])
    #expect(file.auditSequence == 401)

    let before = try directory.names()
    let report = try CheckReport(checking: path)
    #expect(report.worst == nil, "\(report.faults)")
    #expect(report.keys == 400 && report.secrets == 400 && report.organizations == 1)
    #expect(report.databaseID == store.databaseID)
    #expect(report.lastEvent == AuditMark(sequence: 401, at: now))
    // Nor does anybody else need a log to read it.
    #expect(run("sqlite3", "-readonly", path, "SELECT 1 / (count(*) = 400) FROM keys") == 0)
    #expect(try directory.names() == before)
  }

  @Test func changesWhileCopiedAreInTheCopyAndNoneWaitsForMoreThanASlice() throws {
    let pages = Int(try store.count("PRAGMA page_count"))
    let copy = try BackupCopy(of: store)
    var steps = 0
    var file: BackupFile?
    while file == nil {
      file = try copy.step()
      steps += 1
      if file != nil { break }
      // At the end of the file, and all over it.
      try store.issue(newKey(10_000 + steps, in: "acme"))
      try store.revoke(.id(keyID(steps * 61 % 400 + 1)))
      try store.maintain()
    }
    #expect(steps >= pages / BackupCopy.slicePages && steps > 10)
    let path = directory.path + "/copy"
    let whole = try #require(file)
    try whole.write(to: path)
    #expect(whole.auditSequence == (try store.count("SELECT max(sequence) FROM audit")))
    #expect(try CheckReport(checking: path).worst == nil)
    #expect(try directory.dump(path) == directory.dump(directory.database))
  }

  @Test func copyHasNoNameOnceItIsWholeAndNoneWhenGivenUp() throws {
    let before = try directory.names()
    let file = try store.backup()
    #expect(try directory.names() == before)
    #expect(try file.read(16, at: 0) == Array("SQLite format 3\0".utf8))

    let copy = try BackupCopy(of: store)
    #expect(try FileStatus(of: store.files.copyInProgress)?.mode == 0o600)
    _ = try copy.step()
    #expect(copy.giveUp() != nil)
    #expect(try directory.names() == before)
    try store.issue(newKey(500, in: "acme"))
    #expect(try store.backup().auditSequence == 402)
    try store.close()
  }

  @Test func copyThatACrashLeftIsRemovedWhenOpening() throws {
    let other = try TemporaryDirectory()
    try other.open().close()
    let left = other.database + ".copy-in-progress"
    run("cp", other.database, left)
    try other.open().close()
    #expect(try FileStatus(of: left) == nil)
  }

  @Test func copyWhileSomebodyElseHoldsTheDatabaseGoesOnLater() throws {
    let copy = try BackupCopy(of: store)
    let other = try Connection(directory.database, .write)
    try other.script("BEGIN IMMEDIATE; UPDATE meta SET created_at = 1")
    // A writer is in nobody's way; what it commits has the copy begun anew.
    #expect(try copy.step() == nil)
    try other.script("COMMIT")
    other.close()
    let path = directory.path + "/copy"
    var file: BackupFile?
    while file == nil { file = try copy.step() }
    try file?.write(to: path)
    #expect(try CheckReport(checking: path).worst == nil)
    #expect(try directory.dump(path) == directory.dump(directory.database))
  }

  @Test(.enabled(if: FullDisk.isPossible)) func copyWithoutRoomIsRefusedAndTheStoreGoesOn() throws {
    let disk = try FullDisk(megabytes: 160)
    let store = try Store(opening: disk.path + "/orgkey.db")
    try store.put("acme")
    try store.pad(megabytes: 8)
    try store.issue(1...10)
    let copy = try BackupCopy(of: store)
    #expect(try copy.step() == nil)
    try disk.fill(leaving: 60)
    #expect(try cause { while try copy.step() == nil {} } == .noRoom)
    _ = copy.giveUp()
    #expect(try cause { _ = try BackupCopy(of: store) } == .noRoom)
    #expect(try FileStatus(of: store.files.copyInProgress) == nil)
    try store.issue(newKey(5000, in: "acme"))
    try store.revoke(.id(keyID(1)))
    #expect(!store.isFull)
    try store.close()
  }
}

/// Why `body` gave a backup up; nil if it didn't.
private func cause(_ body: () throws -> Void) throws -> BackupError.Cause? {
  do {
    try body()
    return nil
  } catch let error as BackupError {
    return error.cause
  }
}

extension Store {
  /// Rows of which nothing is asked, so that there is something to copy.
  func pad(megabytes: Int) throws {
    try connection.run(
      """
      WITH RECURSIVE n(n) AS (SELECT 1000000 UNION ALL SELECT n + 1 FROM n LIMIT ?)
      INSERT INTO deleted_organizations SELECT n, hex(zeroblob(200)), 0, 0 FROM n
      """, .integer(Int64(megabytes * 1000)))
  }

  func issue(_ numbers: ClosedRange<Int>) throws {
    var rest = Array(numbers)[...]
    while !rest.isEmpty {
      try begin(now: now)
      for number in rest.prefix(200) {
        _ = try member { try $0.issueKey(newKey(number, in: "acme"), by: administrator) }.get()
      }
      _ = try commit()
      rest = rest.dropFirst(200)
    }
  }

  /// A copy, all slices at once; also as a file if a path is given.
  @discardableResult
  func backup(to path: String = "") throws -> BackupFile {
    let copy = try BackupCopy(of: self)
    while true {
      guard let file = try copy.step() else { continue }
      if !path.isEmpty { try file.write(to: path) }
      return file
    }
  }
}

extension BackupFile {
  func write(to path: String) throws {
    let bytes = try read(Int(size), at: 0)
    let file = unsafe try #require(fopen(path, "w"))
    unsafe fwrite(bytes, 1, bytes.count, file)
    unsafe fclose(file)
  }
}

extension TemporaryDirectory {
  func names() throws -> [String] {
    try shell("ls -a \(path)").split(separator: "\n").map(String.init)
  }

  /// All that is in a database, as SQL.
  func dump(_ database: String) throws -> String {
    try shell("sqlite3 -readonly '\(database)' .dump")
  }

  func shell(_ command: String) throws -> String {
    let pipe = unsafe try #require(popen(command, "r"))
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe fread(&buffer, 1, buffer.count, pipe)
      if count == 0 { break }
      text += buffer.prefix(count)
    }
    unsafe pclose(pipe)
    return String(decoding: text, as: UTF8.self)
  }
}
