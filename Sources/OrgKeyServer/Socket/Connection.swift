internal import OrgKeySystem
internal import OrgKeyWire

/// One client's connection, owned by the reactor that accepted it.
final class Connection {
  /// Calls of one connection at work on other threads. At this many, no more is read from it.
  static let pendingCalls = 64
  /// Bytes of answers waiting to be sent. Beyond, no more is read.
  static let waitingOutput = 256 << 10
  /// Read at once, so that connections are served in turn.
  static let readAtOnce = 64 << 10
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

  var input = ByteBuffer()
  var output = ByteBuffer()
  /// Calls that other threads are working on.
  var pending = 0
  /// The client has ended its direction: it is served what it asked for, then closed.
  var inputEnded = false
  /// What has come so far is the last that is taken: the daemon is ending.
  var endsWhenIdle = false
  /// What was received can't be gone on with: the answer is sent, then it is closed.
  var closing = false
  /// What epoll watches it for.
  var interest: Epoll.Interest = .read
  /// Since when, on the monotonic clock, a frame is incomplete.
  var frameBegan: Int64?
  /// Since when answers lie unread.
  var outputStalled: Int64?

  init(
    _ socket: consuming Descriptor, token: UInt64, peer: Peer, roles: Roles,
    administratorsAt: String?
  ) {
    self.socket = socket
    self.token = token
    self.peer = peer
    self.roles = roles
    self.administratorsAt = administratorsAt
  }

  /// Whether more requests may be taken: their answers have room.
  var hasRoom: Bool {
    !closing && pending < Connection.pendingCalls && output.count < Connection.waitingOutput
  }

  /// Whether nothing is left to do for it.
  var isFinished: Bool {
    (closing || inputEnded) && (closing || pending == 0) && output.isEmpty
  }

  /// Reads once what has come.
  func receive() {
    guard !inputEnded, hasRoom else { return }
    let space = unsafe input.space(atLeast: Connection.readAtOnce)
    switch unsafe UnixSocket.receive(socket, into: space) {
    case .bytes(let count): input.commit(count)
    case .blocked: inputEnded = endsWhenIdle
    case .ended: inputEnded = true
    }
  }

  /// Sends what it can of the answers; false if the connection is broken.
  func send(now: () -> Int64) -> Bool {
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
  func discardInput() {
    input.consume(input.count)
    while case .bytes = unsafe UnixSocket.receive(
      socket, into: input.space(atLeast: Connection.readAtOnce))
    {}
  }

  /// What epoll should watch it for now.
  var wanted: Epoll.Interest {
    var wanted: Epoll.Interest = []
    if hasRoom && !inputEnded { wanted.insert(.read) }
    if !output.isEmpty { wanted.insert(.write) }
    return wanted
  }

  /// A frame has begun and is not whole yet: from its first byte on it has so long, however the
  /// rest trickles in.
  func noteFrameBegan() { frameBegan = frameBegan ?? Clock.monotonicMilliseconds() }

  /// Whether it has kept others waiting for longer than they need to.
  func isOverdue(at now: Int64) -> Bool {
    if let frameBegan, now - frameBegan >= Connection.patience { return true }
    if let outputStalled, now - outputStalled >= Connection.patience { return true }
    return false
  }
}
