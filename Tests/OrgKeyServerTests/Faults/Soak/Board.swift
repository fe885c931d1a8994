import OrgKeyWire
import Synchronization

/// A secret that a tenant shows to everybody, and what anybody who presents it must be told.
final class Slot: Sendable {
  struct Entry {
    /// One more at each change.
    var version: Int
    var key: String
    var secret: UInt32
    var keyID: String
    var text: SecretText
    /// One, or several while a change is on its way.
    var reasons: Set<Reason>
  }

  /// The last ones, oldest first.
  private let entries = Mutex<[Entry]>([])

  var current: Entry? { entries.withLock { $0.last } }

  func show(_ key: String, _ secret: UInt32, _ keyID: String, _ text: SecretText, _ reason: Reason)
  {
    push(
      Entry(
        version: 0, key: key, secret: secret, keyID: keyID, text: text, reasons: [reason]))
  }

  func expect(_ reasons: Set<Reason>) {
    guard var entry = current, entry.reasons != reasons else { return }
    entry.reasons = reasons
    push(entry)
  }

  private func push(_ entry: Entry) {
    entries.withLock { entries in
      var entry = entry
      entry.version = (entries.last?.version ?? 0) + 1
      entries.append(entry)
      if entries.count > 16 { entries.removeFirst() }
    }
  }

  /// What was right at some time from `entry` until now.
  /// - Returns: nil if that is no longer known.
  func reasons(since entry: Entry) -> Set<Reason>? {
    entries.withLock { entries in
      guard let first = entries.firstIndex(where: { $0.version == entry.version }) else {
        return nil
      }
      let met = entries[first...].filter { $0.text == entry.text }
      return met.reduce(into: []) { $0.formUnion($1.reasons) }
    }
  }
}

/// How often the daemon said that it decided about each key.
final class Tally: Sendable {
  struct Count: Equatable {
    var allowed: UInt64 = 0
    var denied: UInt64 = 0
    /// Calls without an answer: they may have been counted.
    var lost: UInt64 = 0
    /// What was on disk for certain.
    var floor: UInt64 = 0

    var answered: UInt64 { allowed + denied }
  }

  private let counts = Mutex<[String: Count]>([:])

  func count(_ answer: AuthorizeResponse) {
    guard !answer.keyID.isEmpty else { return }
    counts.withLock {
      if answer.decision == .allowed {
        $0[answer.keyID, default: Count()].allowed += 1
      } else {
        $0[answer.keyID, default: Count()].denied += 1
      }
    }
  }

  func countLost(_ keyID: String) {
    counts.withLock { $0[keyID, default: Count()].lost += 1 }
  }

  /// What a key's record must be within.
  /// - Parameter mayHaveForgotten: the daemon was killed.
  func fault(_ key: OrgKeyWire.Key, mayHaveForgotten: Bool) -> String? {
    let count = counts.withLock { $0[key.keyID] } ?? Count()
    let told = key.allowedCount + key.deniedCount
    let least = mayHaveForgotten ? count.floor : count.answered
    if (least...max(least, count.answered + count.lost)).contains(told),
      mayHaveForgotten || key.allowedCount >= count.allowed && key.deniedCount >= count.denied
    {
      return nil
    }
    return "\(key.keyID) counted \(key.allowedCount) and \(key.deniedCount), not \(count)"
  }

  /// Takes what records say for what is so, and is on disk; other keys are forgotten.
  func rebase(_ keys: [OrgKeyWire.Key]) {
    counts.withLock { counts in
      counts = [:]
      for key in keys {
        counts[key.keyID] = Count(
          allowed: key.allowedCount, denied: key.deniedCount, lost: 0,
          floor: key.allowedCount + key.deniedCount)
      }
    }
  }
}
