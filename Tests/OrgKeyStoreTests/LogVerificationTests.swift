import Glibc
import OrgKeyModel
@testable import OrgKeyStore
import OrgKeySystem
import Testing

/// A log that was damaged is told from one that a crash left.
@Suite struct LogVerificationTests {
  let directory: TemporaryDirectory
  private var log: String { directory.database + "-wal" }
  private var index: String { directory.database + "-shm" }

  /// A database that crashed, with ten revocations in its log.
  init() throws {
    directory = try TemporaryDirectory().crashed { store in
      try store.put("acme")
      for number in 1...10 { try store.issue(newKey(number, in: "acme")) }
      try store.connection.checkpoint()
      for number in 1...10 { try store.revoke(.id(keyID(number))) }
    }
  }

  private func damage() throws -> String? {
    try LogVerification.damage(ofLogOf: directory.database)
  }

  private func flip(_ offset: Int64) throws {
    let byte = try #require(try ReadOnlyFile(log).read(1, at: offset).first)
    try Files.overwrite(log, at: offset, [byte ^ 0x10])
  }

  private func frame(_ number: Int) -> Int64 { 32 + Int64(number) * (24 + 4096) }

  @Test(arguments: [true, false]) func logThatACrashLeftIsWhole(hasIndex: Bool) throws {
    if !hasIndex { try Files.remove(index) }
    #expect(try damage() == nil)
    let loaded = try directory.open().loadAll()
    #expect(loaded.keys.allSatisfy { $0.revokedAt != 0 })
  }

  @Test func lastCommitThatACrashToreIsNoDamage() throws {
    let last = Int(try #require(try LogIndex(index)).committed)
    try Files.remove(index)
    try flip(frame(last) - 100)
    #expect(try damage() == nil)
  }

  @Test func anyByteThatChangesIsDamage() throws {
    // Behind it lies what was in the log before it began anew.
    let end = frame(Int(try #require(try LogIndex(index)).committed))
    for offset in stride(from: 0, to: end, by: 997) {
      try flip(offset)
      #expect(try damage() != nil, "offset \(offset)")
      try flip(offset)
    }
    #expect(try damage() == nil)
  }

  /// After a power cut the index may be gone: then it is by the commits behind.
  @Test func damageInTheMidstIsToldWithoutTheIndex() throws {
    try Files.remove(index)
    for offset in [0, 8, 17, 25, 30, frame(0) + 9, frame(0) + 17, frame(1) + 100, frame(7)] {
      try flip(offset)
      #expect(try damage() != nil, "offset \(offset)")
      try flip(offset)
    }
  }

  @Test func logThatIsCutShortOrGoneIsDamage() throws {
    for length in [frame(9), frame(3) + 50, 32, 20, 0] {
      #expect(unsafe truncate(log, off_t(length)) == 0)
      #expect(try damage() != nil, "\(length) bytes")
    }
    try Files.remove(log)
    #expect(try damage() != nil)
  }

  @Test func logWhoseIndexTellsOfCheckpointedFramesMayBeGone() throws {
    let other = try TemporaryDirectory().crashed { store in
      try store.put("acme")
      try store.connection.checkpoint()
    }
    try Files.remove(other.database + "-wal")
    #expect(try LogVerification.damage(ofLogOf: other.database) == nil)
  }

  @Test func storeIsNotOpenedUnlessTheDamageIsAccepted() throws {
    try flip(frame(0) + 100)
    for _ in 0..<2 { #expect(try failure { _ = try directory.open() } == .damaged) }
    #expect(try CheckReport(checking: directory.database).worst == .table)
    do {
      let store = try Store(opening: directory.database, acceptDamage: true)
      let loaded = try store.loadAll(acceptDamage: true)
      #expect(loaded.report.acceptedLogDamage != nil)
      #expect(loaded.keys.allSatisfy { $0.revokedAt == 0 })
    }
    // What was accepted once is gone, though nothing was changed since.
    #expect(try directory.open().loadAll().report.acceptedLogDamage == nil)
  }

  @Test func backupWithADamagedLogIsRestoredOnlyIfThatIsAccepted() throws {
    try flip(frame(1) + 100)
    let restore = try Restore(directory.database, to: directory.path + "/other.db")
    #expect(restore.backup.worst == .table)
    #expect(try failure { _ = try restore.run() } == .damaged)
  }

  /// It would be begun under the same salts, so that what lies in it would pass for what was lost.
  @Test func logOfWhichNothingIsReadIsCut() throws {
    let crashed = try TemporaryDirectory().crashed { store in
      try store.put("acme")
      try store.connection.checkpoint()
      try store.put("other")
    }
    try Files.remove(crashed.database + "-shm")
    let log = crashed.database + "-wal"
    try Files.overwrite(log, at: frame(0) + 100, [0xAA])
    let store = try crashed.open()
    #expect(try FileStatus(of: log)?.size == 0)
    try store.close()
  }

  @Test func restoreTellsThatRevocationsMayBeLost() throws {
    let backup = directory.path + "/backup"
    do {
      let store = try directory.open()
      try store.backup(to: backup)
      try store.close()
    }
    let crashed = try directory.crashed { store in
      try store.revoke(.id(keyID(1)))
      for number in 11...14 { try store.issue(newKey(number, in: "acme")) }
    }
    let byte = try #require(try ReadOnlyFile(crashed.database + "-wal").read(1, at: 90).first)
    try Files.overwrite(crashed.database + "-wal", at: 90, [byte ^ 1])
    let report = try Restore(backup, to: crashed.database).run()
    #expect(report.carried.gapCount == 1)
  }

  /// What was rolled back or overwritten lies behind the end of the log, and is nobody's commit.
  @Test func whatLiesBehindTheEndOfALogIsNoDamage() throws {
    let crashed = try directory.crashed { store in
      for round in 0..<3 {
        try store.begin(now: now)
        _ = try store.member { transaction in
          for number in 1...40 {
            _ = try transaction.issueKey(
              newKey(100 * (round + 1) + number, in: "acme"), by: administrator)
          }
        }
        _ = try store.commit()
        try store.connection.checkpoint()
        try store.put("o\(round)")
      }
    }
    #expect(try LogVerification.damage(ofLogOf: crashed.database) == nil)
    try Files.remove(crashed.database + "-shm")
    #expect(try LogVerification.damage(ofLogOf: crashed.database) == nil)
  }
}
