/// Rows of one kind in memory of its own, addressed by 32-bit handles.
///
/// Rows lie in chunks that never move, so that growing copies nothing under a lock. Handle 0
/// stands for "none": its row is there from the beginning and belongs to no thing. The handle of
/// a removed row is given out again.
@safe
struct Table<Row: BitwiseCopyable>: ~Copyable {
  private var chunks = ChunkList<Row>()
  /// Handles given out so far, removed ones included.
  private var end: UInt32 = 0
  // Removed rows form a list: each holds the next one's handle in its first four bytes.
  private var firstFree: UInt32 = 0

  /// - Parameter none: the row of handle 0.
  init(none: Row) {
    precondition(MemoryLayout<Row>.size >= MemoryLayout<UInt32>.size)
    _ = append(none)
  }

  /// One past the greatest handle in use.
  var endHandle: UInt32 { end }

  subscript(handle: UInt32) -> Row {
    get { unsafe address(of: handle).pointee }
    _modify { yield unsafe &address(of: handle).pointee }
  }

  /// Good until the table goes; unsafe because a removed row's address reads another row.
  @unsafe
  func address(of handle: UInt32) -> UnsafeMutablePointer<Row> {
    precondition(handle < end, "a handle that was never given out")
    return unsafe chunks.address(of: handle)
  }

  mutating func insert(_ row: Row) -> UInt32 {
    guard firstFree != 0 else { return append(row) }
    let handle = firstFree
    let memory = unsafe UnsafeMutableRawPointer(address(of: handle))
    firstFree = unsafe memory.load(as: UInt32.self)
    self[handle] = row
    return handle
  }

  mutating func remove(_ handle: UInt32) {
    precondition(handle != 0)
    let memory = unsafe UnsafeMutableRawPointer(address(of: handle))
    unsafe memory.storeBytes(of: firstFree, as: UInt32.self)
    firstFree = handle
  }

  private mutating func append(_ row: Row) -> UInt32 {
    precondition(end < UInt32.max, "a table holds 2^32 rows at most")
    let handle = end
    chunks.reserve(handle)
    end += 1
    unsafe chunks.address(of: handle).initialize(to: row)
    return handle
  }
}

/// Memory in chunks of 4,096 elements, made when first needed, never moved.
@safe
struct ChunkList<Element: BitwiseCopyable>: ~Copyable {
  private static var chunkBits: UInt32 { 12 }
  private static var chunkSize: UInt32 { 1 << chunkBits }

  // Null where nothing was reserved yet.
  private var chunks: UnsafeMutablePointer<UnsafeMutablePointer<Element>?>
  private var capacity = 0

  init() {
    unsafe chunks = .allocate(capacity: 0)
  }

  deinit {
    for index in 0..<capacity { unsafe chunks[index]?.deallocate() }
    unsafe chunks.deallocate()
  }

  func isReserved(_ index: UInt32) -> Bool {
    let chunk = Int(index >> Self.chunkBits)
    return unsafe chunk < capacity && chunks[chunk] != nil
  }

  /// Unsafe because it does not check that `index` was reserved.
  @unsafe
  func address(of index: UInt32) -> UnsafeMutablePointer<Element> {
    let chunk = unsafe chunks[Int(index >> Self.chunkBits)].unsafelyUnwrapped
    return unsafe chunk + Int(index & (Self.chunkSize - 1))
  }

  /// Makes room for `index`.
  /// - Parameter filler: what new elements are set to; nil leaves them as they are, and their
  ///   pages untouched.
  mutating func reserve(_ index: UInt32, filler: Element? = nil) {
    if isReserved(index) { return }
    let chunk = Int(index >> Self.chunkBits)
    if chunk >= capacity { grow(to: max(chunk + 1, 2 * capacity, 8)) }
    let memory = UnsafeMutablePointer<Element>.allocate(capacity: Int(Self.chunkSize))
    if let filler {
      unsafe memory.initialize(repeating: filler, count: Int(Self.chunkSize))
    }
    unsafe chunks[chunk] = memory
  }

  private mutating func grow(to newCapacity: Int) {
    let grown = UnsafeMutablePointer<UnsafeMutablePointer<Element>?>.allocate(
      capacity: newCapacity)
    unsafe grown.initialize(from: chunks, count: capacity)
    unsafe (grown + capacity).initialize(repeating: nil, count: newCapacity - capacity)
    unsafe chunks.deallocate()
    unsafe chunks = grown
    capacity = newCapacity
  }
}
