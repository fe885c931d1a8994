internal import Logging
internal import OrgKeySystem
internal import Synchronization

/// A log for what a client can cause as often as it likes: each message once a minute, with how
/// often it came in between.
final class CollapsedLog: Sendable {
  private static let interval: Int64 = 60_000
  /// Different messages remembered; a client can make up many.
  private static let remembered = 1_000

  private struct Entry {
    var loggedAt: Int64
    var since = 0
  }

  private let log: Logger
  private let entries = Mutex<[String: Entry]>([:])

  init(_ log: Logger) { self.log = log }

  func notice(_ message: String) { write(.notice, message) }
  func warning(_ message: String) { write(.warning, message) }
  func error(_ message: String) { write(.error, message) }

  private func write(_ level: Logger.Level, _ message: String) {
    let now = Clock.monotonicMilliseconds()
    let repeated: Int? = entries.withLock { entries in
      if entries.count >= CollapsedLog.remembered { entries.removeAll() }
      guard let entry = entries[message] else {
        entries[message] = Entry(loggedAt: now)
        return 0
      }
      guard now - entry.loggedAt >= CollapsedLog.interval else {
        entries[message]?.since += 1
        return nil
      }
      entries[message] = Entry(loggedAt: now)
      return entry.since
    }
    guard let repeated else { return }
    let count = repeated == 0 ? "" : " (\(repeated) more times in between)"
    log.log(level: level, "\(message)\(count)")
  }
}
