import CSQLite
import OrgKeySystem

/// A database file that no daemon has open. Looking at it changes nothing: no byte of it, and no
/// file beside it is made or removed.
final class OfflineDatabase {
  /// With every symbolic link resolved.
  let path: String
  let connection: Connection
  /// What is wrong with its log; nil: nothing.
  let logDamage: String?
  /// Keeps daemons out meanwhile; nil where none can be.
  private let lock: LockFile?

  /// - Parameter isLocked: the caller holds the lock of this database.
  /// - Throws: `.configuration`: it is no database of ours, or not in a state to be looked at.
  ///   `.tryAgain`: it is in use. `.damaged`: SQLite can't make sense of it.
  init(_ named: String, isLocked: Bool = false) throws(StoreError) {
    path = try Self.resolve(named)
    lock = isLocked ? nil : try Self.lock(path)
    guard try !DatabaseFiles.awaitsRestore(path) else {
      throw StoreError(
        .configuration, "a restore of \(path) was interrupted: orgkeyd finishes it when it starts")
    }
    try DatabaseFiles.checkHeader(of: path)
    guard try Self.size(of: path + "-journal") == 0 else {
      throw StoreError(
        .configuration,
        "another program left \(path) in the midst of a change (\(path)-journal): let that program "
          + "open it first")
    }
    logDamage = try LogVerification.damage(ofLogOf: path)
    connection = try Self.connect(path, hasLog: Self.size(of: path + "-wal") > 0)
  }

  static func resolve(_ named: String) throws(StoreError) -> String {
    let (path, status): (String, FileStatus?)
    do throws(SystemError) {
      path = try Files.resolve(named)
      status = try FileStatus(of: path)
    } catch {
      throw StoreError(.configuration, "\(error)")
    }
    guard status?.kind == .regular else {
      throw StoreError(.configuration, "\(path) is not a regular file")
    }
    return path
  }

  private static func lock(_ path: String) throws(StoreError) -> LockFile? {
    do { return try LockFile.sharing(path + ".lock") } catch let held as LockFile.Held {
      let owner = held.pid > 0 ? " (pid \(held.pid))" : ""
      throw StoreError(
        .tryAgain,
        "\(path) is in use by an orgkeyd\(owner): stop it, or take a copy by orgkey backup")
    } catch {
      throw StoreError(.configuration, "\(path) may be in use: \(error)")
    }
  }

  /// 0 if there is none.
  private static func size(of path: String) throws(StoreError) -> Int64 {
    try system { () throws(SystemError) in try FileStatus(of: path)?.size ?? 0 }
  }

  /// Without a log the file is all there is. With one, its index is kept in memory, which SQLite
  /// does for whoever locks the database for itself.
  private static func connect(_ path: String, hasLog: Bool) throws(StoreError) -> Connection {
    let connection = try Connection(path, hasLog ? .create : .immutable)
    if hasLog {
      guard !connection.isReadOnly else {
        throw StoreError(
          .configuration,
          "\(path) has a log beside it, for which it must be locked as for writing: copy both to "
            + "where that is possible")
      }
      try connection.script("PRAGMA locking_mode = EXCLUSIVE; PRAGMA query_only = 1")
      try connection.configure(SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true, "no_ckpt_on_close")
    }
    try connection.applySettings(journalMode: nil)
    return connection
  }
}
