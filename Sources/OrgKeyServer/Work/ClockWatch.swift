internal import Logging
internal import OrgKeyStore
internal import OrgKeySystem

/// Compares the wall clock with the monotonic one, which nobody sets. Expiry follows a clock that
/// was set, right or wrong; what can't be brought back waits for a day, so that somebody can put a
/// wrong one right.
struct ClockWatch {
  /// What two looks may differ by, milliseconds: slewing and a machine that is busy.
  private static let tolerance: Int64 = 500
  /// A step ahead that makes too much old at once.
  private static let largeStep: Int64 = 86_400_000
  /// At a start: how long nothing may have been changed, by a clock that is believed.
  private static let quietSpell: Int64 = 30 * 86_400_000
  /// How long a clock that is far ahead is not believed.
  private static let waiting: Int64 = 86_400_000

  /// How far the wall clock was ahead of the monotonic one; nil: not looked at yet.
  private var offset: Int64?
  /// Until when, on the monotonic clock, nothing is deleted or forgotten for being old.
  private(set) var distrustedUntil: Int64 = .min

  /// Looks at both, and logs when the wall clock was set.
  mutating func look(_ store: Store, _ log: CollapsedLog) throws(StoreError) {
    let before = Clock.monotonicMilliseconds()
    let wall = Clock.wallMilliseconds()
    let now = Clock.monotonicMilliseconds()
    guard now - before < ClockWatch.tolerance / 2 else { return }
    let last = offset
    offset = wall - now
    guard let last else {
      let newest = try store.newestAuditEventAt() ?? wall
      if newest - wall > ClockWatch.tolerance {
        log.warning(
          "the system's clock is behind the last change, and expiry and overlaps follow it",
          ["orgkey.milliseconds": "\(newest - wall)"])
      }
      guard wall - newest > ClockWatch.quietSpell else { return }
      log.notice(
        "nothing old is deleted for a day: the last change was made over 30 days ago, or the "
          + "system's clock is ahead")
      distrustedUntil = now + ClockWatch.waiting
      return
    }
    let step = wall - now - last
    guard abs(step) > ClockWatch.tolerance else { return }
    let far = step > ClockWatch.largeStep
    let direction = step > 0 ? "forward" : "back"
    log.warning(
      "the system's clock was set \(direction), and expiry and overlaps follow it"
        + (far ? "; nothing old is deleted for a day" : ""),
      ["orgkey.milliseconds": "\(abs(step))"])
    if far { distrustedUntil = now + ClockWatch.waiting }
  }
}
