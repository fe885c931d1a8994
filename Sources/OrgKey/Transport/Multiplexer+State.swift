extension Multiplexer {
  /// What the threads that make calls and the one that carries them share.
  struct State: ~Copyable {
    var calls = WaitingCalls()
    var outbox = Outbox()
    /// The present connection.
    var socket: Descriptor?
    /// Why there is none, after an attempt failed.
    var unreachable: Unavailable.Cause?
    /// Wakes the thread; nil: it was not started yet.
    var wake: Descriptor?
    var sleep = Sleep.awake
    /// Whether the outbox is the thread's to send.
    var isBehind = false
    let reconnects: Bool
    /// Why no more calls are taken; nil: they are.
    var end: Unavailable.Cause?

    init(reconnects: Bool) { self.reconnects = reconnects }
  }

  /// Until when the thread sleeps, unless something is to be read.
  enum Sleep {
    case awake
    case until(ContinuousClock.Instant)
    case untilWoken

    func isPast(_ deadline: ContinuousClock.Instant) -> Bool {
      switch self {
      case .awake: false
      case .until(let end): end > deadline
      case .untilWoken: true
      }
    }
  }
}

extension Multiplexer.State {
  mutating func wakeThread() {
    guard let wake else { return }
    if case .awake = sleep { return }
    sleep = .awake
    Platform.wake(wake)
  }

  mutating func takeBatch() -> Batch? {
    guard let socket else { return nil }
    return outbox.take(for: socket)
  }

  mutating func giveBack(_ batch: consuming Batch) {
    outbox.giveBack(batch, isCurrent: batch.socket === socket)
    if outbox.isBlocked { wakeThread() }
  }

  /// Begins with a new connection: all calls that wait are given to it.
  mutating func connected(_ socket: Descriptor) -> [Finished] {
    self.socket = socket
    unreachable = nil
    outbox.restart()
    return calls.giveAll(to: &outbox)
  }

  /// Ends with a connection.
  ///
  /// - Parameter mayRepeat: whether calls without an answer are worth making again.
  mutating func disconnected(_ cause: Unavailable.Cause, mayRepeat: Bool) -> [Finished] {
    if let socket { Platform.shutDown(socket) }
    socket = nil
    var finished = calls.connectionEnded(
      cause, handedOver: outbox.handedOver, mayRepeat: mayRepeat && reconnects)
    outbox.restart()
    if !reconnects {
      end = end ?? cause
      finished += calls.endAll(cause)
    }
    return finished
  }
}
