import Glibc
import OrgKeySystem

/// A client's end of a connection, and what is known of the calls it made.
final class Line {
  /// A frame that was sent whole and not yet answered.
  struct Asked {
    let callID: UInt64
    let body: [UInt8]
    /// When it was sent, in steps.
    let step: Int
    let isMessage: Bool

    func hasField(_ number: UInt64?) -> Bool {
      Wire.fields(body[...])?.contains { $0.number == number } == true
    }
  }

  let token: UInt64
  private let socket: Descriptor
  private(set) var asked: [Asked] = []
  /// Ids of several calls that waited at the same time: which is answered can't be told.
  private var ambiguous: Set<UInt64> = []
  /// Of the calls that wait, so many were answered without their id.
  private var unnamed = 0
  /// Whether one of them is no message.
  private var holdsNoMessage = false
  /// What was sent behind the last whole frame.
  private var sent: [UInt8] = []
  private(set) var received: [UInt8] = []
  /// Bytes were sent that are no frame: they are refused, and the line is closed.
  private(set) var isForeign = false
  private var isRefusalDue = false
  private var isRefused = false
  private var mayBeRefused = false
  private(set) var hasEndedSending = false
  /// The daemon has closed it.
  private(set) var isClosed = false

  init(_ socket: consuming Descriptor, token: UInt64) {
    self.socket = socket
    self.token = token
  }

  /// Sends what the socket takes, and takes down what that asks.
  /// - Returns: how many bytes went.
  func send(_ bytes: ArraySlice<UInt8>, step: Int) -> Int {
    if bytes.isEmpty || hasEndedSending || isClosed { return bytes.count }
    let count = bytes.withUnsafeBytes { UnixSocket.send(socket, $0) }
    switch count {
    case .blocked: return 0
    // What is sent to a daemon that has closed is lost.
    case .ended: return bytes.count
    case .bytes(let count):
      if !isForeign { note(bytes.prefix(count), step) }
      return count
    }
  }

  private func note(_ bytes: ArraySlice<UInt8>, _ step: Int) {
    sent += bytes
    var rest = sent[...]
    while true {
      switch Wire.front(rest) {
      case .incomplete:
        sent = Array(rest)
        return
      case .tooLong, .foreign:
        isForeign = true
        // Too few to tell HTTP from anything else.
        isRefusalDue = rest.first == 0 || rest.count >= 4
        sent = Array(rest)
        return
      case .body(let range):
        let body = Array(rest[range])
        let fields = Wire.fields(body[...])
        let callID = fields?.number(1) ?? 0
        holdsNoMessage = holdsNoMessage || fields == nil
        if asked.contains(where: { $0.callID == callID }) { ambiguous.insert(callID) }
        asked.append(Asked(callID: callID, body: body, step: step, isMessage: fields != nil))
        rest = rest[range.upperBound...]
      }
    }
  }

  func endSending() {
    hasEndedSending = true
    shutdown(socket.number, Int32(SHUT_WR))
  }

  /// Reads all there is.
  /// - Returns: whether there was something.
  func receive() -> Bool {
    var wasThere = false
    while !isClosed {
      let transfer = withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 16) { memory in
        defer { memset(memory.baseAddress!, 0, memory.count) }
        let transfer = UnixSocket.receive(socket, into: memory)
        if case .bytes(let count) = transfer { received += memory.prefix(count) }
        return transfer
      }
      switch transfer {
      case .blocked: return wasThere
      case .ended: isClosed = true
      case .bytes: break
      }
      wasThere = true
    }
    return wasThere
  }

  /// The body of the next answer.
  func takeAnswer() throws(Violation) -> [UInt8]? {
    switch Wire.front(received[...]) {
    case .incomplete: return nil
    case .body(let range):
      defer { received.removeFirst(range.upperBound) }
      return Array(received[range])
    case .foreign where isForeign && !isRefused && isClosed && received.starts(with: Self.http):
      // Whoever speaks HTTP is answered so.
      isRefused = true
      received = []
      return nil
    case .tooLong, .foreign: throw Violation("what the daemon sends is no frame")
    }
  }

  private static let http = Array("HTTP/1.1 400 Bad Request\r\n".utf8)

  /// Finds the call that an answer is for.
  /// - Parameters:
  ///   - method: of the answer; nil: it is a refusal.
  ///   - isUnparsable: whether it refuses what was sent as no message at all.
  /// - Returns: nil: it refuses the line, or can't be told from others.
  func take(
    _ callID: UInt64, method: UInt64?, isUnparsable: Bool
  ) throws(Violation) -> Asked? {
    // Only refusals are for bodies that are no messages, and those have the id 0.
    let sameID = asked.indices.filter {
      asked[$0].callID == callID
        && (asked[$0].isMessage ? callID != 0 || !isUnparsable : method == nil)
    }
    let place = sameID.first { method == nil || asked[$0].hasField(method) } ?? sameID.first
    if let place {
      // Behind calls without an id, the refusal of the line may be taken for one of theirs.
      mayBeRefused = mayBeRefused || isForeign && callID == 0 && method == nil
      let call = asked.remove(at: place)
      if !ambiguous.contains(callID) { return call }
      if sameID.count == 1 { ambiguous.remove(callID) }
      return nil
    }
    // A message inside is none, or this was taken for the answer to what is none.
    if callID == 0 && method == nil && (isUnparsable || holdsNoMessage), unnamed < asked.count {
      unnamed += 1
      return nil
    }
    try Violation.unless(
      callID == 0 && isForeign && (!isRefused || mayBeRefused),
      "call \(callID) is answered and was not made")
    isRefused = true
    return nil
  }

  /// Once the daemon has nothing left to do.
  func checkSettled() throws(Violation) {
    try Violation.unless(received.isEmpty, "half an answer")
    if unnamed == asked.count { asked = [] }
    if asked.isEmpty { (ambiguous, holdsNoMessage) = ([], false) }
    unnamed = 0
    if isForeign {
      try Violation.unless(
        isRefused || mayBeRefused || !isRefusalDue, "what is no frame is not refused")
      try Violation.unless(
        isClosed || !isRefused && !isRefusalDue, "a line that was refused stays open")
      return
    }
    try Violation.unless(asked.isEmpty, "\(asked.count) calls are not answered")
    try Violation.unless(
      isClosed == hasEndedSending, isClosed ? "a line was closed" : "a line was left open")
  }
}
