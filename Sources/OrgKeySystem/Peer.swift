import CLinux
import Glibc

/// Who is at the other end of a connected Unix socket, by the kernel's word at connect(2):
/// SO_PEERCRED and SO_PEERGROUPS.
package struct Peer: Equatable, Sendable {
  package var uid: UInt32
  package var gid: UInt32
  /// 0 across pid namespaces. Recorded, never trusted.
  package var pid: Int32
  /// Supplementary groups, the primary one not included.
  package var groups: [UInt32]

  package init(uid: UInt32, gid: UInt32, pid: Int32, groups: [UInt32] = []) {
    self.uid = uid
    self.gid = gid
    self.pid = pid
    self.groups = groups
  }

  package init(of socket: borrowing Descriptor) throws(SystemError) {
    var peer = clinux_peer()
    guard unsafe clinux_peer_credentials(socket.number, &peer) == 0 else {
      throw SystemError("getsockopt", on: "SO_PEERCRED")
    }
    var groups = [UInt32](repeating: 0, count: 64)
    var count = unsafe clinux_peer_groups(socket.number, &groups, Int32(groups.count))
    if count < 0 && errno == ERANGE {
      groups = [UInt32](repeating: 0, count: 65_536)
      count = unsafe clinux_peer_groups(socket.number, &groups, Int32(groups.count))
    }
    guard count >= 0 else { throw SystemError("getsockopt", on: "SO_PEERGROUPS") }
    self.init(uid: peer.uid, gid: peer.gid, pid: peer.pid, groups: Array(groups.prefix(Int(count))))
  }
}
