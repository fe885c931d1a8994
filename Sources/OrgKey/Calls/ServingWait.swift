/// The rhythm of `waitUntilServing`: when to ask again, and when to give up.
struct ServingWait {
  private static let longestAttempt = Duration.seconds(1)

  private let deadline: ContinuousClock.Instant
  private var backoff = Backoff()

  init(timeout: Duration) { deadline = .now + OrgKeyClient.bounded(timeout) }

  var attemptTimeout: Duration {
    min(ServingWait.longestAttempt, ContinuousClock.now.duration(to: deadline))
  }

  private var lastObstacle: Unavailable?
  /// When to ask again.
  private(set) var nextAttempt = ContinuousClock.now

  /// Judges an attempt; nil: go on waiting.
  mutating func health(
    from attempt: Result<Health, QueryError>
  ) throws(Unavailable) -> Health? {
    var obstacle: Unavailable
    switch attempt {
    case .success(let health) where health.isServing: return health
    case .success: obstacle = Unavailable(.notServing)
    case .failure(.unavailable(let unavailable)): obstacle = unavailable
    case .failure(.refused(let refusal)): obstacle = Unavailable(.daemon(message: refusal.message))
    case .failure(.misuse(let misuse)): obstacle = Unavailable(.daemon(message: misuse.message))
    }
    nextAttempt = .now + backoff.next()
    // An attempt cut short by the end says less than the one before it.
    if obstacle.cause == .timedOut && nextAttempt >= deadline {
      obstacle = lastObstacle ?? obstacle
    }
    lastObstacle = obstacle
    switch obstacle.cause {
    case .closed, .cancelled, .invalidSocketPath: throw obstacle
    default: if nextAttempt >= deadline { throw obstacle }
    }
    return nil
  }
}
