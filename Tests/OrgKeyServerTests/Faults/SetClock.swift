import Foundation
import Glibc

/// A wall clock of a daemon's own that a test can set while it runs; its monotonic clock goes on
/// as ever.
final class SetClock {
  static let library = "/usr/lib/\(machine)-linux-gnu/faketime/libfaketimeMT.so.1"
  static var exists: Bool { access(library, R_OK) == 0 }

  private let path: String
  private(set) var seconds: Int64 = 0

  init() throws {
    var template = Array("/tmp/orgkey-clock-XXXXXX".utf8CString)
    close(mkstemp(&template))
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    try set(0)
  }

  deinit { unlink(path) }

  /// How far it is ahead of the true one, from the next look on.
  func set(_ seconds: Int64) throws {
    // The file is replaced whole: the daemon reads it whenever it looks at the clock.
    try Data("\(seconds < 0 ? "" : "+")\(seconds)".utf8)
      .write(to: URL(filePath: path), options: .atomic)
    self.seconds = seconds
  }

  /// For a daemon that goes by this clock.
  var environment: [String] {
    [
      "LD_PRELOAD=\(SetClock.library)", "FAKETIME_TIMESTAMP_FILE=\(path)", "FAKETIME_NO_CACHE=1",
      "DONT_FAKE_MONOTONIC=1", "FAKETIME_DONT_FAKE_MONOTONIC=1", "NO_FAKE_STAT=1",
      // Else the library makes what it shares, and tells of it in the environment: that moves, and
      // Swift finds the arguments by where the environment was.
      "FAKETIME_SHARED=none none",
    ]
  }

  /// What the library leaves of a process that has ended.
  static func removeLeftovers(of pid: pid_t) {
    unlink("/dev/shm/faketime_shm_\(pid)")
    unlink("/dev/shm/sem.faketime_sem_\(pid)")
  }

  private static var machine: String {
    var name = utsname()
    uname(&name)
    return withUnsafeBytes(of: &name.machine) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
