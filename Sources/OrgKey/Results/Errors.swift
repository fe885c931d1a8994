internal import OrgKeyWire

/// Why a check returned no result. Denied, "could not ask" and misuse are different things; none of
/// them lets a request pass.
public enum AuthorizationError: Error, Sendable, Hashable {
  /// The key may not do this: the caller's fault. 401, 403 or 429.
  case denied(Denial)
  /// Nobody could say: 503.
  case unavailable(Unavailable)
  /// The question was wrong, for example without a permission: a fault of this program. 500.
  case misuse(Misuse)

  /// What to answer the request with.
  public var response: ErrorResponse {
    switch self {
    case .denied(let denial): denial.response
    case .unavailable(let unavailable): unavailable.response
    case .misuse(let misuse): misuse.response
    }
  }
}

/// Why a call that changes nothing returned no result.
public enum QueryError: Error, Sendable, Hashable {
  /// The daemon won't: not found, not permitted, …
  case refused(Refusal)
  /// The daemon could not be asked, or did not answer.
  case unavailable(Unavailable)
  /// An argument is wrong.
  case misuse(Misuse)
}

/// Why a change was not confirmed.
public enum ChangeError: Error, Sendable, Hashable {
  /// The daemon won't; nothing was changed.
  case refused(Refusal)
  /// The daemon could not be asked; nothing was changed, and nothing will be.
  case unavailable(Unavailable)
  /// The change may have been made, or may still be: the answer did not come. Look, or repeat the
  /// call if it is idempotent (revoking; issuing or rotating with the same `requestID`).
  case outcomeUnknown(Unavailable)
  /// An argument is wrong; nothing was changed.
  case misuse(Misuse)
}

/// An argument that the daemon or the library refused to take.
public struct Misuse: Error, Sendable, Hashable {
  /// The contract's name of the field at fault, "permission"; empty if it is not one field.
  public var field: String
  /// What is wrong with it: one sentence.
  public var message: String

  public init(field: String, message: String) {
    self.field = field
    self.message = message
  }

  /// What to answer with: 500. Says nothing about the cause.
  public var response: ErrorResponse {
    ErrorResponse(
      statusCode: 500, code: "INTERNAL_SERVER_ERROR",
      message: "The request could not be authorized because of a fault in this service.")
  }
}

/// The daemon understood the call and won't carry it out.
public struct Refusal: Error, Sendable, Hashable {
  /// The meanings are google.rpc.Code's.
  public enum Code: Sendable, Hashable, CaseIterable {
    /// There is no such key or organization. A key out of the acting organization's reach looks
    /// the same.
    case notFound
    /// `keyID` says which key.
    case alreadyExists
    /// The peer, or whom it acts for, may not make this call; `message` names what is missing.
    case permissionDenied
    /// Something is full, or a limit is reached; `message` says which.
    case resourceExhausted
    /// Not in the present state; repeating the call is of no use.
    case failedPrecondition
    /// The daemon is older than this library and does not know the call.
    case unimplemented
  }

  public var code: Code
  /// One sentence for a person.
  public var message: String
  /// For `.alreadyExists`: the key that exists. Its text is not told again: rotate it, or revoke it
  /// and issue another.
  public var keyID: String?
  /// For `.alreadyExists` when rotating: which of the key's secrets the first request made.
  public var secretVersion: UInt32?

  public init(
    _ code: Code, message: String = "", keyID: String? = nil, secretVersion: UInt32? = nil
  ) {
    self.code = code
    self.message = message
    self.keyID = keyID
    self.secretVersion = secretVersion
  }
}
