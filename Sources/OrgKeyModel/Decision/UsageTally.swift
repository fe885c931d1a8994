/// What one reactor counted since it last handed its counts over.
///
/// One entry for each secret and outcome, named by the store's numbers: these are never used
/// again, so that a secret may leave the Directory while it is still counted here. Counting
/// allocates only when there are more entries than ever before.
package struct UsageTally: ~Copyable {
  /// How often a secret met one outcome.
  package struct Entry: BitwiseCopyable, Equatable, Sendable {
    package let secret: UInt32
    package let key: UInt32
    /// When it last did, in Unix milliseconds.
    package fileprivate(set) var lastAt: Int64
    // The outcome in the lowest byte, the count above it: three words in all.
    private var countAndReason: UInt64

    package init(secret: UInt32, key: UInt32, reason: Reason, count: UInt64, lastAt: Int64) {
      self.secret = secret
      self.key = key
      self.lastAt = lastAt
      countAndReason = count << 8 | UInt64(reason.rawValue)
    }

    package var count: UInt64 { countAndReason >> 8 }

    package var reason: Reason {
      Reason(rawValue: UInt8(truncatingIfNeeded: countAndReason)) ?? .keyUnknown
    }

    fileprivate mutating func add(_ other: Entry) {
      countAndReason &+= other.count << 8
      lastAt = max(lastAt, other.lastAt)
    }

    fileprivate func counts(_ secret: UInt32, _ reason: Reason) -> Bool {
      self.secret == secret && self.reason == reason
    }
  }

  private var entries: [Entry] = []
  // By open addressing, the position in `entries` plus 1; 0 is empty. A power of two.
  private var slots = [UInt32](repeating: 0, count: 64)
  /// When the first of what is here was counted, in Unix milliseconds; nil when nothing is.
  package private(set) var oldestAt: Int64?

  package init() {}

  /// Entries, in the order in which they were first met.
  package var count: Int { entries.count }

  package subscript(position: Int) -> Entry { entries[position] }

  /// Counts what was decided, if the key is known.
  /// - Parameter time: Unix milliseconds.
  package mutating func record(_ verdict: Verdict, at time: Int64) {
    guard verdict.secretNumber != 0 else { return }
    add(
      Entry(
        secret: verdict.secretNumber, key: verdict.keyNumber, reason: verdict.reason, count: 1,
        lastAt: time))
  }

  /// Adds what another tally counted.
  package mutating func add(_ entry: Entry) {
    if oldestAt == nil { oldestAt = entry.lastAt }
    let slot = slot(of: entry.secret, entry.reason)
    if slots[slot] != 0 {
      entries[Int(slots[slot]) - 1].add(entry)
      return
    }
    entries.append(entry)
    slots[slot] = UInt32(entries.count)
    if 2 * entries.count > slots.count { grow() }
  }

  /// Forgets all that was counted, and keeps the memory.
  package mutating func removeAll() {
    if 8 * entries.count > slots.count {
      for slot in slots.indices { slots[slot] = 0 }
    } else {
      for position in entries.indices { clearSlot(of: position) }
    }
    entries.removeAll(keepingCapacity: true)
    oldestAt = nil
  }

  /// What is counted here for one secret.
  package func pending(secret number: Int64) -> UsageCounts {
    var counts = UsageCounts()
    guard let secret = UInt32(exactly: number) else { return counts }
    for reason in Reason.allCases {
      let slot = slot(of: secret, reason)
      if slots[slot] != 0 { counts.add(entries[Int(slots[slot]) - 1]) }
    }
    return counts
  }

  // After a busy hour the table is large, and a quiet second must not cost its whole length.
  private mutating func clearSlot(of position: Int) {
    var slot = home(of: entries[position].secret, entries[position].reason)
    while slots[slot] != UInt32(position + 1) { slot = following(slot) }
    slots[slot] = 0
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: 2 * slots.count)
    for position in entries.indices {
      slots[slot(of: entries[position].secret, entries[position].reason)] = UInt32(position + 1)
    }
  }

  /// Where the entry is, or would be.
  private func slot(of secret: UInt32, _ reason: Reason) -> Int {
    var slot = home(of: secret, reason)
    while slots[slot] != 0, !entries[Int(slots[slot]) - 1].counts(secret, reason) {
      slot = following(slot)
    }
    return slot
  }

  private func home(of secret: UInt32, _ reason: Reason) -> Int {
    let mixed = (UInt64(secret) << 4 | UInt64(reason.rawValue)) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: mixed >> 32) & (slots.count - 1)
  }

  private func following(_ slot: Int) -> Int { (slot + 1) & (slots.count - 1) }
}

/// Counts of one secret, or, added up, of a key.
package struct UsageCounts: Equatable, Sendable {
  package var allowed: UInt64 = 0
  package var denied: UInt64 = 0
  /// Unix milliseconds; 0: never.
  package var lastAllowedAt: Int64 = 0
  package var lastDeniedAt: Int64 = 0
  /// `.allowed` when nothing was denied.
  package var lastDeniedReason = Reason.allowed

  package init() {}

  /// Adds what was counted elsewhere; of two denials the later one stays, of two at once the other's.
  package mutating func add(_ other: UsageCounts) {
    allowed += other.allowed
    denied += other.denied
    lastAllowedAt = max(lastAllowedAt, other.lastAllowedAt)
    if other.denied > 0, other.lastDeniedAt >= lastDeniedAt {
      lastDeniedAt = other.lastDeniedAt
      lastDeniedReason = other.lastDeniedReason
    }
  }

  /// Adds one entry.
  package mutating func add(_ entry: UsageTally.Entry) {
    if entry.reason == .allowed {
      allowed += entry.count
      lastAllowedAt = max(lastAllowedAt, entry.lastAt)
    } else {
      denied += entry.count
      if entry.lastAt >= lastDeniedAt {
        lastDeniedAt = entry.lastAt
        lastDeniedReason = entry.reason
      }
    }
  }
}
