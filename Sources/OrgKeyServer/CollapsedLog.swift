internal import Logging
internal import OrgKeySystem
internal import Synchronization

/// A log for what a client can cause as often as it likes: each message once a minute, and at the
/// minute's end how often it came again.
final class CollapsedLog: Sendable {
  static let interval: Int64 = 60_000
  /// Different messages in a minute; a client can make up many.
  private static let remembered = 1_000

  private struct Entry {
    let level: Logger.Level
    let loggedAt: Int64
    var since = 0
  }

  private struct State {
    var entries: [String: Entry] = [:]
    /// Messages that were one too many.
    var others = 0
  }

  private let log: Logger
  private let state = Mutex(State())

  init(_ log: Logger) { self.log = log }

  func notice(_ message: String) { write(.notice, message, [:]) }
  func warning(_ message: String, _ metadata: Logger.Metadata = [:]) {
    write(.warning, message, metadata)
  }
  func error(_ message: String) { write(.error, message, [:]) }

  /// - Parameter metadata: of the first in a minute.
  private func write(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) {
    let now = Clock.monotonicMilliseconds()
    let isFirst = state.withLock { state in
      if state.entries[message] != nil {
        state.entries[message]?.since += 1
        return false
      }
      // What clients can cause is a notice: it never keeps a fault of the daemon's own back.
      guard level > .notice || state.entries.count < CollapsedLog.remembered else {
        state.others += 1
        return false
      }
      state.entries[message] = Entry(level: level, loggedAt: now)
      return true
    }
    if isFirst { log.log(level: level, "\(message)", metadata: metadata) }
  }

  /// Tells how often messages came again whose minute is over.
  ///
  /// - Parameter now: on the monotonic clock, milliseconds.
  func tell(at now: Int64) {
    let (over, others) = state.withLock { state in
      let over = state.entries.filter { now - $0.value.loggedAt >= CollapsedLog.interval }
      for message in over.keys { state.entries[message] = nil }
      defer { state.others = 0 }
      return (over, state.others)
    }
    for (message, entry) in over where entry.since > 0 {
      log.log(
        level: entry.level, "\(message) (\(entry.since) more times)",
        metadata: ["orgkey.count": "\(entry.since)"])
    }
    if others > 0 {
      log.notice(
        "there were too many different messages to tell them all",
        metadata: ["orgkey.count": "\(others)"])
    }
  }
}
