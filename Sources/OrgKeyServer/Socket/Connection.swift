internal import OrgKeySystem
internal import OrgKeyWire

/// One client's connection, owned by the reactor that accepted it.
struct Connection: ~Copyable {
  /// Calls of one connection at work on other threads. At this many, no more is read from it.
  static let pendingCalls = 64
  /// Bytes of answers that the socket does not take, beside those that it has taken. Beyond, no
  /// more is read.
  static let waitingOutput = 64 << 10
  /// Room for bytes that is made before reading, when there is less.
  static let readAtLeast = 4 << 10
  /// Reads of what is thrown away when it is closed.
  static let discardsAtOnce = 16
  /// How long a frame may take to arrive once begun, and how long a client may leave its
  /// answers lying: milliseconds.
  static let patience: Int64 = 5_000

  let socket: Descriptor
  let token: UInt64
  let peer: Peer
  let roles: Roles
  /// The administrators' socket, where this one serves only what everybody may ask.
  let administratorsAt: String?
  /// Tells other threads when it is gone.
  let presence = Presence()

  /// nil: none was ever begun.
  var imports: Imports?

  var input = ByteBuffer(keeping: ByteBuffer.initialCapacity)
  var output = ByteBuffer(keeping: ByteBuffer.initialCapacity)
  /// What the buffers have beyond their first size is of this, as much as is held here.
  private let memory: BufferMemory
  private var held = 0
  /// What it has to receive finds no memory.
  private(set) var isStarved = false
  /// Bytes at the front of the input that were taken and are still read where they lie.
  private var taken = 0
  /// Authorize calls that were decided in this turn.
  var decided: UInt64 = 0
  /// Calls that other threads are working on.
  var pending = 0
  /// The client has ended its direction: it is served what it asked for, then closed.
  var inputEnded = false
  /// What has come so far is the last that is taken: the daemon is ending.
  var endsWhenIdle = false
  /// What was received can't be gone on with: the answer is sent, then it is closed.
  var closing = false
  /// An error, or both directions are shut: it is closed after its turn.
  var failed = false
  /// Whether it waits for its turn.
  var isReady = false
  /// What epoll watches it for.
  var interest: Epoll.Interest = .read
  /// Since when, on the monotonic clock, a frame is incomplete.
  var frameBegan: Int64?
  /// Since when answers lie unread.
  var outputStalled: Int64?

  init(
    _ socket: consuming Descriptor, token: UInt64, peer: Peer, roles: Roles,
    administratorsAt: String?, memory: BufferMemory
  ) {
    self.socket = socket
    self.token = token
    self.peer = peer
    self.roles = roles
    self.administratorsAt = administratorsAt
    self.memory = memory
  }

  deinit { memory.giveBack(held, of: peer.uid) }

  /// Whether more requests may be taken: their answers have room.
  var hasRoom: Bool { hasRoom(besides: 0) }

  /// - Parameter calls: taken, and about to be handed to other threads.
  func hasRoom(besides calls: Int) -> Bool {
    !closing && pending + calls < Connection.pendingCalls
      && output.count < Connection.waitingOutput
  }

  /// The body of the next frame, if it is whole. Unsafe because it lies in the input, and is gone
  /// with `consumeTaken`.
  @unsafe mutating func takeFrame() -> UnsafeRawBufferPointer? {
    let rest = unsafe UnsafeRawBufferPointer(rebasing: input.bytes[taken...])
    guard case .body(let length) = unsafe Frame.front(of: rest) else { return nil }
    let end = Frame.headerLength + length
    taken += end
    return unsafe UnsafeRawBufferPointer(rebasing: rest[Frame.headerLength..<end])
  }

  private var holdsFrame: Bool {
    if case .body = unsafe Frame.front(of: input.bytes) { true } else { false }
  }

  mutating func consumeTaken() {
    if taken == 0 { return }
    input.consume(taken)
    taken = 0
    frameBegan = nil
  }

  /// Whether nothing is left to do for it.
  var isFinished: Bool {
    (closing || inputEnded) && (closing || pending == 0) && output.isEmpty
  }

  /// Whether, the daemon ending, there may still be something to read.
  var isEnding: Bool { endsWhenIdle && !inputEnded && hasRoom }

  /// Reads once what has come, unless what was read before is still to be taken.
  mutating func receive() {
    guard !inputEnded, hasRoom, !holdsFrame else { return }
    let space = unsafe input.space(atLeast: Connection.readAtLeast)
    guard settleMemory() else {
      isStarved = true
      return
    }
    switch unsafe UnixSocket.receive(socket, into: space) {
    case .bytes(let count): input.commit(count)
    case .blocked: inputEnded = endsWhenIdle
    case .ended: inputEnded = true
    }
  }

  /// Takes of the memory of all connections what its buffers have grown by, or gives back what
  /// they have shrunk by; false if there is not so much left.
  mutating func settleMemory() -> Bool {
    let grown = input.capacity + output.capacity - 2 * ByteBuffer.initialCapacity
    if grown == held { return true }
    guard memory.take(grown - held, for: peer.uid) else { return false }
    held = grown
    return true
  }

  /// Sends what it can of the answers; false if the connection is broken.
  mutating func send(now: () -> Int64) -> Bool {
    while !output.isEmpty {
      switch unsafe UnixSocket.send(socket, output.bytes) {
      case .bytes(let count):
        output.consume(count)
        outputStalled = nil
      case .blocked:
        outputStalled = outputStalled ?? now()
        return true
      case .ended:
        return false
      }
    }
    return true
  }

  /// Takes what the client has sent in the meantime, so that closing does not tell it of a reset
  /// before it has read the answer.
  mutating func discardInput() {
    input.consume(input.count)
    // Not for ever: others wait, and who goes on sending wants no answer.
    for _ in 0..<Connection.discardsAtOnce {
      guard
        case .bytes = unsafe UnixSocket.receive(
          socket, into: input.space(atLeast: Connection.readAtLeast))
      else { return }
    }
  }

  /// What epoll should watch it for now.
  var wanted: Epoll.Interest {
    let reads = hasRoom && !inputEnded ? Epoll.Interest.read.rawValue : 0
    let writes = output.isEmpty ? 0 : Epoll.Interest.write.rawValue
    return Epoll.Interest(rawValue: reads | writes)
  }

  /// A frame has begun and is not whole yet: from its first byte on it has so long, however the
  /// rest trickles in.
  mutating func noteFrameBegan() { frameBegan = frameBegan ?? Clock.monotonicMilliseconds() }

  /// Whether it has kept others waiting for longer than they need to.
  func isOverdue(at now: Int64) -> Bool {
    if let frameBegan, now - frameBegan >= Connection.patience { return true }
    if let outputStalled, now - outputStalled >= Connection.patience { return true }
    return false
  }
}
