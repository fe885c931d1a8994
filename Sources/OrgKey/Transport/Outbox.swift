internal import OrgKeyWire

/// Bytes on their way to a socket.
struct Batch: ~Copyable {
  let socket: Descriptor
  var bytes: ByteBuffer

  /// Sends as much as the socket takes, once.
  ///
  /// - Returns: false if the connection is broken.
  mutating func send() -> Bool {
    switch unsafe Platform.send(bytes.bytes, to: socket) {
    case .bytes(let count): bytes.consume(count)
    case .wouldBlock: break
    case .failed: return false
    }
    return true
  }
}

/// What is to be sent on the present connection. One thread at a time sends a batch while others
/// add to the next, so that calls made at the same time share writes.
struct Outbox: ~Copyable {
  /// More than this doesn't wait to be sent.
  private static let capacity = 8 << 20

  private let arena = Arena()
  private var next = ByteBuffer()
  /// nil: somebody is sending it.
  private var batch: ByteBuffer? = ByteBuffer()
  /// Bytes of this connection's requests, and how many of them can have reached the daemon.
  private var appended: UInt64 = 0
  private(set) var handedOver: UInt64 = 0
  /// The socket takes no more at the moment.
  var isBlocked = false

  /// Whether all that was added was taken to be sent.
  var isEmpty: Bool { next.isEmpty }
  var isFull: Bool { next.count > Outbox.capacity }

  /// - Returns: at which byte of the connection the request begins; nil: the contract has no room
  ///   for it.
  mutating func append(_ waiting: WaitingCall, callID: UInt64) -> UInt64? {
    let before = next.count
    let isAppended = waiting.call.append(
      to: &next, callID: callID,
      remaining: ContinuousClock.now.duration(to: waiting.deadline), by: arena)
    guard isAppended else { return nil }
    defer { appended += UInt64(next.count - before) }
    return appended
  }

  /// What is to be sent now; nil: nothing, or somebody is sending already and will take this along.
  mutating func take(for socket: Descriptor) -> Batch? {
    if isBlocked { return nil }
    guard var bytes = batch.take() else { return nil }
    if bytes.isEmpty { swap(&bytes, &next) }
    if bytes.isEmpty {
      batch = consume bytes
      return nil
    }
    handedOver += UInt64(bytes.count)
    return Batch(socket: socket, bytes: bytes)
  }

  /// Takes back a batch with what could not be sent of it.
  ///
  /// - Parameter isCurrent: whether it was for the present connection.
  mutating func giveBack(_ returned: consuming Batch, isCurrent: Bool) {
    var bytes = returned.bytes
    if isCurrent {
      handedOver -= UInt64(bytes.count)
      isBlocked = !bytes.isEmpty
    } else {
      bytes.consume(bytes.count)
    }
    batch = consume bytes
  }

  /// Forgets what is not sent: the next bytes are a new connection's first.
  mutating func restart() {
    next.consume(next.count)
    if var bytes = batch.take() {
      bytes.consume(bytes.count)
      batch = consume bytes
    }
    appended = 0
    handedOver = 0
    isBlocked = false
  }
}
