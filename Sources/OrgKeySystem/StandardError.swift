import CLinux
import Glibc

/// Standard error, for what is said before and after the log.
package enum StandardError {
  /// What a pipe that is writable takes without making its writer wait.
  private static let piece = 4_096

  /// Writes all of it, or as much as can be written.
  ///
  /// - Parameter patience: how long its reader may take for a piece of it, milliseconds; negative:
  ///   as long as it likes.
  package static func write(_ text: String, patience: Int32 = 1_000) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      var awaited = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
      let ready = unsafe poll(&awaited, 1, patience)
      if ready == 0 || (ready < 0 && errno != EINTR) { return }
      if ready < 0 { continue }
      let count = unsafe rest.prefix(piece).withUnsafeBytes {
        unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count)
      }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR && errno != EAGAIN {
        return
      }
    }
  }

  /// Whether it leads to the journal, which says so in JOURNAL_STREAM to whoever it was opened
  /// for: systemd.exec(5).
  package static var isJournal: Bool {
    guard let stream = ThisProcess.variable("JOURNAL_STREAM") else { return false }
    var status = stat()
    guard unsafe fstat(STDERR_FILENO, &status) == 0 else { return false }
    return stream == "\(status.st_dev):\(status.st_ino)"
  }
}
