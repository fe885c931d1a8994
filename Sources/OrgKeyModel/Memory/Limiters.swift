import Synchronization

/// Where a key's rate limit stands.
package struct RateLimitState: BitwiseCopyable, Equatable, Sendable {
  /// Requests allowed in a window.
  package var limit: UInt32
  package var remaining: UInt32
  /// When the window ends, in Unix seconds, rounded up. When none is open, the end of one that
  /// would open now.
  package var resetAt: Int64

  package init(limit: UInt32, remaining: UInt32, resetAt: Int64) {
    self.limit = limit
    self.remaining = remaining
    self.resetAt = resetAt
  }
}

/// One fixed window per limited key, exact over all threads.
///
/// A window opens with its first request. Its start on the monotonic clock (40 bits of
/// milliseconds, 34 years) and its count (24 bits) share one word, changed by compare-exchange.
struct Limiters: ~Copyable {
  // Not private: the compiler fails on a noncopyable type made of a private one across files.
  struct Row: BitwiseCopyable {
    var limit: UInt32
    var window: UInt32
    // A count of 0: no window was opened yet.
    var word: UInt64
  }

  private static let countBits: UInt64 = 24
  private static let countMask: UInt64 = 1 << countBits - 1
  private static let startMask: UInt64 = 1 << 40 - 1

  private var rows = Table(none: Row(limit: 0, window: 0, word: 0))

  mutating func insert(_ limit: RateLimit) -> UInt32 {
    rows.insert(Row(limit: limit.limit, window: limit.window, word: 0))
  }

  mutating func remove(_ handle: UInt32) { rows.remove(handle) }

  func limit(_ handle: UInt32) -> RateLimit {
    let row = unsafe rows.address(of: handle)
    return unsafe RateLimit(limit: row.pointee.limit, window: row.pointee.window)
  }

  /// Takes one request from the window, or opens the next one with it.
  func take(_ handle: UInt32, now: Instant) -> (passed: Bool, state: RateLimitState) {
    let limit = limit(handle)
    var seen = load(handle)
    while true {
      let window = Window(seen, limit, now)
      guard window.count < limit.limit else { return (false, window.state(limit, now)) }
      let taken = window.counting(1)
      let (exchanged, original) = exchange(handle, seen, taken.word)
      if exchanged { return (true, taken.state(limit, now)) }
      seen = original
    }
  }

  /// What `take` would answer, taking nothing.
  func preview(_ handle: UInt32, now: Instant) -> (passed: Bool, state: RateLimitState) {
    let limit = limit(handle)
    let window = Window(load(handle), limit, now)
    guard window.count < limit.limit else { return (false, window.state(limit, now)) }
    return (true, window.counting(1).state(limit, now))
  }

  /// Where the window stands.
  func look(_ handle: UInt32, now: Instant) -> RateLimitState {
    let limit = limit(handle)
    return Window(load(handle), limit, now).state(limit, now)
  }

  /// The window that a request at `now` falls into.
  private struct Window {
    let start: UInt64
    let count: UInt32
    // Milliseconds since its start.
    let age: UInt64

    init(_ word: UInt64, _ limit: RateLimit, _ now: Instant) {
      let now = UInt64(bitPattern: now.monotonic) & startMask
      let start = word >> countBits
      // Another thread may have read the clock a little later and opened the window first.
      let age = now > start ? now - start : 0
      let count = UInt32(word & countMask)
      let isOpen = count != 0 && age < UInt64(limit.window) * 1000
      self.start = isOpen ? start : now
      self.count = isOpen ? count : 0
      self.age = isOpen ? age : 0
    }

    private init(start: UInt64, count: UInt32, age: UInt64) {
      self.start = start
      self.count = count
      self.age = age
    }

    func counting(_ more: UInt32) -> Window {
      Window(start: start, count: count + more, age: age)
    }

    var word: UInt64 { start << countBits | UInt64(count) }

    func state(_ limit: RateLimit, _ now: Instant) -> RateLimitState {
      let left = Int64(limit.window) * 1000 - Int64(age)
      return RateLimitState(
        limit: limit.limit, remaining: limit.limit - min(count, limit.limit),
        resetAt: (now.wall + left + 999) / 1000)
    }
  }

  private func load(_ handle: UInt32) -> UInt64 {
    unsafe word(handle).pointee.load(ordering: .relaxed)
  }

  private func exchange(
    _ handle: UInt32, _ expected: UInt64, _ desired: UInt64
  ) -> (exchanged: Bool, original: UInt64) {
    unsafe word(handle).pointee.weakCompareExchange(
      expected: expected, desired: desired, ordering: .relaxed)
  }

  /// The row's word as what it is to all readers: an atomic, laid out as the number it holds.
  private func word(_ handle: UInt32) -> UnsafeMutablePointer<Atomic<UInt64>> {
    let row = unsafe UnsafeMutableRawPointer(rows.address(of: handle))
    let offset = MemoryLayout<UInt32>.size * 2
    return unsafe (row + offset).assumingMemoryBound(to: Atomic<UInt64>.self)
  }
}
