internal import OrgKey

/// For verbs that go on: whether the daemon is away, told once when it goes and once when it is back.
struct Absence {
  /// Why it can't be asked; nil: it can.
  private(set) var reason: String?
  /// Whether nobody is told.
  var isSilent = false

  /// Asks the daemon something, of which nothing comes while it is away.
  ///
  /// - Throws: what `ask` throws, unless waiting can help.
  mutating func outlast(_ ask: () throws -> Void) throws {
    do {
      try ask()
      if reason != nil && !isSilent { StandardStream.talk("the daemon answers again") }
      reason = nil
    } catch QueryError.unavailable(let unavailable) where unavailable.cause.mayPass {
      let why = Failure(QueryError.unavailable(unavailable))?.message ?? ""
      if reason == nil && !isSilent { StandardStream.talk("waiting for the daemon: \(why)") }
      reason = why
    }
  }
}

extension Unavailable.Cause {
  /// Whether waiting can help somebody who was answered before.
  fileprivate var mayPass: Bool {
    switch self {
    case .noSocket, .nobodyListening, .system, .timedOut, .connectionLost, .daemon, .notServing,
      .permissionDenied, .tooManyCalls:
      true
    case .invalidSocketPath, .protocolFault, .closed, .cancelled: false
    }
  }
}
