internal import Logging
internal import OrgKeyModel
internal import OrgKeySystem
internal import OrgKeyWire

/// What a reactor's thread does. All of it belongs to that thread.
struct EventLoop: ~Copyable {
  enum Token {
    static let mailbox: UInt64 = 0
    static let firstListener: UInt64 = 1
  }
  /// Connections taken from a listener before the others are looked after again.
  private static let acceptsAtOnce = 16
  /// How often stalled connections are looked for, milliseconds.
  private static let tick: Int32 = 250
  /// How long draining may take, milliseconds.
  private static let drainTime: Int64 = 5_000

  private let service: Service
  private let calls: CallHandler
  private let mailbox: Mailbox
  private let listeners: [Listener]
  private var epoll: Epoll
  private var connections = ConnectionTable()
  /// Connections that wait for their turn: something has come for them, or was left over from
  /// their last.
  private var ready: [UInt64] = []
  /// Those that are having it. While they do, none is removed but by its own `finish`, after which
  /// it is not looked at again.
  private var turns: [ConnectionReference] = []
  private var batch = AuthorizeBatch()
  private var listening = false
  /// Nobody is accepted any more.
  private var isEnding = false
  private var drainingSince: Int64?
  private var lastTick: Int64 = 0

  init(
    _ service: Service, _ calls: CallHandler, _ mailbox: Mailbox, _ listeners: [Listener],
    _ epoll: consuming Epoll
  ) {
    self.service = service
    self.calls = calls
    self.mailbox = mailbox
    self.listeners = listeners
    self.epoll = epoll
  }

  /// Serves until drained.
  mutating func run() throws(SystemError) {
    listen()
    while !(drainingSince != nil && connections.isEmpty) {
      let timeout = ready.isEmpty ? (isWatching ? EventLoop.tick : -1) : 0
      for index in 0..<(try epoll.wait(milliseconds: timeout)) { handle(epoll[index]) }
      serveReady()
      if isWatching { closeOverdue() }
    }
  }

  /// Whether something may become overdue, so that waiting needs an end.
  private var isWatching: Bool { !connections.isEmpty || !listening || drainingSince != nil }

  private mutating func handle(_ event: Epoll.Event) {
    if event.token == Token.mailbox { return takeMail() }
    if event.token < ConnectionTable.firstToken {
      // Both may have been told at once: to end, and of somebody who came.
      guard !isEnding else { return }
      return accept(from: listeners[Int(event.token - Token.firstListener)])
    }
    guard let reference = connections[event.token] else { return }
    if event.readable || event.failed { reference.connection.receive() }
    if event.failed { reference.connection.failed = true }
    giveTurn(reference)
  }

  private mutating func giveTurn(_ reference: ConnectionReference) {
    if reference.connection.isReady { return }
    reference.connection.isReady = true
    ready.append(reference.connection.token)
  }

  // MARK: Connections

  private mutating func listen() {
    guard !listening, !isEnding else { return }
    do {
      for (index, listener) in listeners.enumerated() {
        let token = Token.firstListener + UInt64(index)
        try epoll.add(listener.socket.number, [.read, .exclusive], token: token)
      }
      listening = true
    } catch {
      service.collapsed.error("cannot listen: \(error)")
    }
  }

  private mutating func stopListening() {
    guard listening else { return }
    for listener in listeners { try? epoll.remove(listener.socket.number) }
    listening = false
  }

  private mutating func accept(from listener: Listener) {
    for _ in 0..<EventLoop.acceptsAtOnce {
      do {
        switch try UnixSocket.accept(on: listener.socket) {
        case .nobody:
          return
        case .noDescriptor:
          // Accepting again at once would fail again at once: wait for the next tick.
          service.collapsed.warning("no file descriptor is left: not accepting for a moment")
          return stopListening()
        case .connection(let socket):
          try welcome(socket, from: listener)
          guard listening else { return }
        }
      } catch {
        service.collapsed.warning("cannot accept: \(error)")
        return
      }
    }
  }

  private mutating func welcome(
    _ socket: consuming Descriptor, from listener: Listener
  ) throws(SystemError) {
    let peer = try Peer(of: socket)
    let roles = listener.roles(of: peer, service.access)
    let number = socket.number
    var accepted: Descriptor? = consume socket
    let reference = connections.insert { token in
      Connection(
        accepted.take() ?? Descriptor(-1), token: token, peer: peer, roles: roles,
        administratorsAt: listener.administratorsAt, memory: service.bufferMemory)
    }
    let token = reference.connection.token
    do throws(SystemError) { try epoll.add(number, .read, token: token) } catch {
      connections.remove(token)
      throw error
    }
    var refusal = service.connections.opened(by: peer.uid, roles)
    if isReserved(number) {
      stopListening()
      refusal = .noDescriptor
    }
    guard let refusal else { return }
    service.connectionRefused(peer, refusal.message)
    calls.refuse(refusal, to: &reference.connection)
    finish(reference)
  }

  /// Whether a descriptor is of those that are kept for files.
  private func isReserved(_ number: Int32) -> Bool { number >= service.descriptorsEnd }

  private mutating func close(_ reference: ConnectionReference) {
    reference.connection.presence.end()
    service.dropBackups(of: reference.connection.presence)
    if !reference.connection.input.isEmpty || reference.connection.closing {
      reference.connection.discardInput()
    }
    let number = reference.connection.socket.number
    try? epoll.remove(number)
    service.connections.closed(by: reference.connection.peer.uid)
    connections.remove(reference.connection.token)
    // A descriptor is free: who waits to be accepted need not wait for the next tick.
    if !isReserved(number) { listen() }
  }

  // MARK: Turns

  /// Decides what has arrived whole, sends what can be sent.
  private mutating func serveReady() {
    if ready.isEmpty { return }
    let beganAt = Clock.monotonicNanoseconds()
    for token in ready {
      guard let reference = connections[token] else { continue }
      reference.connection.isReady = false
      // The daemon is ending: what the client has sent until now is the last that is taken.
      if reference.connection.endsWhenIdle { reference.connection.receive() }
      turns.append(reference)
    }
    ready.removeAll(keepingCapacity: true)
    calls.handle(turns, at: beganAt, by: &batch)
    for reference in turns {
      if calls.look(at: &reference.connection) || reference.connection.isEnding {
        giveTurn(reference)
      }
      let answers = reference.connection.decided
      reference.connection.decided = 0
      finish(reference)
      calls.sent(answers, since: beganAt)
    }
    turns.removeAll(keepingCapacity: true)
  }

  /// Sends, then closes it or says what to wait for.
  private mutating func finish(_ reference: ConnectionReference) {
    let hadRoom = reference.connection.hasRoom
    guard reference.connection.send(now: Clock.monotonicMilliseconds),
      !reference.connection.isFinished, !reference.connection.failed
    else { return close(reference) }
    guard reference.connection.settleMemory() else {
      // No word would reach it: what its socket takes is full.
      service.connectionRefused(
        reference.connection.peer, "there is no memory left for its answers")
      return close(reference)
    }
    // Room that sending has made: what was read before goes on without waiting for more.
    if !hadRoom && reference.connection.hasRoom { giveTurn(reference) }
    let wanted = reference.connection.wanted
    guard wanted != reference.connection.interest else { return }
    reference.connection.interest = wanted
    let (number, token) = (reference.connection.socket.number, reference.connection.token)
    do { try epoll.change(number, wanted, token: token) } catch { close(reference) }
  }

  private mutating func takeMail() {
    var drains = false
    for delivery in mailbox.takeAll() {
      switch delivery {
      case .reply(let token, let reply):
        guard let reference = connections[token] else { continue }
        reference.connection.pending -= 1
        unsafe reference.connection.output.append(reply.frame.bytes)
        giveTurn(reference)
      case .probe(let probe):
        calls.answer(probe)
      case .stopListening(let probe):
        stopListening()
        isEnding = true
        probe.answered()
      case .drain:
        drains = true
      }
    }
    if drains { drain() }
  }

  private mutating func drain() {
    drainingSince = Clock.monotonicMilliseconds()
    for token in connections.tokens {
      guard let reference = connections[token] else { continue }
      reference.connection.endsWhenIdle = true
      giveTurn(reference)
    }
  }

  private mutating func closeOverdue() {
    let now = Clock.monotonicMilliseconds()
    guard now - lastTick >= Int64(EventLoop.tick) else { return }
    lastTick = now
    listen()
    let impatient = drainingSince.map { now - $0 >= EventLoop.drainTime } ?? false
    for token in connections.tokens {
      guard let reference = connections[token],
        impatient || reference.connection.isOverdue(at: now)
      else { continue }
      if !impatient { service.stalledConnectionClosed(reference.connection.peer) }
      close(reference)
    }
  }
}
