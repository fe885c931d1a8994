/// Texts of the Directory, each ended by a NUL.
///
/// Pieces are whole granules of 8 bytes, up to 136 bytes of their own size, above that the next
/// power of two; a piece that was given back serves the next text of its size.
@safe
struct TextHeap: ~Copyable {
  private static let granuleBytes = 8
  /// A chunk's granules: a piece lies in one chunk.
  private static let chunkGranules: UInt32 = 4096
  /// Up to here, each number of granules is a class of its own.
  private static let exactGranules = 17
  /// Of the largest class: 8 KiB, more than 64 permissions take.
  static let maximumBytes = 8191

  private var chunks = ChunkList<UInt64>()
  // The next granule never used. Granule 0 stands for "none".
  private var end: UInt32 = 1
  // By size class, the first free piece, which holds the next one's place.
  private var free = InlineArray<24, UInt32>(repeating: 0)

  /// Keeps a copy of `text`.
  /// - Returns: its place, never 0.
  mutating func insert(_ text: Span<UInt8>) -> UInt32 {
    precondition(text.count <= Self.maximumBytes)
    let (sizeClass, granules) = Self.size(of: text.count)
    let place = piece(sizeClass, granules)
    let memory = unsafe UnsafeMutableRawPointer(chunks.address(of: place))
    for index in text.indices {
      unsafe memory.storeBytes(of: text[index], toByteOffset: index, as: UInt8.self)
    }
    unsafe memory.storeBytes(of: 0, toByteOffset: text.count, as: UInt8.self)
    return place
  }

  mutating func remove(_ place: UInt32, byteCount: Int) {
    let (sizeClass, _) = Self.size(of: byteCount)
    unsafe chunks.address(of: place).pointee = UInt64(free[sizeClass])
    free[sizeClass] = place
  }

  /// The text's first byte; unsafe because it is good only until the text is removed.
  @unsafe
  func address(of place: UInt32) -> UnsafePointer<UInt8> {
    let memory = unsafe UnsafeRawPointer(chunks.address(of: place))
    return unsafe memory.assumingMemoryBound(to: UInt8.self)
  }

  private mutating func piece(_ sizeClass: Int, _ granules: UInt32) -> UInt32 {
    let reused = free[sizeClass]
    if reused != 0 {
      free[sizeClass] = unsafe UInt32(truncatingIfNeeded: chunks.address(of: reused).pointee)
      return reused
    }
    let left = Self.chunkGranules - end % Self.chunkGranules
    if left < granules { end += left }
    let place = end
    chunks.reserve(place)
    end += granules
    return place
  }

  private static func size(of byteCount: Int) -> (sizeClass: Int, granules: UInt32) {
    let granules = byteCount / granuleBytes + 1
    if granules <= exactGranules { return (granules, UInt32(granules)) }
    let bits = Int.bitWidth - (granules - 1).leadingZeroBitCount
    return (exactGranules + bits - 4, 1 << UInt32(bits))
  }
}
