/// A queue of bytes in hand-owned memory: filled at the end, consumed from the front, wiped as
/// it is consumed, for it may hold keys. Grows with what arrives, never with what is announced.
@safe package struct ByteBuffer: ~Copyable, @unchecked Sendable {
  package static let initialCapacity = 16 << 10

  // Owned by this value alone, which can't be copied: it may go from thread to thread.
  private var memory: UnsafeMutableRawPointer
  /// Bytes of memory it has.
  package private(set) var capacity: Int
  private let keptCapacity: Int
  private var start = 0
  private var end = 0

  /// - Parameter kept: more than this is given back when the buffer falls empty.
  package init(keeping kept: Int = 256 << 10) {
    keptCapacity = kept
    capacity = ByteBuffer.initialCapacity
    unsafe memory = .allocate(byteCount: capacity, alignment: 16)
  }

  deinit {
    unsafe wipe(memory + start, end - start)
    unsafe memory.deallocate()
  }

  package var count: Int { end - start }
  package var isEmpty: Bool { start == end }

  /// What is in the buffer; valid until the next change.
  @unsafe package var bytes: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: memory + start, count: end - start)
  }

  /// Free space at the end, at least `minimum` bytes; valid until the next change.
  @unsafe package mutating func space(atLeast minimum: Int) -> UnsafeMutableRawBufferPointer {
    if capacity - end < minimum { makeRoom(minimum) }
    return unsafe UnsafeMutableRawBufferPointer(start: memory + end, count: capacity - end)
  }

  /// Takes over `count` bytes written into `space`.
  package mutating func commit(_ count: Int) {
    precondition(count >= 0 && count <= capacity - end)
    end += count
  }

  /// Drops `count` bytes from the front.
  package mutating func consume(_ count: Int) {
    precondition(count >= 0 && count <= end - start)
    unsafe wipe(memory + start, count)
    start += count
    guard start == end else { return }
    start = 0
    end = 0
    if capacity > keptCapacity { resize(to: ByteBuffer.initialCapacity) }
  }

  package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    unsafe space(atLeast: bytes.count).copyMemory(from: bytes)
    commit(bytes.count)
  }

  package mutating func append(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { unsafe append($0) }
  }

  private mutating func makeRoom(_ minimum: Int) {
    let count = end - start
    if start > 0 && capacity - count >= minimum {
      let moved = end
      unsafe memory.copyMemory(from: memory + start, byteCount: count)
      start = 0
      end = count
      unsafe wipe(memory + count, moved - count)
    } else {
      var size = capacity
      while size - count < minimum { size *= 2 }
      resize(to: size)
    }
  }

  private mutating func resize(to size: Int) {
    let count = end - start
    let larger = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    unsafe larger.copyMemory(from: memory + start, byteCount: count)
    unsafe wipe(memory + start, count)
    unsafe memory.deallocate()
    unsafe memory = larger
    capacity = size
    start = 0
    end = count
  }
}
