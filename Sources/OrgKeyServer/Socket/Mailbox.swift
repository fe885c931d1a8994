internal import OrgKeyModel
internal import OrgKeySystem
internal import OrgKeyWire
internal import Synchronization

/// Where other threads leave things for a reactor.
final class Mailbox: Sendable {
  enum Delivery: Sendable {
    /// The answer to a call of the connection with this token.
    case reply(token: UInt64, EncodedReply)
    /// Show that the reactor decides.
    case probe(Probe)
    /// Take no more connections, and say so.
    case stopListening(Probe)
    /// Answer what was received, and end.
    case drain
  }

  private let deliveries = Mutex<[Delivery]>([])
  let wakeUp: WakeUp

  init() throws(SystemError) { wakeUp = try WakeUp() }

  func put(_ delivery: Delivery) {
    let first = deliveries.withLock { list in
      list.append(delivery)
      return list.count == 1
    }
    if first { wakeUp.signal() }
  }

  func takeAll() -> [Delivery] {
    wakeUp.clear()
    return deliveries.withLock { list in
      defer { list = [] }
      return list
    }
  }
}

/// A response's frame, encoded by the thread that did the work. Handed over whole: whoever has
/// it is its only owner.
final class EncodedReply: @unchecked Sendable {
  private(set) var frame = ByteBuffer()

  init(_ response: Response) {
    let arena = Arena()
    if frame.append(response, by: arena) { return }
    // Lists end before a frame is full; whatever gets here is a fault of ours, said in words.
    let status = Status(code: .internal, message: "the answer does not fit into a frame")
    _ = frame.append(Response(callID: response.callID, status: status), by: arena)
  }
}

/// Whether somebody is still there to be answered.
final class Presence: Sendable {
  private let gone = Atomic<Bool>(false)

  var isGone: Bool { gone.load(ordering: .relaxed) }

  func end() { gone.store(true, ordering: .relaxed) }
}

/// Whom an answer is for.
struct ReturnAddress: Sendable {
  let mailbox: Mailbox
  let presence: Presence
  let token: UInt64
  let callID: UInt64

  func send(_ result: Result<Response.Result, Refusal>) {
    mailbox.put(.reply(token: token, EncodedReply(Response(callID: callID, result))))
  }
}
