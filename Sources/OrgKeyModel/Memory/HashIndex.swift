/// From hashes to handles, by open addressing with linear probing.
///
/// A slot is one word: the hash's upper half and a handle; 0 is empty. A slot's home follows from
/// the half that it holds, so growing reads no row, and runs through old and new memory in order.
@safe
struct HashIndex: ~Copyable {
  private var slots: UnsafeMutablePointer<UInt64>
  private var capacity: UInt32
  private(set) var count = 0
  // Of no use but that reading is not optimized away.
  private var touched: UInt64 = 0

  init() {
    capacity = 16
    unsafe slots = Self.emptySlots(16)
  }

  deinit { unsafe slots.deallocate() }

  /// Where a search stands: the slot that is looked at next was read already.
  struct Probe: BitwiseCopyable {
    fileprivate let tag: UInt32
    fileprivate var position: UInt32
    fileprivate var slot: UInt64
  }

  func probe(_ hash: UInt64) -> Probe {
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    let home = home(of: tag)
    return unsafe Probe(tag: tag, position: home, slot: slots[Int(home)])
  }

  /// The next handle that was stored with the probe's hash, or with one much like it: the caller
  /// compares what it stands for.
  /// - Returns: 0 at the end.
  func next(_ probe: inout Probe) -> UInt32 {
    while probe.slot != 0 {
      let slot = probe.slot
      probe.position = following(probe.position)
      unsafe probe.slot = slots[Int(probe.position)]
      if Self.tag(of: slot) == probe.tag { return UInt32(truncatingIfNeeded: slot) }
    }
    return 0
  }

  /// Reads a hash's home, so that its memory is near when it is looked for.
  mutating func touch(_ hash: UInt64) {
    touched ^= unsafe slots[Int(home(of: UInt32(truncatingIfNeeded: hash >> 32)))]
  }

  mutating func insert(_ hash: UInt64, _ handle: UInt32) {
    precondition(handle != 0)
    if 4 * (count + 1) > 3 * Int(capacity) { resize(to: Int(capacity) + Int(capacity) / 2) }
    place((hash >> 32) << 32 | UInt64(handle))
    count += 1
  }

  /// Makes room for `total` handles and a third more.
  mutating func reserve(_ total: Int) {
    let wanted = total + total / 2 + 16
    if wanted > Int(capacity) { resize(to: wanted) }
  }

  mutating func remove(_ hash: UInt64, _ handle: UInt32) {
    let wanted = (hash >> 32) << 32 | UInt64(handle)
    var hole = home(of: Self.tag(of: wanted))
    while true {
      let slot = unsafe slots[Int(hole)]
      if slot == 0 { return }
      if slot == wanted { break }
      hole = following(hole)
    }
    close(hole)
    count -= 1
  }

  /// Moves back what follows, so that no search ends early at the hole.
  private mutating func close(_ start: UInt32) {
    var hole = start
    var position = hole
    while true {
      position = following(position)
      let slot = unsafe slots[Int(position)]
      if slot == 0 { break }
      let home = home(of: Self.tag(of: slot))
      if distance(from: home, to: position) >= distance(from: hole, to: position) {
        unsafe slots[Int(hole)] = slot
        hole = position
      }
    }
    unsafe slots[Int(hole)] = 0
  }

  private mutating func place(_ slot: UInt64) {
    var position = home(of: Self.tag(of: slot))
    while unsafe slots[Int(position)] != 0 { position = following(position) }
    unsafe slots[Int(position)] = slot
  }

  private mutating func resize(to newCapacity: Int) {
    let old = unsafe slots
    let oldCapacity = Int(capacity)
    capacity = UInt32(newCapacity)
    unsafe slots = Self.emptySlots(newCapacity)
    for position in 0..<oldCapacity {
      let slot = unsafe old[position]
      if slot != 0 { place(slot) }
    }
    unsafe old.deallocate()
  }

  private static func emptySlots(_ capacity: Int) -> UnsafeMutablePointer<UInt64> {
    let slots = UnsafeMutablePointer<UInt64>.allocate(capacity: capacity)
    unsafe slots.initialize(repeating: 0, count: capacity)
    return unsafe slots
  }

  private static func tag(of slot: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: slot >> 32) }

  private func home(of tag: UInt32) -> UInt32 {
    UInt32(truncatingIfNeeded: (UInt64(tag) &* UInt64(capacity)) >> 32)
  }

  private func following(_ position: UInt32) -> UInt32 {
    position + 1 == capacity ? 0 : position + 1
  }

  private func distance(from: UInt32, to: UInt32) -> UInt32 {
    to >= from ? to - from : to + (capacity - from)
  }
}
