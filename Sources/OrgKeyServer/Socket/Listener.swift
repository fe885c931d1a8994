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
  /// nil: the socket is not ours, but of whoever listens for us.
  private let lock: LockFile?

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

  /// Takes over a socket on which somebody else has listened. Its file, with its permissions, stays
  /// that one's: who connects while no daemon runs waits for the next one.
  init(_ inherited: InheritedSocket, administratorsAt: String? = nil) {
    path = inherited.path
    socket = Descriptor(inherited.number)
    self.administratorsAt = administratorsAt
    lock = nil
  }

  func roles(of peer: Peer, _ access: AccessPolicy) -> Roles {
    administratorsAt == nil ? access.roles(of: peer) : []
  }

  /// Removes the socket's file, if it is ours: from here on nobody finds it.
  func unlink() { if lock != nil { try? Files.remove(path) } }
}
