import Glibc
import OrgKeySystem

/// What a restore did.
package struct RestoreReport: Sendable {
  /// What the database was that is replaced.
  package enum Present: Equatable, Sendable {
    /// There was none.
    case none
    /// Why nothing could be taken over from it.
    case unreadable(String)
    case read
  }

  package internal(set) var present = Present.none
  package internal(set) var carried = CarriedOver()
  /// Audit events of the replaced database that came after the backup's last.
  package internal(set) var lostEvents: Int64 = 0
  package internal(set) var lastLost: AuditMark?
  /// The backup's schema, if it was older than this program's.
  package internal(set) var migratedFrom: Int64?
  /// Where the replaced database is.
  package internal(set) var kept: String?
}

/// Puts a backup in the place of the database, keeping what took access away since it was made.
/// Holds the database's lock from the beginning.
package final class Restore {
  package let files: DatabaseFiles
  /// What the backup was found to be.
  package let backup: CheckReport

  private let lock: LockFile
  private let source: OfflineDatabase
  private var report = RestoreReport()

  /// Takes the lock and verifies the backup whole. Changes nothing.
  ///
  /// - Throws: a daemon has the database, or the backup is no database of ours.
  package init(_ backup: String, to database: String) throws(StoreError) {
    files = try DatabaseFiles(database)
    lock = try files.takeLock()
    try files.removeCopyInProgress()
    try files.finishRestore()
    guard try OfflineDatabase.resolve(backup) != files.database else {
      throw StoreError(
        .configuration, "\(files.database) is the database itself, not a backup of it")
    }
    source = try OfflineDatabase(backup)
    self.backup = try CheckReport(checking: source)
  }

  /// Restores. If it throws, the database is as it was.
  ///
  /// - Parameter acceptDamage: restore a backup that is damaged, in so far as it can be served.
  package func run(acceptDamage: Bool = false) throws(StoreError) -> RestoreReport {
    guard backup.worst == nil || acceptDamage else {
      throw StoreError(.damaged, "\(source.path) is damaged: nothing was restored")
    }
    let present = try openPresent()
    do throws(StoreError) {
      try copySource()
      try bringUpToDate(from: present)
      try checkRestored(acceptDamage)
      present?.connection.close()
      let hadDatabase = try files.exists(files.database)
      let kept = try files.commitRestore()
      if hadDatabase { report.kept = kept }
    } catch {
      try? files.removeRestoring()
      throw error
    }
    return report
  }

  private func copySource() throws(StoreError) {
    let path = files.restoring
    try files.removeRestoring()
    try system { () throws(SystemError) in try Files.create(path) }
    let target = try Connection(path, .create)
    defer { target.close() }
    try target.script("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
    try source.connection.copy(to: target)
    target.close()
    try system { () throws(SystemError) in try DatabaseFiles.makeSelfContained(path) }
  }

  /// What will be served is verified as a whole once more, as it is.
  private func checkRestored(_ acceptDamage: Bool) throws(StoreError) {
    let restored = try CheckReport(checking: files.restoring)
    if restored.worst == nil || acceptDamage && restored.worst == .row { return }
    let fault = restored.faults.first?.description ?? ""
    throw StoreError(
      .damaged,
      "\(source.path) is damaged in a way that can't be accepted (\(fault)): nothing was restored")
  }
}

// The database that is to be replaced.
extension Restore {
  /// Opens it, if it can be read.
  ///
  /// - Throws: it is in use, or another one than that of the backup.
  private func openPresent() throws(StoreError) -> OfflineDatabase? {
    guard try files.checkDatabase() else { return nil }
    do throws(StoreError) {
      if try DatabaseFiles.header(of: files.database) == .none {
        throw StoreError(.damaged, "it is not a SQLite database")
      }
      let database = try OfflineDatabase(files.database, isLocked: true)
      try requireSame(database.connection)
      report.present = .read
      return database
    } catch {
      guard error.isDamage else { throw error }
      report.present = .unreadable(error.message)
      return nil
    }
  }

  private func requireSame(_ present: Connection) throws(StoreError) {
    let id = try present.text("SELECT database_id FROM meta") ?? ""
    if id.isEmpty { throw StoreError(.damaged, "its database_id is missing") }
    guard id.utf8.elementsEqual(backup.databaseID.utf8) else {
      throw StoreError(
        .configuration,
        "\(files.database) is the database \(id), and \(source.path) is a backup of another, "
          + "\(backup.databaseID). If it is to replace that one, move \(files.database) and the "
          + "files named after it away first")
    }
    let (schema, newest) = (
      try present.integer("PRAGMA user_version") ?? 0, Schema.migrations.last?.version ?? 0
    )
    guard schema <= newest else {
      throw StoreError(
        .configuration,
        "\(files.database) has schema \(schema), but this orgkeyd knows \(newest) at most: restore "
          + "by the newer one")
    }
  }
}

// From the copy of the backup to the database that will be served.
extension Restore {
  private func bringUpToDate(from present: OfflineDatabase?) throws(StoreError) {
    let connection = try Connection(files.restoring, .create)
    defer { connection.close() }
    // Worth nothing until it is whole: what a crash leaves is removed.
    try connection.applySettings(journalMode: "memory")
    if backup.schema < Schema.migrations.last?.version ?? 0 { report.migratedFrom = backup.schema }
    try connection.migrate(Schema.migrations, keepingCopyIn: nil)
    if backup.worst != nil { try connection.script("REINDEX") }
    try connection.script("BEGIN IMMEDIATE")
    let kept = try Totals(reading: connection)
    var transaction = Transaction(
      connection: connection, files: files, now: max(Clock.wallMilliseconds(), 1),
      totals: backup.worst == nil ? kept : backup.found, hasReserve: true)
    if backup.worst != nil { try connection.skipNumbersInUse() }
    let author = Author(uid: getuid(), gid: getgid(), pid: getpid())
    if let present {
      var carryOver = try CarryOver(from: present.connection, into: transaction, by: author)
      try carryOver.run()
      transaction = carryOver.transaction
      report.carried = carryOver.result
      if let damage = present.logDamage { report.carried.note(gap: damage) }
      try countLostEvents(present.connection)
    }
    let nowhere = OrganizationRow(id: "", parent: 0, name: "", createdAt: 0)
    try transaction.audit("Restore", by: author, organization: nowhere, report.audited(backup))
    try transaction.totals.write(replacing: kept, on: connection)
    try connection.script("COMMIT")
  }

  private func countLostEvents(_ present: Connection) throws(StoreError) {
    do throws(StoreError) {
      let last = Value.integer(backup.lastEvent?.sequence ?? 0)
      report.lostEvents =
        try present.integer("SELECT count(*) FROM audit WHERE sequence > ?", last) ?? 0
      report.lastLost = try present.first(
        "SELECT sequence, at FROM audit WHERE sequence > ? ORDER BY sequence DESC LIMIT 1", [last]
      ) { AuditMark(sequence: $0.integer(0), at: $0.integer(1)) }
    } catch {
      guard error.isDamage else { throw error }
      report.carried.note(gap: "table audit can't be read: \(error.message)")
    }
  }
}

extension Connection {
  /// Mends what a damaged file would give out a second time.
  fileprivate func skipNumbersInUse() throws(StoreError) {
    let tables = CheckedTable.allCases.map { ($0.name, "number") } + [("audit", "sequence")]
    for (table, column) in tables {
      try skipNumbers(of: table, to: integer("SELECT max(\(column)) FROM \(table)") ?? 0)
    }
  }
}

extension RestoreReport {
  /// What the audit trail keeps of it.
  fileprivate func audited(_ backup: CheckReport) -> [(String, JSON)] {
    var detail: [(String, JSON)] = [
      ("complete_to", .integer(backup.lastEvent?.sequence ?? 0)),
      ("lost_events", .integer(lostEvents)),
    ]
    if let lastLost { detail.append(("lost_to", .integer(lastLost.sequence))) }
    let carried: [(String, Int)] = [
      ("revoked_keys", carried.revokedKeys + carried.deletedKeyCount),
      ("disabled_keys", carried.disabledKeys), ("shortened_keys", carried.shortenedKeys),
      ("ended_secrets", carried.endedSecrets),
      ("suspended_organizations", carried.suspendedOrganizations),
      ("dead_digests", carried.deadDigests), ("gaps", carried.gapCount),
    ]
    for (name, count) in carried where count > 0 {
      detail.append((name, .integer(Int64(count))))
    }
    return detail
  }
}
