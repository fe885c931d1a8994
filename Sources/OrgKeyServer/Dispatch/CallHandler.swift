internal import OrgKeyModel
internal import OrgKeySystem
internal import OrgKeyWire

/// From the bytes of a connection to answers, or to work for other threads. Belongs to one
/// reactor's thread.
final class CallHandler {
  let service: Service
  let mailbox: Mailbox
  let usage = UsageRecorder()
  private let decoder = RequestDecoder()
  private let arena = Arena()

  init(service: Service, mailbox: Mailbox) {
    self.service = service
    self.mailbox = mailbox
  }

  /// Decides every whole frame that there is room to answer, in one pass under one read lock;
  /// then hands on the calls that are not Authorize.
  ///
  /// - Returns: whether frames are left that could be handled at once.
  func handle(_ connection: Connection) -> Bool {
    var others: [Other] = []
    if case .body = unsafe Frame.front(of: connection.input.bytes) {
      service.directory.read { directory in
        usage.record { counts in
          let now = Instant.now
          while let other = nextOther(connection, waiting: others.count, directory, &counts, now) {
            others.append(other)
          }
        }
      }
      decoder.reset()
    }
    for other in others {
      switch other {
      case .request(let request, let encoded): dispatch(request, encoded, from: connection)
      case .refused(let refusal, let callID, let parts):
        refuse(refusal, callID, of: parts, connection)
      }
    }
    return look(at: connection)
  }

  /// What is done when the Directory's lock is given back.
  private enum Other {
    case request(Request, EncodedMethod?)
    case refused(Refusal, callID: UInt64, [ImportPart])
  }

  /// Answers Authorize calls up to the next frame of another kind, which it returns.
  private func nextOther(
    _ connection: Connection, waiting: Int, _ directory: borrowing Directory,
    _ counts: inout ReactorCounts, _ now: Instant
  ) -> Other? {
    while connection.hasRoom && connection.pending + waiting < Connection.pendingCalls {
      let bytes = unsafe connection.input.bytes
      guard case .body(let length) = unsafe Frame.front(of: bytes) else { return nil }
      let whole = Frame.headerLength + length
      defer {
        connection.input.consume(whole)
        connection.frameBegan = nil
      }
      let body = unsafe UnsafeRawBufferPointer(rebasing: bytes[Frame.headerLength..<whole])
      do throws(BodyFault) {
        if let (request, encoded) = try unsafe decoder.decodeLong(body) {
          return .request(request, encoded)
        }
        switch try unsafe decoder.decode(body) {
        case .authorize(let call):
          authorize(call, for: connection, directory, &counts, now)
        case .other(let request):
          return .request(request, nil)
        }
      } catch {
        let callID = unsafe RequestDecoder.callID(of: body, after: error)
        return unsafe .refused(
          Refusal(error), callID: callID, RequestDecoder.importParts(in: body))
      }
    }
    return nil
  }

  /// What is left at the front of the input, once whole frames were handled.
  private func look(at connection: Connection) -> Bool {
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
        to: connection)
    case .foreign(let flag):
      refuseForeign(flag, connection)
    }
    return false
  }

  /// Answers with call_id 0 and closes.
  func refuse(_ refusal: Refusal, to connection: Connection) {
    answer(connection, 0, .failure(refusal))
    connection.closing = true
  }

  func answer(
    _ connection: Connection, _ callID: UInt64, _ result: Result<Response.Result, Refusal>
  ) {
    let response = Response(callID: callID, result)
    precondition(connection.output.append(response, by: arena), "an answer outgrew its frame")
  }

  private func refuseForeign(_ flag: UInt8, _ connection: Connection) {
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
        to: connection)
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
