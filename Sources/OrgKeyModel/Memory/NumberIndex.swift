/// From the store's numbers to handles: a plain table, since numbers are dense.
///
/// Four bytes for every number ever used, in chunks, so that a number gone wrong costs one chunk.
struct NumberIndex: ~Copyable {
  private var handles = ChunkList<UInt32>()

  /// - Returns: 0 when there is none.
  func handle(of number: Int64) -> UInt32 {
    guard let index = UInt32(exactly: number), handles.isReserved(index) else { return 0 }
    return unsafe handles.address(of: index).pointee
  }

  /// - Parameter handle: 0 forgets the number.
  mutating func set(_ number: UInt32, to handle: UInt32) {
    handles.reserve(number, filler: 0)
    unsafe handles.address(of: number).pointee = handle
  }
}
