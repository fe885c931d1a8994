import Glibc

/// A small file system in memory, which goes with this. For root alone.
package final class FullDisk {
  package struct NoSuchDisk: Error {}

  package let path: String
  private var filler: String { path + "/filler" }

  package static var isPossible: Bool {
    guard geteuid() == 0, let disk = try? FullDisk(megabytes: 1) else { return false }
    return disk.freeBytes <= 1 << 20
  }

  package init(megabytes: Int) throws {
    var template = Array("/tmp/orgkey-disk-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw NoSuchDisk() }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let options = "size=\(megabytes)m,mode=700"
    guard FullDisk.run(["mount", "-t", "tmpfs", "-o", options, "orgkey", path]) == 0 else {
      unsafe rmdir(path)
      throw NoSuchDisk()
    }
  }

  deinit {
    _ = FullDisk.run(["umount", "-l", path])
    unsafe rmdir(path)
  }

  package var freeBytes: Int64 {
    var status = statvfs()
    guard unsafe statvfs(path, &status) == 0 else { return .max }
    return Int64(status.f_bavail) * Int64(status.f_frsize)
  }

  /// Takes all but so many megabytes.
  package func fill(leaving megabytes: Int64 = 0) throws {
    let file = unsafe open(filler, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    defer { close(file) }
    let zeros = [UInt8](repeating: 0, count: 1 << 16)
    while case let free = freeBytes - megabytes << 20, free > 0 {
      guard unsafe write(file, zeros, min(zeros.count, Int(free))) > 0 else {
        throw NoSuchDisk()
      }
    }
  }

  /// Gives back what `fill` took.
  package func empty() { unsafe unlink(filler) }

  private static func run(_ arguments: [String]) -> Int32 {
    var pid: pid_t = 0
    let pointers = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { unsafe pointers.forEach { unsafe free($0) } }
    guard unsafe posix_spawnp(&pid, arguments[0], nil, nil, pointers, environ) == 0 else {
      return -1
    }
    var status: Int32 = 0
    unsafe waitpid(pid, &status, 0)
    return status
  }
}
