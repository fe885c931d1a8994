internal import OrgKey

/// The table from what the library throws to exit status and sentence.
extension Failure {
  /// nil: an error of the command line's parsing.
  init?(_ error: any Error) {
    switch error {
    case let error as Failure: self = error
    case let error as QueryError: self.init(error)
    case let error as ChangeError: self.init(error)
    case let error as AuthorizationError: self.init(error)
    default: return nil
    }
  }

  private init(_ error: QueryError) {
    switch error {
    case .refused(let refusal): self.init(refusal)
    case .unavailable(let unavailable): self.init(unavailable)
    case .misuse(let misuse): self.init(misuse)
    }
  }

  private init(_ error: ChangeError) {
    switch error {
    case .refused(let refusal): self.init(refusal)
    case .unavailable(let unavailable): self.init(unavailable)
    case .outcomeUnknown(let unavailable): self.init(outcomeUnknown: unavailable)
    case .misuse(let misuse): self.init(misuse)
    }
  }

  private init(_ error: AuthorizationError) {
    switch error {
    case .denied(let denial):
      self.init(.denied, "denied: \(denial.reason). \(denial.reason.advice)")
    case .unavailable(let unavailable): self.init(unavailable)
    case .misuse(let misuse): self.init(misuse)
    }
  }

  private init(_ refusal: Refusal) {
    let status: ExitStatus =
      switch refusal.code {
      case .permissionDenied: .notPermitted
      case .resourceExhausted: .tryAgain
      case .notFound, .alreadyExists, .failedPrecondition, .unimplemented: .refused
      }
    let key = refusal.keyID.map { " (\($0))" } ?? ""
    self.init(status, CommandWords.put(into: refusal.message) + key)
  }

  private init(_ misuse: Misuse) {
    self.init(.refused, CommandWords.put(into: misuse.message))
  }

  private init(_ unavailable: Unavailable) {
    self.init(
      Failure.status(of: unavailable.cause),
      FirstContact(unavailable.cause)?.sentence ?? unavailable.description)
  }

  private init(outcomeUnknown unavailable: Unavailable) {
    var status = Failure.status(of: unavailable.cause)
    if case .daemon = unavailable.cause { status = .fault }
    self.init(status, "\(unavailable.description); whether the change was made is not known: look")
  }

  private static func status(of cause: Unavailable.Cause) -> ExitStatus {
    switch cause {
    case .noSocket, .nobodyListening, .system: .unreachable
    case .permissionDenied: .notPermitted
    case .invalidSocketPath: .configuration
    case .timedOut, .connectionLost, .daemon, .notServing, .tooManyCalls: .tryAgain
    case .protocolFault, .closed, .cancelled: .fault
    }
  }
}
