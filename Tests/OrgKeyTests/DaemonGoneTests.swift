import Glibc
import OrgKey
import OrgKeyWire
import Synchronization
import TestSupport
import Testing

@testable import OrgKey

/// A daemon that is killed, stopped or moved away under its clients: nothing is allowed without an
/// answer, every call ends in time, and all is well again without help.
@Suite(.timeLimit(.minutes(Campaign.count(2, long: 20)))) struct DaemonGoneTests {
  private static let timeout = Duration.milliseconds(400)
  /// How much later than its deadline a call may end on a busy machine.
  private static let slack = Duration.seconds(10)

  /// In a process of its own, so that the descriptors are the test's alone.
  @Test func killedMidRequestAllowsNothingWithoutAnAnswerAndLeavesNothingBehind() async {
    await #expect(processExitsWith: .success) {
      let before = Belongings()
      try await DaemonGoneTests.kill(times: Campaign.count(40, long: 1_000))
      #expect(await before.areAllThereIs(), "\(Belongings()), not \(before)")
    }
  }

  private static func kill(times: Int) async throws {
    let daemon = try RealDaemon()
    let texts = try [daemon.issue().text, revoked(daemon)]
    let client = OrgKeyClient(socketPath: daemon.socket)
    defer { client.close() }
    let callers = Callers(client, allowed: texts[0], denied: texts[1])
    let tasks = callers.start()
    for round in 0..<times {
      try await callers.wait(for: Int.random(in: 1...40), as: .answered)
      callers.phase.add(1, ordering: .sequentiallyConsistent)
      #expect(daemon.end(SIGKILL) == 128 + SIGKILL)
      callers.phase.add(1, ordering: .sequentiallyConsistent)
      // Every other time somebody asks while nobody is there.
      if round % 2 == 0 { try await callers.wait(for: 4, as: .unanswered) }
      callers.phase.add(1, ordering: .sequentiallyConsistent)
      try daemon.start()
      callers.phase.add(1, ordering: .sequentiallyConsistent)
      for way in Way.allCases {
        #expect(await way.authorize(client, .text(texts[0]), permission: "a:b").success != nil)
      }
    }
    callers.stop()
    for task in tasks { await task.value }
    let (answered, unanswered, faults) = callers.counts
    print("killed \(times) times: \(answered) answers, \(unanswered) calls without one")
    #expect(faults == [])
  }

  private static func revoked(_ daemon: RealDaemon) throws -> KeyText {
    let issued = try daemon.issue()
    let administrator = OrgKeyClient(socketPath: daemon.socket).administrator().blocking
    try administrator.revokeKey(.key(id: issued.key.id))
    return issued.text
  }

  @Test(arguments: Way.allCases)
  func stoppedAndContinuedAnswersAgainAndNoCallGetsAnothersAnswer(_ way: Way) async throws {
    let daemon = try RealDaemon()
    let key = try daemon.issue().text
    let client = OrgKeyClient(socketPath: daemon.socket)
    func authorize(_ permission: String, _ timeout: Duration) async -> Result<
      Grant, AuthorizationError
    > {
      await way.authorize(client, .text(key), permission: permission, timeout: timeout)
    }
    for _ in 0..<Campaign.count(10, long: 200) {
      #expect(await authorize("a:b", .seconds(20)).success != nil)
      daemon.stop()
      let start = ContinuousClock.now
      let stopped = await authorize("a:b", .milliseconds(30))
      #expect(stopped.failure?.cause == .timedOut)
      #expect(ContinuousClock.now - start < .milliseconds(30) + DaemonGoneTests.slack)
      daemon.resume()
      // The late answer was that the call is allowed.
      let denied = await authorize("c:d", .seconds(20)).failure
      guard case .denied(let denial) = denied, denial.code == .permissionDenied else {
        Issue.record("\(String(describing: denied))")
        return
      }
    }
  }

  @Test(arguments: Way.allCases)
  func aSocketThatIsRemovedAndMadeAgainIsFound(_ way: Way) async throws {
    let daemon = try RealDaemon()
    let key = try daemon.issue().text
    let client = OrgKeyClient(socketPath: daemon.socket)
    for _ in 0..<Campaign.count(3, long: 100) {
      #expect(await way.authorize(client, .text(key), permission: "a:b").success != nil)
      unsafe unlink(daemon.socket)
      // Who is connected stays so.
      #expect(await way.authorize(client, .text(key), permission: "a:b").success != nil)
      let other = OrgKeyClient(socketPath: daemon.socket)
      let cause = await way.authorize(other, .text(key), permission: "a:b").failure?.cause
      #expect(cause == .noSocket(path: daemon.socket))
      #expect(daemon.end(SIGTERM) == 0)
      let gone = await way.authorize(
        client, .text(key), permission: "a:b", timeout: .milliseconds(30))
      #expect(gone.success == nil)
      try daemon.start()
    }
    #expect(await way.authorize(client, .text(key), permission: "a:b").success != nil)
  }

  @Test(arguments: Way.allCases)
  func aFullBacklogIsWaitedForUntilTheDeadline(_ way: Way) async throws {
    let daemon = try RealDaemon()
    let key = try daemon.issue().text
    daemon.stop()
    var waiting: [Descriptor] = []
    while let socket = try? Platform.connect(to: daemon.socket) { waiting.append(socket) }
    let client = OrgKeyClient(socketPath: daemon.socket)
    let start = ContinuousClock.now
    let full = await way.authorize(
      client, .text(key), permission: "a:b", timeout: .milliseconds(50))
    #expect(full.failure?.cause == .timedOut)
    #expect(ContinuousClock.now - start < .milliseconds(50) + DaemonGoneTests.slack)
    let patient = Task { await way.authorize(client, .text(key), permission: "a:b") }
    waiting.removeAll()
    daemon.resume()
    #expect(await patient.value.success != nil)
  }
}

/// Those who ask without pause, in both ways, and judge the answers.
private final class Callers: Sendable {
  enum Outcome { case answered, unanswered }

  /// 4 n: the daemon runs; 4 n + 2: it was killed, and is not yet started.
  let phase = Atomic<Int>(0)
  private let client: OrgKeyClient
  private let texts: [KeyText]
  private let stopped = Atomic<Bool>(false)
  private let answered = Atomic<Int>(0)
  private let unanswered = Atomic<Int>(0)
  private let faults = Mutex<[String]>([])

  init(_ client: OrgKeyClient, allowed: KeyText, denied: KeyText) {
    self.client = client
    texts = [allowed, denied]
  }

  var counts: (answered: Int, unanswered: Int, faults: [String]) {
    (answered.load(ordering: .relaxed), unanswered.load(ordering: .relaxed), faults.withLock { $0 })
  }

  func start() -> [Task<Void, Never>] {
    (0..<6).map { number in
      Task { [self] in
        while !stopped.load(ordering: .sequentiallyConsistent) {
          await ask(Way.allCases[number % 2], Int.random(in: 0...1))
        }
      }
    }
  }

  func stop() { stopped.store(true, ordering: .sequentiallyConsistent) }

  func wait(for more: Int, as outcome: Outcome) async throws {
    func count() -> Int {
      outcome == .answered ? counts.answered : counts.unanswered
    }
    let goal = count() + more
    let end = ContinuousClock.now + .seconds(60)
    while count() < goal {
      if ContinuousClock.now > end { throw Stuck() }
      await Task.yield()
    }
  }

  struct Stuck: Error {}

  private func ask(_ way: Way, _ text: Int) async {
    let timeout = Duration.milliseconds(400)
    let before = phase.load(ordering: .sequentiallyConsistent)
    let start = ContinuousClock.now
    let result = await way.authorize(
      client, .text(texts[text]), permission: "a:b", timeout: timeout)
    let took = ContinuousClock.now - start
    let isGone = before % 4 == 2 && phase.load(ordering: .sequentiallyConsistent) == before
    if took > timeout + .seconds(10) { note("a call took \(took)") }
    switch result {
    case .success:
      answered.add(1, ordering: .relaxed)
      if isGone || text == 1 { note("allowed: \(text) in phase \(before)") }
    case .failure(.unavailable): unanswered.add(1, ordering: .relaxed)
    case .failure(.denied(let denial)):
      answered.add(1, ordering: .relaxed)
      if isGone || text == 0 { note("\(denial) in phase \(before)") }
    case .failure(let error): note("\(error)")
    }
  }

  private func note(_ fault: String) { faults.withLock { if $0.count < 20 { $0.append(fault) } } }
}

/// What a process has of the kernel: sockets, and pipes, of which each of a client's threads has
/// one. The rest is the runtime's own.
private struct Belongings: Equatable {
  private let descriptors: Int

  init() {
    descriptors = (0..<1024 as Range<Int32>).count { number in
      var status = stat()
      return unsafe fstat(number, &status) == 0
        && [S_IFSOCK, S_IFIFO].contains(status.st_mode & S_IFMT)
    }
  }

  /// Threads end in their own time.
  func areAllThereIs() async -> Bool {
    let end = ContinuousClock.now + .seconds(30)
    while ContinuousClock.now < end {
      if Belongings() == self { return true }
      await Task.yield()
    }
    return false
  }
}
