internal import COrgKeyProto

/// Memory for protobuf-c that is given back all at once: one block that is kept, further ones
/// when it is full, up to a budget in bytes. What it held is wiped.
///
/// A body of 1 MiB can unpack into 73 times as much; the budget is what stops it.
@safe package struct Arena: ~Copyable {
  static let blockSize = 64 << 10

  @unsafe struct State {
    var allocator = unsafe ProtobufCAllocator()
    var block: UnsafeMutableRawPointer
    var used = 0
    var further: [UnsafeMutableRawBufferPointer] = unsafe []
    var total = 0
    var budget: Int
    var exhausted = false
    var holdsCutText = false
  }

  private let state: UnsafeMutablePointer<State>

  package init(budget: Int = .max) {
    unsafe state = .allocate(capacity: 1)
    unsafe state.initialize(
      to: State(
        block: .allocate(byteCount: Arena.blockSize, alignment: 16), budget: budget))
    unsafe state.pointee.allocator = ProtobufCAllocator(
      alloc: { data, size in
        unsafe Arena.allocate(data.unsafelyUnwrapped.assumingMemoryBound(to: State.self), size)
      },
      free: { _, _ in },
      allocator_data: UnsafeMutableRawPointer(state))
  }

  deinit {
    reset()
    unsafe state.pointee.block.deallocate()
    unsafe state.deinitialize(count: 1)
    unsafe state.deallocate()
  }

  /// Whether something was refused for want of budget since the last reset.
  var exhausted: Bool { unsafe state.pointee.exhausted }

  /// Whether a text written since the last reset has a NUL, where protobuf-c will cut it.
  var holdsCutText: Bool { unsafe state.pointee.holdsCutText }

  /// protobuf-c's view of the arena.
  var allocator: UnsafeMutablePointer<ProtobufCAllocator> {
    unsafe UnsafeMutableRawPointer(state).advanced(by: MemoryLayout<State>.offset(of: \.allocator)!)
      .assumingMemoryBound(to: ProtobufCAllocator.self)
  }

  /// Wipes and takes back everything.
  package func reset() {
    unsafe wipe(state.pointee.block, state.pointee.used)
    unsafe state.pointee.used = 0
    unsafe state.pointee.total = 0
    unsafe state.pointee.exhausted = false
    unsafe state.pointee.holdsCutText = false
    if unsafe state.pointee.further.isEmpty { return }
    unsafe state.pointee.further.forEach { block in
      unsafe wipe(block.baseAddress.unsafelyUnwrapped, block.count)
      unsafe block.deallocate()
    }
    unsafe state.pointee.further.removeAll()
  }

  private static func allocate(
    _ state: UnsafeMutablePointer<State>, _ size: Int
  ) -> UnsafeMutableRawPointer? {
    let rounded = (size + 15) & ~15
    guard unsafe rounded <= state.pointee.budget - state.pointee.total else {
      unsafe state.pointee.exhausted = true
      return nil
    }
    unsafe state.pointee.total += rounded
    let used = unsafe state.pointee.used
    if used + rounded <= blockSize {
      unsafe state.pointee.used = used + rounded
      return unsafe state.pointee.block + used
    }
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: max(rounded, 16), alignment: 16)
    unsafe state.pointee.further.append(block)
    return block.baseAddress
  }

  // MARK: Writing messages. Only in arenas without a budget, where allocation can't be refused.

  func memory<T>(_ type: T.Type, count: Int) -> UnsafeMutablePointer<T> {
    guard let memory = unsafe Arena.allocate(state, max(count, 1) * MemoryLayout<T>.stride) else {
      preconditionFailure("an arena for writing has no budget")
    }
    return unsafe memory.bindMemory(to: type, capacity: max(count, 1))
  }

  func make<C>(_ type: C.Type, _ initialize: (UnsafeMutablePointer<C>?) -> Void)
    -> UnsafeMutablePointer<C>
  {
    let message = unsafe memory(type, count: 1)
    unsafe initialize(message)
    return unsafe message
  }

  func text(_ text: String) -> UnsafeMutablePointer<CChar> {
    var text = text
    return text.withUTF8 { utf8 in
      let copy = unsafe memory(CChar.self, count: utf8.count + 1)
      for index in utf8.indices {
        if unsafe utf8[index] == 0 { unsafe state.pointee.holdsCutText = true }
        unsafe copy[index] = CChar(bitPattern: utf8[index])
      }
      unsafe copy[utf8.count] = 0
      return unsafe copy
    }
  }

  func bytes(_ bytes: [UInt8]) -> ProtobufCBinaryData {
    let copy = unsafe memory(UInt8.self, count: bytes.count)
    for index in bytes.indices { unsafe copy[index] = bytes[index] }
    return unsafe ProtobufCBinaryData(len: bytes.count, data: copy)
  }

  func list<T>(_ items: [T]) -> (Int, UnsafeMutablePointer<T>?) {
    if items.isEmpty { return (0, nil) }
    let copy = unsafe memory(T.self, count: items.count)
    for index in items.indices { unsafe (copy + index).initialize(to: items[index]) }
    return unsafe (items.count, copy)
  }

  func texts(
    _ texts: [String]
  ) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) {
    unsafe list(texts.map { unsafe Optional(text($0)) })
  }
}
