internal import OrgKeyModel
internal import OrgKeySystem
internal import OrgKeyWire

/// From the bytes of connections to answers, or to work for other threads. Belongs to one reactor's
/// thread.
final class CallHandler {
  /// Frames of a connection taken in one turn, so that others, and changes, which wait for the
  /// lock, do not wait for long.
  private static let framesAtOnce = 32
  /// Likewise of all connections that have their turn together, but of each one at least.
  private static let framesOfAll = 512

  let service: Service
  let mailbox: Mailbox
  private let usage: UsageRecorder
  /// The reactor's number.
  let reactor: Int
  private let decoder = RequestDecoder()
  private let arena = Arena()

  init(_ service: Service, _ mailbox: Mailbox, _ usage: UsageRecorder, reactor: Int) {
    self.service = service
    self.mailbox = mailbox
    self.usage = usage
    self.reactor = reactor
  }

  /// Decides whole frames that there is room to answer, of all these connections in one pass under
  /// one read lock; then hands on the calls that are not Authorize.
  ///
  /// - Parameters:
  ///   - beganAt: when their turn began, on the monotonic clock, nanoseconds.
  ///   - batch: an empty one.
  func handle(
    _ turns: [ConnectionReference], at beganAt: Int64, by batch: inout AuthorizeBatch
  ) {
    var others: [Other] = []
    let most = min(CallHandler.framesAtOnce, max(1, CallHandler.framesOfAll / max(1, turns.count)))
    service.directory.read(by: reactor) { directory in
      usage.record { counts in
        let pass = Pass(policy: service.policy, now: Instant(monotonicNanoseconds: beganAt))
        for turn in turns { take(most, from: turn, pass, directory, &batch, &counts, &others) }
        batch.answer(directory, pass.policy, &counts, pass.now)
      }
    }
    for turn in turns { turn.connection.consumeTaken() }
    for other in others {
      switch other.call {
      case .request(let request, let encoded):
        dispatch(request, encoded, from: &other.from.connection)
      case .refused(let refusal, let callID, let parts):
        refuse(refusal, callID, of: parts, &other.from.connection)
      }
    }
  }

  /// Counts how long it took until so many Authorize calls were answered.
  ///
  /// - Parameter beganAt: when their turn began, on the monotonic clock, nanoseconds.
  func sent(_ answers: UInt64, since beganAt: Int64) {
    if answers == 0 { return }
    usage.answerTimes.record(Clock.monotonicNanoseconds() - beganAt, times: answers)
  }

  /// What is the same for all calls that are decided in one pass.
  private struct Pass {
    let policy: Policy
    let now: Instant
  }

  /// What is done when the Directory's lock is given back.
  private struct Other {
    enum Call {
      case request(Request, EncodedMethod?)
      case refused(Refusal, callID: UInt64, [ImportPart])
    }

    let from: ConnectionReference
    let call: Call
  }

  /// Takes whole frames of a connection, so many at most: Authorize calls into the batch, which is
  /// answered whenever it is full, the rest into `others`.
  private func take(
    _ most: Int, from turn: ConnectionReference, _ pass: Pass, _ directory: borrowing Directory,
    _ batch: inout AuthorizeBatch, _ counts: inout ReactorCounts, _ others: inout [Other]
  ) {
    let before = others.count
    for _ in 0..<most {
      guard turn.connection.hasRoom(besides: others.count - before),
        let body = unsafe turn.connection.takeFrame()
      else { return }
      if let call = unsafe AuthorizeCall(plain: body) {
        add(call, from: turn, pass, directory, &batch, &counts)
        continue
      }
      switch unsafe decode(body) {
      case .authorize(let call):
        add(call, from: turn, pass, directory, &batch, &counts)
        // Its texts lie in the decoder's memory, which each body has to itself.
        batch.answer(directory, pass.policy, &counts, pass.now)
      case .other(let call):
        others.append(Other(from: turn, call: call))
      }
      decoder.reset()
    }
  }

  private enum Decoded {
    case authorize(AuthorizeCall)
    case other(Other.Call)
  }

  private func decode(_ body: UnsafeRawBufferPointer) -> Decoded {
    do throws(BodyFault) {
      if let (request, encoded) = try unsafe decoder.decodeLong(body) {
        return .other(.request(request, encoded))
      }
      switch try unsafe decoder.decode(body) {
      case .authorize(let call): return .authorize(call)
      case .other(let request): return .other(.request(request, nil))
      }
    } catch {
      let callID = unsafe RequestDecoder.callID(of: body, after: error)
      let parts = unsafe RequestDecoder.importParts(in: body)
      return .other(.refused(Refusal(error), callID: callID, parts))
    }
  }

  private func add(
    _ call: AuthorizeCall, from turn: ConnectionReference, _ pass: Pass,
    _ directory: borrowing Directory, _ batch: inout AuthorizeBatch,
    _ counts: inout ReactorCounts
  ) {
    do throws(Refusal) {
      try call.validate()
      unsafe batch.add(call, from: turn)
      if batch.isFull { batch.answer(directory, pass.policy, &counts, pass.now) }
    } catch {
      // Answers to Authorize calls keep the order of the calls.
      batch.answer(directory, pass.policy, &counts, pass.now)
      answer(&turn.connection, call.callID, .failure(error))
    }
  }

  /// Deals with what is left at the front of the input, once whole frames were handled.
  ///
  /// - Returns: whether frames are left that could be handled at once.
  func look(at connection: inout Connection) -> Bool {
    if connection.isStarved && !connection.closing {
      service.connectionRefused(connection.peer, Refusal.noMemoryForFrame.message)
      connection.input.consume(connection.input.count)
      refuse(.noMemoryForFrame, to: &connection)
    }
    guard connection.hasRoom else {
      connection.frameBegan = nil
      return false
    }
    let bytes = unsafe connection.input.bytes
    switch unsafe Frame.front(of: bytes) {
    case .body:
      return true
    case .incomplete:
      if unsafe !bytes.isEmpty { connection.noteFrameBegan() }
    case .tooLong(let announced):
      refuse(
        Refusal(
          .resourceExhausted,
          "a body of \(announced) bytes is announced, and \(Frame.maximumBody) are the most"),
        to: &connection)
    case .foreign(let flag):
      refuseForeign(flag, &connection)
    }
    return false
  }

  /// Answers with call_id 0 and closes.
  func refuse(_ refusal: Refusal, to connection: inout Connection) {
    answer(&connection, 0, .failure(refusal))
    connection.closing = true
  }

  func answer(
    _ connection: inout Connection, _ callID: UInt64, _ result: Result<Response.Result, Refusal>
  ) {
    let response = Response(callID: callID, result)
    precondition(connection.output.append(response, by: arena), "an answer outgrew its frame")
  }

  private func refuseForeign(_ flag: UInt8, _ connection: inout Connection) {
    switch unsafe HTTPGreeting(connection.input.bytes) {
    case .http:
      connection.output.append(HTTPGreeting.answer)
      connection.closing = true
    case .perhaps where !connection.inputEnded:
      connection.noteFrameBegan()
    case .perhaps, .other:
      let what = flag == 1 ? "compressed bodies are not taken" : "the first byte must be 0"
      refuse(
        .invalid(
          "frame",
          "\(what): a frame is one byte 0, four bytes of length, big-endian, and a Request"),
        to: &connection)
    }
  }
}

extension Refusal {
  init(_ fault: BodyFault) {
    switch fault {
    case .unparsable:
      self = .invalid("", "the body is not a Request of proto/orgkey.proto")
    case .field(let path, let problem):
      self = .invalid(path, "\(path) \(problem)")
    case .unknownMethod(let number):
      self = Refusal(
        .unimplemented,
        "orgkeyd \(Version.current) does not know method \(number): upgrade it first")
    case .tooLarge:
      self = Refusal(.resourceExhausted, "unpacked, the body takes more memory than it may")
    }
  }
}
