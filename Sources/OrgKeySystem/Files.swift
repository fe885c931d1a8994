import Glibc

/// Files as a durable store needs them: made exclusively, with their mode, and with their
/// directory entry on disk.
package enum Files {
  /// The path with every symbolic link resolved: realpath(3).
  package static func resolve(_ path: String) throws(SystemError) -> String {
    guard let resolved = unsafe realpath(path, nil) else { throw SystemError("realpath", on: path) }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// Makes an empty file that nobody else may read. Fails if there is something at `path`.
  package static func create(_ path: String) throws(SystemError) {
    try Descriptor(creating: path).close()
  }

  /// Makes a file of `size` zeros, really written and synced, so that the space is its own.
  package static func createZeros(_ path: String, size: Int) throws(SystemError) {
    let descriptor = try Descriptor(creating: path)
    let zeros = [UInt8](repeating: 0, count: 1 << 16)
    var written = 0
    while written < size {
      let count = unsafe write(descriptor.number, zeros, min(zeros.count, size - written))
      if count > 0 {
        written += count
      } else if errno != EINTR {
        throw SystemError("write", on: path)
      }
    }
    guard fsync(descriptor.number) == 0 else { throw SystemError("fsync", on: path) }
    descriptor.close()
  }

  /// Puts the entries of a directory on disk: what was made, renamed or removed in it.
  package static func syncDirectory(_ path: String) throws(SystemError) {
    let descriptor = try Descriptor(opening: path, O_RDONLY | O_DIRECTORY)
    guard fsync(descriptor.number) == 0 else { throw SystemError("fsync", on: path) }
    descriptor.close()
  }

  /// Puts what was written to a file on disk.
  package static func sync(_ path: String) throws(SystemError) {
    let descriptor = try Descriptor(opening: path, O_RDWR)
    guard fsync(descriptor.number) == 0 else { throw SystemError("fsync", on: path) }
    descriptor.close()
  }

  package static func rename(_ path: String, to other: String) throws(SystemError) {
    guard unsafe Glibc.rename(path, other) == 0 else { throw SystemError("rename", on: path) }
  }

  package static func setMode(_ mode: UInt32, of path: String) throws(SystemError) {
    guard unsafe chmod(path, mode) == 0 else { throw SystemError("chmod", on: path) }
  }

  /// Sets the group of a file, a symbolic link not followed; its owner stays.
  package static func setGroup(_ group: UInt32, of path: String) throws(SystemError) {
    guard unsafe lchown(path, uid_t.max, group) == 0 else { throw SystemError("chown", on: path) }
  }

  /// Removes a file; one that isn't there is removed already.
  package static func remove(_ path: String) throws(SystemError) {
    guard unsafe unlink(path) == 0 || errno == ENOENT else { throw SystemError("unlink", on: path) }
  }

  /// Writes `bytes` over those at `offset`. For a database, only while nobody has it open.
  package static func overwrite(
    _ path: String, at offset: Int64, _ bytes: [UInt8]
  ) throws(SystemError) {
    let descriptor = try Descriptor(opening: path, O_WRONLY)
    guard unsafe pwrite(descriptor.number, bytes, bytes.count, off_t(offset)) == bytes.count else {
      throw SystemError("write", on: path)
    }
    descriptor.close()
  }

  /// The first `count` bytes of a file, or as many as it has.
  ///
  /// Not for a database that SQLite has open: closing a descriptor drops the locks that this
  /// process holds on the file.
  package static func prefix(_ count: Int, of path: String) throws(SystemError) -> [UInt8] {
    let descriptor = try Descriptor(opening: path, O_RDONLY)
    var bytes = [UInt8](repeating: 0, count: count)
    let got = unsafe pread(descriptor.number, &bytes, count, 0)
    guard got >= 0 else { throw SystemError("read", on: path) }
    descriptor.close()
    return Array(bytes.prefix(got))
  }
}
