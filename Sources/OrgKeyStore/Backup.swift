import CSQLite
package import OrgKeySystem

/// Why a copy for a backup was given up. The database is as it was, and so is the store.
package struct BackupError: Error, Equatable, Sendable {
  package enum Cause: Sendable {
    /// The disk has not the room.
    case noRoom
    /// The copy can't be written.
    case copy
    /// The database can't be read.
    case database
  }

  package var cause: Cause
  /// A sentence for the operator.
  package var message: String

  init(_ cause: Cause, _ message: String) {
    self.cause = cause
    self.message = message
  }

  init(writing error: StoreError) {
    self.init(error.category == .full ? .noRoom : .copy, "the copy failed: \(error)")
  }

  /// Of a step, which reads the one file and writes the other.
  init(copying error: StoreError) {
    let isReading =
      switch error.code & 0xFF {
      case SQLITE_CORRUPT, SQLITE_NOTADB: true
      // SQLITE_IOERR_READ and SQLITE_IOERR_SHORT_READ.
      case SQLITE_IOERR: [266, 522].contains(error.code)
      default: false
      }
    if isReading { self.init(.database, "\(error)") } else { self.init(writing: error) }
  }
}

/// A complete copy of the database: one file that opens by itself. It has no name any more, so
/// that nothing is left of it whatever happens. Its space is freed with this, which can take a
/// moment: let go of it where nobody waits.
package final class BackupFile: Sendable {
  /// In bytes.
  package let size: Int64
  /// The last audit event it contains; 0 if there is none.
  package let auditSequence: Int64
  private let file: ReadOnlyFile

  fileprivate init(_ file: consuming ReadOnlyFile, size: Int64, auditSequence: Int64) {
    self.file = file
    self.size = size
    self.auditSequence = auditSequence
  }

  /// `count` bytes from `offset` on, or as many as there are.
  package func read(_ count: Int, at offset: Int64) throws(SystemError) -> [UInt8] {
    try file.read(min(count, Int(max(0, size - offset))), at: offset)
  }
}

/// A copy of the database that is being made while the store goes on changing: a slice at a time,
/// between groups. What is committed meanwhile goes into the copy as well.
///
/// Used by the store's thread. One at a time: it has a name that is removed when a store opens.
package final class BackupCopy {
  /// Pages in a slice: a change waits no longer than for half a MiB to be copied.
  package static let slicePages = 128

  private let store: Store
  private let target: Connection
  private let pages: PageCopy
  private var file: ReadOnlyFile?

  /// Begins a copy, if there is room for it.
  package init(of store: Store) throws(BackupError) {
    self.store = store
    let files = store.files
    let size = try BackupCopy.size(of: store)
    try BackupCopy.requireRoom(size, files)
    do throws(StoreError) {
      try files.removeCopyInProgress()
      file = try system { () throws(SystemError) in
        try Files.create(files.copyInProgress)
        return try ReadOnlyFile(files.copyInProgress)
      }
      target = try Connection(files.copyInProgress, .create)
      // Worth nothing until it is whole, so neither undone nor synced; and no page of it is wanted
      // again.
      try target.script(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = 16")
      pages = try store.connection.beginCopy(to: target)
    } catch {
      try? files.removeCopyInProgress()
      throw BackupError(writing: error)
    }
  }

  deinit { _ = giveUp() }

  /// Ends a copy that nobody waits for any more.
  ///
  /// - Returns: what holds its space; nil if it was whole.
  package func giveUp() -> BackupFile? {
    pages.end()
    target.close()
    guard let file = file.take() else { return nil }
    try? store.files.removeCopyInProgress()
    return BackupFile(file, size: 0, auditSequence: 0)
  }

  /// Copies one slice. After an error this is of no more use.
  ///
  /// - Returns: the copy once it is whole: it then shows what was last committed.
  package func step() throws(BackupError) -> BackupFile? {
    precondition(store.group == nil, "a group of changes is open")
    try BackupCopy.requireRoom(0, store.files)
    do throws(StoreError) {
      guard try pages.step(pages: BackupCopy.slicePages) else { return nil }
    } catch {
      // Somebody else holds the database for a moment.
      if error.category == .tryAgain { return nil }
      throw BackupError(copying: error)
    }
    return try finish()
  }

  private func finish() throws(BackupError) -> BackupFile {
    let sequence: Int64
    do throws(StoreError) { sequence = try store.connection.lastAuditSequence() } catch {
      throw BackupError(.database, "\(error)")
    }
    pages.end()
    target.close()
    guard let file = file.take() else { preconditionFailure("the copy was finished already") }
    let files = store.files
    do throws(SystemError) {
      try DatabaseFiles.makeSelfContained(files.copyInProgress)
      try Files.remove(files.copyInProgress)
      let size = try file.size()
      return BackupFile(file, size: size, auditSequence: sequence)
    } catch {
      throw BackupError(writing: StoreError(error))
    }
  }

  private static func size(of store: Store) throws(BackupError) -> Int64 {
    do throws(StoreError) {
      let pages = try store.connection.integer("PRAGMA page_count") ?? 0
      return pages * (try store.connection.integer("PRAGMA page_size") ?? 0)
    } catch {
      throw BackupError(.database, "\(error)")
    }
  }

  /// The disk is left what the store needs to take up its reserve again.
  private static func requireRoom(_ bytes: Int64, _ files: DatabaseFiles) throws(BackupError) {
    let free: Int64
    do throws(SystemError) { free = try FileSystemStatus(holding: files.directory).freeBytes } catch
    {
      throw BackupError(writing: StoreError(error))
    }
    guard free >= bytes + Reserve.roomToMake else {
      throw BackupError(
        .noRoom,
        "there is no room for a backup: \(files.directory) has \(free >> 20) MiB left, and "
          + "\(Reserve.roomToMake >> 20) MiB beside the copy are kept for changes")
    }
  }
}

extension DatabaseFiles {
  /// What a crash left of a backup.
  func removeCopyInProgress() throws(StoreError) {
    let path = copyInProgress
    try system { () throws(SystemError) in try Files.remove(path) }
  }

  /// A copy carries the mark of a database that has a log beside it, by which it could not be
  /// opened without making one. Takes it away: bytes 18 and 19 of the file format, 2 for a
  /// write-ahead log and 1 for none.
  static func makeSelfContained(_ path: String) throws(SystemError) {
    try Files.overwrite(path, at: 18, [1, 1])
  }
}

extension Connection {
  /// The last audit event there ever was; 0: none.
  func lastAuditSequence() throws(StoreError) -> Int64 {
    try lastNumber(of: "audit") ?? 0
  }
}
