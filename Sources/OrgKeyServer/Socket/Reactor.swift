internal import Logging
internal import OrgKeyModel
internal import OrgKeySystem
internal import OrgKeyWire

/// One thread with an epoll set and the connections it accepted, which it owns outright.
///
/// Everything but `mailbox` belongs to the thread that is in `run`.
final class Reactor: @unchecked Sendable {
  private enum Token {
    static let mailbox: UInt64 = 0
    static let firstListener: UInt64 = 1
    static let firstConnection: UInt64 = 16
  }
  /// Connections taken from a listener before the others are looked after again.
  private static let acceptsAtOnce = 16
  /// How often stalled connections are looked for, milliseconds.
  private static let tick: Int32 = 250
  /// How long draining may take, milliseconds.
  private static let drainTime: Int64 = 5_000

  let mailbox: Mailbox
  private let service: Service
  private let calls: CallHandler
  private let listeners: [Listener]
  private var epoll: Epoll
  private var connections: [UInt64: Connection] = [:]
  private var nextToken = Token.firstConnection
  /// Connections to be given another turn: whole frames were left over from their last.
  private var unfinished: [Connection] = []
  private var listening = false
  private var drainingSince: Int64?
  private var lastTick: Int64 = 0

  init(service: Service, listeners: [Listener]) throws(SystemError) {
    self.service = service
    self.listeners = listeners
    mailbox = try Mailbox()
    calls = CallHandler(service: service, mailbox: mailbox)
    epoll = try Epoll()
    try epoll.add(mailbox.wakeUp.number, .read, token: Token.mailbox)
  }

  /// What this reactor counted since it was last asked.
  var usage: UsageRecorder { calls.usage }

  /// Serves until drained.
  func run() {
    listen()
    while !(drainingSince != nil && connections.isEmpty) {
      do {
        let timeout = unfinished.isEmpty ? (isWatching ? Reactor.tick : -1) : 0
        for index in 0..<(try epoll.wait(milliseconds: timeout)) { handle(epoll[index]) }
      } catch {
        service.log.critical("cannot wait for events: \(error)")
        return
      }
      goOn()
      if isWatching { closeOverdue() }
    }
  }

  /// Whether something may become overdue, so that waiting needs an end.
  private var isWatching: Bool { !connections.isEmpty || !listening || drainingSince != nil }

  private func handle(_ event: Epoll.Event) {
    if event.token == Token.mailbox { return takeMail() }
    if event.token < Token.firstConnection {
      // Both may have been told at once: to end, and of somebody who came.
      guard drainingSince == nil else { return }
      return accept(from: listeners[Int(event.token - Token.firstListener)])
    }
    guard let connection = connections[event.token] else { return }
    if event.readable || event.failed { connection.receive() }
    serve(connection)
    if event.failed { close(connection) }
  }

  // MARK: Connections

  private func listen() {
    guard !listening, drainingSince == nil else { return }
    do {
      for (index, listener) in listeners.enumerated() {
        let token = Token.firstListener + UInt64(index)
        try epoll.add(listener.socket.number, [.read, .exclusive], token: token)
      }
      listening = true
    } catch {
      service.log.critical("cannot listen: \(error)")
    }
  }

  private func stopListening() {
    guard listening else { return }
    for listener in listeners { try? epoll.remove(listener.socket.number) }
    listening = false
  }

  private func accept(from listener: Listener) {
    for _ in 0..<Reactor.acceptsAtOnce {
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
        }
      } catch {
        service.collapsed.warning("cannot accept: \(error)")
        return
      }
    }
  }

  private func welcome(_ socket: consuming Descriptor, from listener: Listener) throws(SystemError)
  {
    let peer = try Peer(of: socket)
    let roles = listener.roles(of: peer, service.access)
    let connection = Connection(
      socket, token: nextToken, peer: peer, roles: roles,
      administratorsAt: listener.administratorsAt)
    nextToken += 1
    try epoll.add(connection.socket.number, .read, token: connection.token)
    connections[connection.token] = connection
    guard service.connectionOpened() else {
      calls.refuse(
        Refusal(
          .resourceExhausted,
          "orgkeyd has all the connections it may have (--max-connections)"), to: connection)
      return finish(connection)
    }
  }

  private func close(_ connection: Connection) {
    guard connections.removeValue(forKey: connection.token) != nil else { return }
    connection.presence.end()
    service.dropBackups(of: connection.presence)
    if !connection.input.isEmpty || connection.closing { connection.discardInput() }
    try? epoll.remove(connection.socket.number)
    service.connectionClosed()
  }

  // MARK: Turns

  /// Decides what has arrived whole, sends what can be sent.
  private func serve(_ connection: Connection) {
    let goesOn = calls.handle(connection)
    let isEnding = connection.endsWhenIdle && !connection.inputEnded && connection.hasRoom
    if goesOn || isEnding { unfinished.append(connection) }
    finish(connection)
  }

  /// Sends, then closes it or says what to wait for.
  private func finish(_ connection: Connection) {
    guard connection.send(now: Clock.monotonicMilliseconds), !connection.isFinished else {
      return close(connection)
    }
    let wanted = connection.wanted
    guard wanted != connection.interest else { return }
    connection.interest = wanted
    do {
      try epoll.change(connection.socket.number, wanted, token: connection.token)
    } catch {
      close(connection)
    }
  }

  /// Gives connections with frames left over another turn.
  private func goOn() {
    let again = unfinished
    unfinished.removeAll(keepingCapacity: true)
    for connection in again where connections[connection.token] != nil {
      if connection.endsWhenIdle { connection.receive() }
      serve(connection)
    }
  }

  private func takeMail() {
    var answered: Set<UInt64> = []
    var drains = false
    for delivery in mailbox.takeAll() {
      switch delivery {
      case .reply(let token, let reply):
        guard let connection = connections[token] else { continue }
        connection.pending -= 1
        unsafe connection.output.append(reply.frame.bytes)
        answered.insert(token)
      case .drain:
        drains = true
      }
    }
    for token in answered { connections[token].map(serve) }
    if drains { drain() }
  }

  private func drain() {
    stopListening()
    drainingSince = Clock.monotonicMilliseconds()
    for connection in connections.values {
      connection.endsWhenIdle = true
      serve(connection)
    }
  }

  private func closeOverdue() {
    let now = Clock.monotonicMilliseconds()
    guard now - lastTick >= Int64(Reactor.tick) else { return }
    lastTick = now
    listen()
    let impatient = drainingSince.map { now - $0 >= Reactor.drainTime } ?? false
    for connection in connections.values where impatient || connection.isOverdue(at: now) {
      if !impatient { service.stalledConnectionClosed(connection.peer) }
      close(connection)
    }
  }
}
