internal import OrgKeyWire

/// What each of the public errors makes of a call that brought no result.
protocol CallError: Error {
  static func misuse(_ misuse: Misuse) -> Self
  /// The daemon understood and won't.
  static func refused(_ refusal: Refusal) -> Self
  /// No answer that means anything. `mayHaveActed`: whether the daemon can have acted on the
  /// request all the same.
  static func unanswered(_ cause: Unavailable.Cause, mayHaveActed: Bool) -> Self
}

extension AuthorizationError: CallError {
  /// Nobody is refused a check: a daemon that does so can't be asked.
  static func refused(_ refusal: Refusal) -> Self {
    .unavailable(Unavailable(.daemon(message: refusal.message)))
  }
  static func unanswered(_ cause: Unavailable.Cause, mayHaveActed: Bool) -> Self {
    .unavailable(Unavailable(cause))
  }
}

extension QueryError: CallError {
  static func unanswered(_ cause: Unavailable.Cause, mayHaveActed: Bool) -> Self {
    .unavailable(Unavailable(cause))
  }
}

extension ChangeError: CallError {
  static func unanswered(_ cause: Unavailable.Cause, mayHaveActed: Bool) -> Self {
    mayHaveActed ? .outcomeUnknown(Unavailable(cause)) : .unavailable(Unavailable(cause))
  }
}

extension CallError {
  /// From the daemon's own account of why it did not do as asked.
  ///
  /// - Parameter mayAct: whether anything can be different for the call's having been carried out.
  init(_ status: Status, mayAct: Bool) {
    switch status.code {
    case .invalidArgument:
      self = .misuse(Misuse(field: status.field, message: status.message))
    case .notFound: self = .refused(status, as: .notFound)
    case .alreadyExists: self = .refused(status, as: .alreadyExists)
    case .permissionDenied: self = .refused(status, as: .permissionDenied)
    case .resourceExhausted: self = .refused(status, as: .resourceExhausted)
    case .failedPrecondition: self = .refused(status, as: .failedPrecondition)
    case .unimplemented: self = .refused(status, as: .unimplemented)
    case .deadlineExceeded: self = .unanswered(.timedOut, mayHaveActed: false)
    case .unavailable: self = .unanswered(.daemon(message: status.message), mayHaveActed: false)
    // Also every code this build does not know: it can't vouch for anything.
    case .internal, .ok: self = .unanswered(.daemon(message: status.message), mayHaveActed: mayAct)
    }
  }

  private static func refused(_ status: Status, as code: Refusal.Code) -> Self {
    .refused(
      Refusal(
        code, message: status.message, keyID: status.keyID.isEmpty ? nil : status.keyID,
        secretVersion: status.secretVersion == 0 ? nil : status.secretVersion))
  }
}
