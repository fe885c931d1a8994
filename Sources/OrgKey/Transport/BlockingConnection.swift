internal import OrgKeyWire

/// A connection for one call at a time: one write, one read. After a call without an answer it is
/// not used again, for the answer might still come.
///
/// Sendable because it belongs to one thread: to the pool, or to whoever took it out.
final class BlockingConnection: @unchecked Sendable {
  // In one piece, so that Swift checks once per call that no one else is using it.
  private var conversation: Conversation
  /// Whether it has not yet carried a call to its answer.
  var isNew: Bool { conversation.isNew }

  init(_ socket: Descriptor) {
    Platform.setBlocking(socket)
    conversation = Conversation(socket: socket)
  }

  /// Makes a call and waits for its outcome.
  func exchange(_ call: OutgoingCall, deadline: ContinuousClock.Instant) -> Outcome {
    conversation.exchange(call, deadline: deadline)
  }
}

private struct Conversation: ~Copyable {
  let socket: Descriptor
  private let arena = Arena()
  private var outbox = ByteBuffer()
  private var reader = ReplyReader()
  private var lastCallID: UInt64 = 0
  /// How long a read blocks at present, in milliseconds; 0: for ever.
  private var timeout: Int64 = 0
  private(set) var isNew = true

  init(socket: Descriptor) { self.socket = socket }

  mutating func exchange(_ call: OutgoingCall, deadline: ContinuousClock.Instant) -> Outcome {
    // Looked at only when it matters: a call that may be repeated finds out by itself.
    if !call.mayRepeat && !isNew && !Platform.isQuiet(socket) {
      return .unanswered(.connectionLost, mayHaveActed: false)
    }
    lastCallID += 1
    let remaining = ContinuousClock.now.duration(to: deadline)
    if remaining <= .zero { return .unanswered(.timedOut, mayHaveActed: false) }
    guard call.append(to: &outbox, callID: lastCallID, remaining: remaining, by: arena) else {
      return .unsendable
    }
    let length = outbox.count
    do {
      let hasWaited = try send(until: deadline)
      let response = try receive(until: deadline, hasWaited ? nil : remaining)
      isNew = false
      return .answered(response)
    } catch {
      return .unanswered(error, mayHaveActed: outbox.count < length)
    }
  }

  /// - Returns: whether the socket did not take the request at once.
  private mutating func send(until deadline: ContinuousClock.Instant) throws(Unavailable.Cause)
    -> Bool
  {
    var hasWaited = false
    while true {
      switch unsafe Platform.send(outbox.bytes, to: socket) {
      case .bytes(let count): outbox.consume(count)
      case .wouldBlock: break
      case .failed: throw .connectionLost
      }
      if outbox.isEmpty { return hasWaited }
      hasWaited = true
      Platform.waitUntilWritable(socket, atMost: try left(until: deadline))
    }
  }

  /// - Parameter remaining: how long it is to the deadline, if that was looked up just now.
  private mutating func receive(
    until deadline: ContinuousClock.Instant, _ remaining: Duration?
  ) throws(Unavailable.Cause) -> Response {
    var remaining = remaining
    while true {
      if let known = remaining.take() {
        limit(to: known)
      } else {
        limit(to: try left(until: deadline))
      }
      switch reader.receive(from: socket) {
      case .bytes(0), .failed: throw .connectionLost
      // Looks at the clock again: what is left may be more than the socket was told, or a signal
      // came.
      case .wouldBlock: continue
      case .bytes:
        guard let response = try reader.next() else { continue }
        if response.callID != lastCallID || !reader.isEmpty {
          throw .protocolFault("an answer to a call never made")
        }
        return response
      }
    }
  }

  private func left(
    until deadline: ContinuousClock.Instant
  ) throws(Unavailable.Cause) -> Duration {
    let remaining = ContinuousClock.now.duration(to: deadline)
    if remaining <= .zero { throw .timedOut }
    return remaining
  }

  /// Lets the next read block for as long as that, give or take a millisecond: calls with the same
  /// timeout mostly find the socket told already. A read that ends early is made again.
  private mutating func limit(to remaining: Duration) {
    let milliseconds = remaining.milliseconds
    if timeout > 0 && abs(timeout - milliseconds) <= 1 { return }
    timeout = milliseconds
    Platform.setReadTimeout(socket, milliseconds: milliseconds)
  }
}
