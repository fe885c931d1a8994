/// A reactor's connections, by the tokens by which epoll and other threads know them. A token is
/// never given out again, so that what comes late for a connection that is gone reaches no other.
@safe struct ConnectionTable: ~Copyable {
  // A token's lower half is a place here, its upper half tells who had the place.
  private var places: [UnsafeMutablePointer<Connection>?] = unsafe []
  private var free: [Int] = []
  private var generation: UInt64 = 0

  private static let placeBits: UInt64 = 32
  /// All tokens are at least this.
  static let firstToken: UInt64 = 1 << placeBits

  deinit {
    for token in tokens { self[token]?.end() }
  }

  var isEmpty: Bool { unsafe free.count == places.count }

  /// Of all of them.
  var tokens: [UInt64] { unsafe places.compactMap { unsafe $0?.pointee.token } }

  /// nil: there is none any more.
  subscript(token: UInt64) -> ConnectionReference? {
    let place = Int(token & (1 << ConnectionTable.placeBits - 1))
    guard unsafe place < places.count, let memory = unsafe places[place],
      unsafe memory.pointee.token == token
    else { return nil }
    return unsafe ConnectionReference(memory)
  }

  /// Adds the connection that `make` makes with a token of its own.
  mutating func insert(_ make: (_ token: UInt64) -> Connection) -> ConnectionReference {
    let place = unsafe free.popLast() ?? places.count
    if unsafe place == places.count { unsafe places.append(nil) }
    generation += 1
    let memory = UnsafeMutablePointer<Connection>.allocate(capacity: 1)
    unsafe memory.initialize(
      to: make(generation << ConnectionTable.placeBits | UInt64(place)))
    unsafe places[place] = memory
    return unsafe ConnectionReference(memory)
  }

  /// Ends a connection, which closes its socket.
  mutating func remove(_ token: UInt64) {
    guard let reference = self[token] else { return }
    let place = Int(token & (1 << ConnectionTable.placeBits - 1))
    unsafe places[place] = nil
    free.append(place)
    reference.end()
  }
}

/// A connection where it lies in its reactor's table: good until it is removed. Nothing is counted
/// and nothing checked in using it, for it is used many times in each call.
@safe struct ConnectionReference: BitwiseCopyable {
  private let memory: UnsafeMutablePointer<Connection>

  fileprivate init(_ memory: UnsafeMutablePointer<Connection>) { unsafe self.memory = memory }

  var connection: Connection {
    _read { yield unsafe memory.pointee }
    nonmutating _modify { yield unsafe &memory.pointee }
  }

  fileprivate func end() {
    unsafe memory.deinitialize(count: 1)
    unsafe memory.deallocate()
  }
}
