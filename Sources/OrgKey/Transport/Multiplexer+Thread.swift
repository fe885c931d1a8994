internal import OrgKeyWire
internal import Synchronization

extension Multiplexer {
  private enum Step {
    case end
    case connect
    case wait(Descriptor?, writable: Bool, atMost: Duration?)
  }

  /// The thread: from the first call until the client is closed.
  func run(wake: Descriptor) {
    var reconnection = Reconnection()
    var reader = ReplyReader()
    while true {
      var finished: [Finished] = []
      let step = state.withLock { plan(&$0, reconnection, &finished) }
      finish(finished)
      switch step {
      case .end: return
      case .connect:
        reader = ReplyReader()
        connect(&reconnection)
      case .wait(let socket, let writable, let pause):
        let ready = Platform.wait(for: socket, writable: writable, wake: wake, atMost: pause)
        if ready.woken { Platform.drain(wake) }
        handout.endIfStuck()
        flush()
        if ready.readable, let socket, read(from: socket, &reader) {
          reconnection = Reconnection()
        }
        if ready.writable { unblock() }
      }
    }
  }

  /// What to do next, after ending the calls whose time has come.
  private func plan(
    _ state: inout State, _ reconnection: Reconnection, _ finished: inout [Finished]
  ) -> Step {
    state.sleep = .awake
    if let end = state.end {
      finished = state.disconnected(end, mayRepeat: false)
      return .end
    }
    let now = ContinuousClock.now
    finished = state.calls.expire(now, unreachable: state.unreachable)
    if state.calls.isStalled { finished += state.disconnected(.timedOut, mayRepeat: false) }

    var until = state.calls.earliestDeadline
    if state.socket == nil && !state.calls.isEmpty {
      if reconnection.next <= now { return .connect }
      until = min(until ?? reconnection.next, reconnection.next)
    }
    state.sleep = until.map { .until($0) } ?? .untilWoken
    var pause = until.map { now.duration(to: $0) }
    if handout.isGoingOn { pause = min(pause ?? Handout.longest, Handout.longest) }
    if state.isBehind {
      state.isBehind = false
      pause = .zero
    }
    return .wait(state.socket, writable: state.outbox.isBlocked, atMost: pause)
  }

  private func connect(_ reconnection: inout Reconnection) {
    let attempt = endpoint.connect()
    let finished = state.withLock { state -> [Finished] in
      switch attempt {
      case .connected(let socket):
        return state.connected(socket)
      case .later(let cause):
        state.unreachable = cause
        return []
      case .failed(let cause):
        return state.calls.endAll(cause)
      }
    }
    // Also after a success: a daemon that accepts and hangs up is not to be overrun.
    if case .failed = attempt { reconnection = Reconnection() } else { reconnection.postpone() }
    finish(finished)
    flush()
  }

  /// Reads once and hands out the replies that are whole.
  ///
  /// - Returns: whether there was one.
  private func read(from socket: Descriptor, _ reader: inout ReplyReader) -> Bool {
    var replies: [(callID: UInt64, outcome: Outcome)] = []
    var fault: Unavailable.Cause?
    switch reader.receive(from: socket) {
    case .bytes(0), .failed: fault = .connectionLost
    case .wouldBlock: return false
    case .bytes:
      do {
        while let reply = try reader.next() { replies.append((reply.callID, .answered(reply))) }
      } catch {
        fault = error
      }
    }
    let finished = state.withLock { state -> [Finished] in
      var finished: [Finished] = []
      do throws(Unavailable.Cause) {
        for reply in replies {
          if let one = try state.calls.answer(reply.callID, reply.outcome) { finished.append(one) }
        }
      } catch {
        fault = error
      }
      if let fault {
        finished += state.disconnected(fault, mayRepeat: fault == .connectionLost)
      }
      return finished
    }
    handout.begin(finished.count)
    finish(finished)
    return fault == nil && !replies.isEmpty
  }

  private func unblock() {
    state.withLock { $0.outbox.isBlocked = false }
    flush()
  }
}

/// When the next attempt to connect is due.
private struct Reconnection {
  private(set) var next = ContinuousClock.now
  private var backoff = Backoff()

  mutating func postpone() { next = .now + backoff.next() }
}
