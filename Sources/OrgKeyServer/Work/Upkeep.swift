internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeySystem

/// What the writer does between changes: usage counts to disk, what time alone changes, and the
/// store's own maintenance.
final class Upkeep {
  /// Flushing takes at most one part in so many of a core.
  private static let idleShare: Int64 = 50
  /// How often dead secrets are looked for, milliseconds.
  private static let forgettingInterval: Int64 = 3_600_000
  /// Secrets looked through at a time, under the Directory's lock.
  private static let slice: UInt32 = 4_096

  private let flushInterval: Int64
  private let retention: Retention
  private var clock = ClockWatch()
  private var flushAt: Int64
  private var isFlushing = false
  /// Nanoseconds that the present flush has taken.
  private var flushTime: Int64 = 0
  private var hasFlushed = false
  private var forgetAt: Int64
  /// When to look at the clocks, and to tell what was collapsed, at the latest.
  private var lookAt: Int64
  /// Where looking for dead secrets goes on; 0: from the beginning.
  private var forgetting: UInt32 = 0
  /// Up to when, on the wall clock, keys that expire were looked at.
  private var expiredUntil: Int64

  /// - Parameter expiredUntil: up to when, on the wall clock, keys that expire were looked at when
  ///   they were loaded.
  init(_ settings: DaemonSettings, expiredUntil: Int64) {
    flushInterval = settings.usageFlushInterval
    self.expiredUntil = expiredUntil
    let now = Clock.monotonicMilliseconds()
    retention = Retention(auditRetention: settings.auditRetention, now: now)
    flushAt = now + flushInterval
    forgetAt = now + Upkeep.forgettingInterval
    lookAt = now
  }

  /// When to run next, on the monotonic clock, milliseconds.
  var due: Int64 { min(flushAt, lookAt, max(retention.due, clock.distrustedUntil)) }

  /// Runs what is due. A change waits for one chunk of usage and one slice of what is old at most.
  func run(_ store: Store, _ service: Service) throws(StoreError) {
    let now = Clock.monotonicMilliseconds()
    // Before anything is found to be old.
    try clock.look(store, service.collapsed)
    if now >= lookAt {
      service.collapsed.tell(at: now)
      lookAt = now + CollapsedLog.interval
    }
    if now >= flushAt { try flush(store, service, now) }
    let distrusted = now < clock.distrustedUntil
    if now >= retention.due && !distrusted { try retention.run(store, service.collapsed) }
    try markExpired(store, service)
    if now >= forgetAt && !distrusted {
      forgetDead(service)
      if forgetting == 0 { forgetAt = now + Upkeep.forgettingInterval }
    }
    try store.maintain()
  }

  /// Puts everything on disk that was counted.
  func finish(_ store: Store, _ service: Service) throws(StoreError) {
    // What is on its way, then what has been counted since.
    for _ in 0..<2 {
      while try flushChunk(store, service) {}
      _ = service.usage.collect()
    }
    while try flushChunk(store, service) {}
    service.collapsed.tell(at: .max)
  }

  private func flush(_ store: Store, _ service: Service, _ now: Int64) throws(StoreError) {
    let beganAt = Clock.monotonicNanoseconds()
    if !isFlushing {
      isFlushing = true
      hasFlushed = false
      flushTime = 0
      service.activity.add(service.usage.collect(), at: now)
    }
    let more = try flushChunk(store, service)
    flushTime += Clock.monotonicNanoseconds() - beganAt
    if more {
      hasFlushed = true
      flushAt = now
    } else {
      isFlushing = false
      if hasFlushed { service.flushTimes.record(flushTime) }
      flushAt = now + max(flushInterval, flushTime * Upkeep.idleShare / 1_000_000)
    }
  }

  private func flushChunk(_ store: Store, _ service: Service) throws(StoreError) -> Bool {
    do throws(StoreError) {
      return try service.usage.flushChunk { (entries) throws(StoreError) in
        try store.flush(entries)
      }
    } catch let error where error.category == .full || error.category == .tryAgain {
      service.collapsed.warning("usage counts stay in memory: \(error)")
      return false
    }
  }

  /// Active keys are counted without those whose time is over. A clock that is set back brings
  /// them back.
  private func markExpired(_ store: Store, _ service: Service) throws(StoreError) {
    let now = Clock.wallMilliseconds()
    guard now != expiredUntil else { return }
    let expired = now > expiredUntil
    let numbers = try store.keysExpiring(
      after: min(now, expiredUntil), through: max(now, expiredUntil))
    expiredUntil = now
    // Many may end at once: an hour, a year.
    var rest = numbers[...]
    while !rest.isEmpty {
      service.directory.write { directory in
        for number in rest.prefix(Limits.keysPerMutation) {
          _ = directory.markExpired(key: number, expired)
        }
      }
      rest = rest.dropFirst(Limits.keysPerMutation)
    }
  }

  /// Looks through a slice of the secrets for those that may be forgotten.
  private func forgetDead(_ service: Service) {
    let before = Clock.wallMilliseconds() - Limits.deadSecretLifetimeMilliseconds
    let dead = service.directory.read { directory in
      directory.deadSecrets(until: before, from: &forgetting, examining: Upkeep.slice)
    }
    guard !dead.isEmpty else { return }
    service.directory.write { directory in
      for secret in dead { directory.forget(secret) }
    }
  }
}
