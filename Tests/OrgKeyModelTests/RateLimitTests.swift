import OrgKeyModel
import Synchronization
import Testing

@Suite struct RateLimitTests {
  private func directory(limit: UInt32, window: UInt32) -> Directory {
    var fixture = Fixture()
    fixture.key.rateLimit = RateLimit(limit: limit, window: window)
    return fixture.directory()
  }

  private func ask(_ directory: borrowing Directory, at time: Int64, taking: Bool = true)
    -> (Reason, RateLimitState?)
  {
    var ask = Ask()
    ask.now = Instant(wall: noon + time, monotonic: time)
    let verdict = ask(directory, taking: taking)
    return (verdict.reason, verdict.rateLimit)
  }

  private func expect(
    _ answer: (Reason, RateLimitState?), _ reason: Reason, _ state: RateLimitState
  ) {
    #expect(answer.0 == reason)
    #expect(answer.1 == state)
  }

  @Test func windowOpensWithItsFirstRequestAndEndsAfterItsLength() {
    let directory = directory(limit: 2, window: 10)
    let start: Int64 = 5_500
    let reset = (noon + start + 10_000 + 999) / 1000
    func state(_ remaining: UInt32) -> RateLimitState {
      RateLimitState(limit: 2, remaining: remaining, resetAt: reset)
    }
    expect(ask(directory, at: start), .allowed, state(1))
    expect(ask(directory, at: start + 4_000), .allowed, state(0))
    expect(ask(directory, at: start + 9_999), .rateLimited, state(0))
    let (reason, next) = ask(directory, at: start + 10_000)
    #expect(reason == .allowed)
    #expect(next?.remaining == 1)
    #expect(next?.resetAt == (noon + start + 20_000 + 999) / 1000)
  }

  @Test func lookingTakesNothing() {
    let directory = directory(limit: 1, window: 10)
    for _ in 0..<3 { #expect(ask(directory, at: 0, taking: false).0 == .allowed) }
    #expect(ask(directory, at: 0).0 == .allowed)
    for _ in 0..<3 { #expect(ask(directory, at: 0, taking: false).0 == .rateLimited) }
  }

  @Test func earlierDenialTakesNothingAndLaterOneTakes() {
    let directory = directory(limit: 2, window: 10)
    var wrong = Ask()
    wrong.environment = "test"
    #expect(wrong(directory).reason == .environmentMismatch)
    #expect(wrong(directory).rateLimit?.remaining == 2)
    var denied = Ask()
    denied.permission = "contacts:write"
    #expect(denied(directory).rateLimit?.remaining == 1)
    denied.organization = "nowhere"
    #expect(denied(directory).rateLimit?.remaining == 0)
    #expect(denied(directory).reason == .rateLimited)
  }

  @Test func anotherThreadsEarlierClockFallsIntoTheOpenWindow() {
    let directory = directory(limit: 2, window: 10)
    #expect(ask(directory, at: 1_000).0 == .allowed)
    #expect(ask(directory, at: 990).1?.remaining == 0)
    #expect(ask(directory, at: 991).0 == .rateLimited)
  }

  @Test func largestLimitAndWindowFitTheWord() {
    let directory = directory(limit: Limits.rateLimit, window: Limits.rateWindowSeconds)
    let late: Int64 = 1 << 39
    #expect(ask(directory, at: late).1?.remaining == Limits.rateLimit - 1)
    let end = late + Int64(Limits.rateWindowSeconds) * 1000
    #expect(ask(directory, at: end - 1).1?.remaining == Limits.rateLimit - 2)
    #expect(ask(directory, at: end).1?.remaining == Limits.rateLimit - 1)
  }

  private final class Shared: Sendable {
    let directory: Directory
    init(_ directory: consuming Directory) { self.directory = directory }
  }

  @Test func threadsTogetherGetExactlyTheLimitInEachWindow() {
    let limit = 15_000
    let shared = Shared(directory(limit: UInt32(limit), window: 1))
    let allowed = Atomic(0)
    let arrived = Atomic(0)
    onThreads(4) {
      arrived.add(1, ordering: .relaxed)
      while arrived.load(ordering: .relaxed) < 4 {}
      var ask = Ask()
      // Each asks for the whole of two windows. One that is still in the first second falls into
      // the second window once that is open.
      for window in Int64(1)...2 {
        ask.now = Instant(wall: noon, monotonic: window * 1_000)
        for _ in 0..<limit where ask(shared.directory).isAllowed {
          allowed.add(1, ordering: .relaxed)
        }
      }
    }
    #expect(allowed.load(ordering: .relaxed) == 2 * limit)
  }
}
