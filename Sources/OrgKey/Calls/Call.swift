internal import OrgKeyWire

/// One call of the contract, apart from how it travels: what is asked, and what the answer means.
struct Call<Success: Sendable, Failure: CallError>: Sendable {
  let message: OutgoingCall
  /// Whether the client's timeout for checks applies, or the one for administration.
  let isCheck: Bool
  /// Whether anything can be different for its having been carried out.
  let mayAct: Bool
  /// The meaning of a result; nil: it is none that this call can have.
  let read: @Sendable (Response.Result) throws(Failure) -> Success?

  /// A check, for everybody.
  static func check(
    _ method: Request.Method,
    read: @escaping @Sendable (Response.Result) throws(Failure) -> Success?
  ) -> Call {
    Call(
      message: OutgoingCall(method, mayRepeat: true), isCheck: true, mayAct: false, read: read)
  }

  /// An administrator's call.
  ///
  /// - Parameters:
  ///   - mayRepeat: whether carrying it out twice is the same as once.
  ///   - mayAct: false: nothing comes of it if its answer is lost.
  static func administration(
    _ method: Request.Method, _ caller: ActingCaller, mayRepeat: Bool, mayAct: Bool = true,
    read: @escaping @Sendable (Response.Result) throws(Failure) -> Success?
  ) throws(Failure) -> Call {
    let message = OutgoingCall(
      method, caller: try wire(caller), mayRepeat: mayRepeat, tellsTimeout: true)
    return Call(message: message, isCheck: false, mayAct: mayAct, read: read)
  }

  func result(_ outcome: Outcome) throws(Failure) -> Success {
    switch outcome {
    case .unsendable:
      throw .misuse(Misuse(field: "", message: "The request is over 1 MiB or holds a NUL."))
    case .unanswered(let cause, let mayHaveActed):
      throw .unanswered(cause, mayHaveActed: mayAct && mayHaveActed)
    case .answered(let response):
      if let status = response.status, status.code != .ok {
        throw Failure(status, mayAct: mayAct)
      }
      if let result = response.result, let success = try read(result) { return success }
      throw .unanswered(
        .protocolFault("its result is missing or contradicts itself"), mayHaveActed: mayAct)
    }
  }

  /// An optional text as the contract has it, where "" is nil: one that is given and empty was left
  /// out by accident.
  static func given(_ text: String?, _ field: String) throws(Failure) -> String {
    guard let text else { return "" }
    if text.isEmpty { throw .misuse(Misuse(field: field, message: "It is given but empty.")) }
    return text
  }

  static func wire(_ scope: OrganizationScope) throws(Failure) -> String {
    switch scope {
    case .own: ""
    case .organization(let id): try given(id, "organization_id")
    }
  }

  /// When something ends, as the contract has it, where 0 is never: a moment that happens to be 0
  /// must not become that.
  static func end(_ moment: Timestamp?, _ field: String) throws(Failure) -> Int64 {
    guard let moment else { return 0 }
    if moment.unixMilliseconds == 0 {
      throw .misuse(Misuse(field: field, message: "It is given but 0."))
    }
    return moment.unixMilliseconds
  }

  static func pageSize(_ size: Int?) -> UInt32 { UInt32(clamping: size ?? 0) }
}

/// A request without its call_id, which belongs to a connection.
final class OutgoingCall: Sendable {
  private let method: Request.Method
  private let caller: Caller?
  /// Whether it is safe to send again when it may have been carried out already.
  let mayRepeat: Bool
  private let tellsTimeout: Bool

  init(
    _ method: Request.Method, caller: Caller? = nil, mayRepeat: Bool, tellsTimeout: Bool = false
  ) {
    self.method = method
    self.caller = caller
    self.mayRepeat = mayRepeat
    self.tellsTimeout = tellsTimeout
  }

  /// Appends the request's frame to `buffer`.
  ///
  /// - Parameter remaining: how long the caller still waits.
  /// - Returns: false, with nothing appended, if the contract has no room for it.
  func append(
    to buffer: inout ByteBuffer, callID: UInt64, remaining: @autoclosure () -> Duration,
    by arena: borrowing Arena
  ) -> Bool {
    if case .authorize(let asked) = method, caller == nil, !tellsTimeout,
      buffer.append(plain: asked, callID: callID)
    {
      return true
    }
    let timeout = tellsTimeout ? UInt32(clamping: max(1, remaining().milliseconds)) : 0
    return buffer.append(
      Request(callID: callID, timeoutMs: timeout, caller: caller, method: method), by: arena)
  }
}

/// How a call ended on its way.
enum Outcome: Sendable {
  /// Indirect because it is moved from hand to hand, and responses are large.
  indirect case answered(Response)
  /// - mayHaveActed: whether a byte of the request can have reached the daemon.
  case unanswered(Unavailable.Cause, mayHaveActed: Bool)
  /// The contract has no room for it.
  case unsendable
}
