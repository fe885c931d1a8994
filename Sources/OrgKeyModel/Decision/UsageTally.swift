/// What one reactor counted since it last handed its counts over.
///
/// One entry for each secret, outcome and day, named by the store's numbers: these are never
/// used again, so that a secret may leave the Directory while it is still counted here. Counting
/// allocates only when there are more entries than ever before.
package struct UsageTally: ~Copyable {
  private var entries: [Entry] = []
  // By open addressing, the position in `entries` plus 1; 0 is empty. A power of two. Entries
  // that differ in the day alone share a home, so that all of an outcome lie on one way.
  private var slots = [UInt32](repeating: 0, count: 64)
  private var last = UsageMoment(milliseconds: 0)
  /// When the first of what is here was counted, in Unix milliseconds; nil when nothing is.
  package private(set) var oldestAt: Int64?

  package init() {}

  /// Entries, in the order in which they were first met.
  package var count: Int { entries.count }

  package subscript(position: Int) -> Entry { entries[position] }

  /// Counts what was decided, if the key is known. Of two calls in one pass, which has read the
  /// clock once, the second is later.
  package mutating func record(_ verdict: Verdict, at now: Instant) {
    guard verdict.secretNumber != 0 else { return }
    last = last.next(at: now)
    add(
      Entry(
        secret: verdict.secretNumber, key: verdict.keyNumber, reason: verdict.reason, at: last))
  }

  /// Counts what was decided of several questions, in their order, and, as deciding them did, has
  /// their reads on the way at the same time.
  package mutating func record(
    _ questions: UnsafeMutableBufferPointer<Question>, at now: Instant
  ) {
    for index in questions.indices {
      let verdict = unsafe questions[index].verdict
      unsafe questions[index].touched = slots[home(of: verdict.secretNumber, verdict.reason)]
    }
    for index in questions.indices {
      let position = unsafe Int(questions[index].touched) - 1
      if position >= 0 { unsafe questions[index].touched = entries[position].secret }
    }
    for index in questions.indices { unsafe record(questions[index].verdict, at: now) }
  }

  /// Adds what was counted elsewhere.
  package mutating func add(_ entry: Entry) {
    if oldestAt == nil { oldestAt = entry.lastAt }
    let slot = slot(of: entry)
    if slots[slot] != 0 {
      entries[Int(slots[slot]) - 1].add(entry)
      return
    }
    entries.append(entry)
    slots[slot] = UInt32(entries.count)
    if 2 * entries.count > slots.count { grow() }
  }

  /// Adds all that another tally counted.
  package mutating func add(_ other: borrowing UsageTally) {
    guard let oldest = other.oldestAt else { return }
    for position in 0..<other.count { add(other[position]) }
    oldestAt = min(oldestAt ?? oldest, oldest)
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

  /// Lends each entry of one secret.
  package func forEach(secret number: Int64, _ body: (Entry) -> Void) {
    guard let secret = UInt32(exactly: number) else { return }
    for reason in Reason.allCases {
      var slot = home(of: secret, reason)
      while slots[slot] != 0 {
        let entry = entries[Int(slots[slot]) - 1]
        if entry.secret == secret, entry.reason == reason { body(entry) }
        slot = following(slot)
      }
    }
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
      slots[slot(of: entries[position])] = UInt32(position + 1)
    }
  }

  /// Where the entry is, or would be.
  private func slot(of entry: Entry) -> Int {
    var slot = home(of: entry.secret, entry.reason)
    while slots[slot] != 0, !entries[Int(slots[slot]) - 1].countsSame(as: entry) {
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
