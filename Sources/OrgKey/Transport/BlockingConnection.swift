internal import OrgKeyWire

/// A connection for one call at a time: one write, one read. After a call without an answer it is
/// not used again, for the answer might still come.
///
/// Sendable because it belongs to one thread: to the pool, or to whoever took it out.
final class BlockingConnection: @unchecked Sendable {
  private let socket: Descriptor
  private let arena = Arena()
  private var outbox = ByteBuffer()
  private var reader = ReplyReader()
  private var lastCallID: UInt64 = 0
  /// The socket's present timeouts.
  private var timeout: Int64 = 0
  /// Whether it has not yet carried a call to its answer.
  private(set) var isNew = true

  init(_ socket: Descriptor) {
    self.socket = socket
    Platform.setBlocking(socket)
  }

  /// Makes a call and waits for its outcome.
  func exchange(_ call: OutgoingCall, deadline: ContinuousClock.Instant) -> Outcome {
    // Looked at only when it matters: a call that may be repeated finds out by itself.
    if !call.mayRepeat && !isNew && !Platform.isQuiet(socket) {
      return .unanswered(.connectionLost, mayHaveActed: false)
    }
    lastCallID += 1
    let remaining = ContinuousClock.now.duration(to: deadline)
    guard outbox.append(call.request(callID: lastCallID, remaining: remaining), by: arena) else {
      return .unsendable
    }
    let length = outbox.count
    do {
      try send(until: deadline)
      let response = try receive(until: deadline)
      isNew = false
      return .answered(response)
    } catch {
      return .unanswered(error, mayHaveActed: outbox.count < length)
    }
  }

  private func send(until deadline: ContinuousClock.Instant) throws(Unavailable.Cause) {
    while !outbox.isEmpty {
      try limit(until: deadline)
      switch unsafe Platform.send(outbox.bytes, to: socket) {
      case .bytes(let count): outbox.consume(count)
      case .wouldBlock: throw .timedOut
      case .failed: throw .connectionLost
      }
    }
  }

  private func receive(
    until deadline: ContinuousClock.Instant
  ) throws(Unavailable.Cause) -> Response {
    while true {
      try limit(until: deadline)
      switch reader.receive(from: socket) {
      case .bytes(0), .failed: throw .connectionLost
      case .wouldBlock: throw .timedOut
      case .bytes:
        guard let response = try reader.next() else { continue }
        if response.callID != lastCallID || !reader.isEmpty {
          throw .protocolFault("an answer to a call never made")
        }
        return response
      }
    }
  }

  /// Lets the next system call block until the deadline, rounded up to a millisecond: mostly that
  /// is what the socket's timeouts are already.
  private func limit(until deadline: ContinuousClock.Instant) throws(Unavailable.Cause) {
    let remaining = ContinuousClock.now.duration(to: deadline)
    if remaining <= .zero { throw .timedOut }
    if remaining.milliseconds == timeout { return }
    timeout = remaining.milliseconds
    Platform.setTimeouts(socket, milliseconds: timeout)
  }
}
