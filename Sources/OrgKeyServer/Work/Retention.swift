internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeySystem

/// Deletes what is kept for a time only: usage by day, and, when so configured, the audit trail.
final class Retention {
  /// Deleting takes at most one part in so many of a core.
  private static let idleShare: Int64 = 50
  /// How often it is looked whether something has grown too old, milliseconds.
  private static let longestInterval: Int64 = 3_600_000
  private static let shortestInterval: Int64 = 1_000

  private let auditRetention: Int64?
  private let interval: Int64
  /// When to run next, on the monotonic clock, milliseconds.
  private(set) var due: Int64
  /// The day up to which usage was deleted last: nothing more grows too old on the same day.
  private var forgottenDay: Int64?

  init(auditRetention: Int64?, now: Int64) {
    self.auditRetention = auditRetention
    // Nothing stays longer by more than a small part of the time for which it is kept.
    interval = max(
      Self.shortestInterval, min(Self.longestInterval, (auditRetention ?? .max) / 64))
    due = now
  }

  /// Deletes one slice.
  func run(_ store: Store, _ log: CollapsedLog) throws(StoreError) {
    let began = Clock.monotonicMilliseconds()
    do throws(StoreError) {
      let isDone = try forget(store, now: Clock.wallMilliseconds())
      let ended = Clock.monotonicMilliseconds()
      due = ended + (isDone ? interval : (ended - began) * Self.idleShare)
    } catch let error where error.category == .full || error.category == .tryAgain {
      log.warning("what is too old stays for now: \(error)")
      due = began + Self.longestInterval
    }
  }

  /// - Returns: whether nothing is left that is too old.
  private func forget(_ store: Store, now: Int64) throws(StoreError) -> Bool {
    let day = UTCDay.number(of: now) - Limits.usageDays
    if forgottenDay != day {
      if try store.forgetUsage(through: day) { return false }
      forgottenDay = day
    }
    guard let auditRetention else { return true }
    return try !store.forgetAuditEvents(before: now - auditRetention)
  }
}
