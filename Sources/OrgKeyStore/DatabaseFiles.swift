import Glibc
package import OrgKeySystem

/// The database and the files beside it, by their names.
package struct DatabaseFiles: Sendable {
  /// With every symbolic link resolved.
  package let directory: String
  package let database: String

  package var lock: String { database + ".lock" }
  /// Space kept back, so that keys can be revoked when the disk is full.
  package var reserve: String { database + ".reserve" }
  package var wal: String { database + "-wal" }
  /// Of a backup that is being made.
  var copyInProgress: String { database + ".copy-in-progress" }
  package func keptBefore(migration version: Int64) -> String { "\(database).before-\(version)" }

  /// Checks where the database is to be: a directory that is ours alone to write, on a local
  /// file system.
  package init(_ path: String) throws(StoreError) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard let name = parts.last, !name.isEmpty, name != ".", name != ".." else {
      throw StoreError(.configuration, "\(path) does not name a database file")
    }
    let parent = parts.count == 1 ? "." : parts.dropLast().joined(separator: "/") + "/"
    do throws(SystemError) { directory = try Files.resolve(parent) } catch {
      throw StoreError(.configuration, "the directory of the database can't be used: \(error)")
    }
    database = directory == "/" ? "/\(name)" : "\(directory)/\(name)"
    try checkDirectory()
  }

  private func checkDirectory() throws(StoreError) {
    let directory = directory
    guard let status = try system({ () throws(SystemError) in try FileStatus(of: directory) }),
      status.kind == .directory
    else { throw StoreError(.configuration, "\(directory) is not a directory") }
    guard status.mode & 0o002 == 0 else {
      throw StoreError(
        .configuration,
        "everybody may write to \(directory): move the database, or chmod o-w the directory")
    }
    try checkOwner(status, directory)
    let fileSystem = try system { () throws(SystemError) in
      try FileSystemStatus(holding: directory)
    }
    guard !fileSystem.isRemote else {
      throw StoreError(
        .configuration,
        "\(directory) is on a network file system, where locks can't be relied on: use a local one"
      )
    }
  }

  /// Checks the database file itself, without opening it.
  ///
  /// - Returns: false if there is none yet.
  func checkDatabase() throws(StoreError) -> Bool {
    let database = database
    guard let status = try system({ () throws(SystemError) in try FileStatus(of: database) })
    else { return false }
    guard status.kind != .symbolicLink else {
      throw StoreError(.configuration, "\(database) is a symbolic link: name the file itself")
    }
    guard status.kind == .regular else {
      throw StoreError(.configuration, "\(database) is not a regular file")
    }
    guard status.links == 1 else {
      throw StoreError(
        .configuration,
        "\(database) has \(status.links) hard links: under another name its log would be missed")
    }
    guard status.mode & 0o022 == 0 else {
      throw StoreError(.configuration, "others may write to \(database): chmod 600 it")
    }
    try checkOwner(status, database)
    return true
  }

  /// Only this user and root may be able to change what decides who passes.
  private func checkOwner(_ status: FileStatus, _ path: String) throws(StoreError) {
    let own = geteuid()
    guard status.owner == own || status.owner == 0 else {
      throw StoreError(
        .configuration, "\(path) belongs to uid \(status.owner), but this process is uid \(own)")
    }
  }

  /// Sizes for statistics; by name alone, so for any thread.
  package func sizes() throws(SystemError) -> DatabaseSizes {
    DatabaseSizes(
      database: try FileStatus(of: database)?.size ?? 0, wal: try FileStatus(of: wal)?.size ?? 0,
      free: try FileSystemStatus(holding: directory).freeBytes)
  }
}

/// In bytes.
package struct DatabaseSizes: Sendable {
  package var database: Int64
  package var wal: Int64
  /// What the file system has left.
  package var free: Int64
}
