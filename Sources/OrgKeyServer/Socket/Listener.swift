internal import OrgKeySystem

/// A listening socket and its file.
///
/// Whether another daemon is alive is told by a lock beside the file, never by the file: after a
/// kill it stays behind, and nobody's file is unlinked on a guess.
final class Listener: Sendable {
  let path: String
  let socket: Descriptor
  /// Where this listener sends everybody who wants more than everybody may: the administrators'
  /// socket; nil: they are served here.
  let administratorsAt: String?
  private let lock: LockFile

  /// Makes the socket with `mode` and `group` and listens.
  ///
  /// - Throws: `StartError` with a sentence that says what to do.
  init(
    at path: String, mode: UInt32, group: UInt32?, administratorsAt: String? = nil
  ) throws(StartError) {
    self.path = path
    self.administratorsAt = administratorsAt
    try SocketFile.check(path)
    lock = try SocketFile.lock(path)
    try SocketFile.removeStale(path)
    do throws(SystemError) {
      socket = try UnixSocket.listen(at: path)
      try SocketFile.open(path, mode: mode, group: group)
    } catch {
      throw StartError(.unavailable, "cannot listen on \(path): \(error)")
    }
  }

  func roles(of peer: Peer, _ access: AccessPolicy) -> Roles {
    administratorsAt == nil ? access.roles(of: peer) : []
  }

  /// Removes the socket's file: from here on nobody finds it.
  func unlink() { try? Files.remove(path) }
}
