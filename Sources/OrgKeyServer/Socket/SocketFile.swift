internal import OrgKeySystem

/// The rules for a socket's path and file.
enum SocketFile {
  /// Refuses a path on which somebody else could put a socket of his own.
  static func check(_ path: String) throws(StartError) {
    guard !path.isEmpty else { throw StartError(.configuration, "the socket's path is empty") }
    guard path.utf8.count <= UnixSocket.longestPath else {
      throw StartError(
        .configuration,
        "the socket's path has \(path.utf8.count) bytes, and Linux takes \(UnixSocket.longestPath): "
          + path)
    }
    let directory = parent(of: path)
    guard let status = try status(of: directory) else {
      throw StartError(
        .configuration, "there is no directory \(directory) for the socket: make it first")
    }
    guard status.owner == 0 || status.owner == AccountName.ownUser else {
      throw StartError(
        .configuration,
        "\(directory) belongs to uid \(status.owner), who could replace the socket: use a directory "
          + "of root's or of the daemon's own user")
    }
    // Where everybody may write and remove what is not his, anybody could replace the socket.
    if status.kind == .directory && status.mode & 0o002 != 0 && status.mode & 0o1000 == 0 {
      throw StartError(
        .configuration,
        "everybody can write to \(directory), so everybody could replace the socket: use a "
          + "directory of its own")
    }
  }

  private static func status(of path: String) throws(StartError) -> FileStatus? {
    do throws(SystemError) {
      return try FileStatus(of: try Files.resolve(path))
    } catch {
      if error.isMissing { return nil }
      throw StartError(.configuration, "cannot use \(path): \(error)")
    }
  }

  static func lock(_ path: String) throws(StartError) -> LockFile {
    do {
      return try LockFile(path + ".lock")
    } catch let held as LockFile.Held {
      let owner = held.pid > 0 ? " (pid \(held.pid))" : ""
      throw StartError(.unavailable, "another orgkeyd\(owner) is serving on \(path)")
    } catch {
      throw StartError(.unavailable, "cannot lock \(path).lock: \(error)")
    }
  }

  /// With the lock held, a socket's file at which nobody listens is left over from a daemon that
  /// was killed, and is removed. Anything else there is not ours.
  static func removeStale(_ path: String) throws(StartError) {
    let found: FileStatus.Kind?
    let isServed: Bool
    do throws(SystemError) {
      found = try FileStatus(of: path)?.kind
      isServed = found == .socket ? try UnixSocket.hasListener(at: path) : false
      if found == .socket && !isServed { try Files.remove(path) }
    } catch {
      throw StartError(.unavailable, "cannot listen on \(path): \(error)")
    }
    if isServed {
      throw StartError(
        .unavailable, "another program is serving on \(path): end it, or listen elsewhere")
    }
    if let found, found != .socket {
      throw StartError(
        .unavailable, "\(path) is there and is no socket: move it away, or listen elsewhere")
    }
  }

  /// Opens the new socket's file, which is 0600 so far, to those it is meant for.
  static func open(_ path: String, mode: UInt32, group: UInt32?) throws(SystemError) {
    if let group { try Files.setGroup(group, of: path) }
    try Files.setMode(mode, of: path)
  }

  private static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
