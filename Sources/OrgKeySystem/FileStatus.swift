import CLinux
import Glibc

/// What lstat(2) says of a path, a symbolic link not followed.
package struct FileStatus: Sendable {
  package enum Kind: Sendable { case regular, directory, symbolicLink, socket, other }

  package var kind: Kind
  /// The permission bits, set-id and sticky included.
  package var mode: UInt32
  package var owner: UInt32
  package var links: Int
  package var size: Int64

  /// - Returns: nil if there is nothing at `path`.
  package init?(of path: String) throws(SystemError) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else {
      if errno == ENOENT { return nil }
      throw SystemError("lstat", on: path)
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: kind = .regular
    case S_IFDIR: kind = .directory
    case S_IFLNK: kind = .symbolicLink
    case S_IFSOCK: kind = .socket
    default: kind = .other
    }
    mode = status.st_mode & 0o7777
    owner = status.st_uid
    links = Int(status.st_nlink)
    size = Int64(status.st_size)
  }
}

/// What statfs(2) says of the file system that holds a path.
package struct FileSystemStatus: Sendable {
  /// Locks and shared memory don't work, or not between hosts.
  package var isRemote: Bool
  /// Free for others than root.
  package var freeBytes: Int64

  package init(holding path: String) throws(SystemError) {
    var status = statfs()
    guard unsafe statfs(path, &status) == 0 else { throw SystemError("statfs", on: path) }
    // NFS, SMB, CIFS, SMB2, AFS, Coda: linux/magic.h.
    let remote: [UInt32] = [0x6969, 0x517B, 0xFF53_4D42, 0xFE53_4D42, 0x5346_414F, 0x7375_7245]
    isRemote = remote.contains(UInt32(truncatingIfNeeded: status.f_type))
    freeBytes = Int64(clamping: UInt64(status.f_bavail)) * Int64(status.f_bsize)
  }
}
