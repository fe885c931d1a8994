import Glibc
import OrgKey
import Synchronization
import Testing

@testable import OrgKey

/// What calls cost in system calls.
@Suite(.timeLimit(.minutes(1))) struct EconomyTests {
  @Test func aBlockingCallIsOneWriteAndOneRead() async throws {
    let peer = try ScriptedPeer(answering(allowed))
    let client = OrgKeyClient(socketPath: peer.path)
    let caller = Caller()
    defer { caller.goOn(to: .max) }
    try caller.start { _ = try? client.blocking.authorize(.text("a"), permission: "b", in: .own) }
    try await caller.hasMade(1)
    let calls = try await SystemCalls(of: caller.number, "%network,%desc") {
      caller.goOn(to: 101)
      try await caller.hasMade(101)
    }
    #expect(calls.count("sendto") == 100)
    #expect(calls.count("recvfrom") == 100)
    // A thread that was held up for more than a millisecond tells the socket its new timeout.
    #expect(calls.lines.count < 220, "\(calls.lines.prefix(20))")
  }

  /// In a process of its own, so that strace sees the client's threads alone.
  @Test func concurrentCallsShareWrites() async {
    await #expect(processExitsWith: .success) {
      // Answers 64 requests with one write, so that 64 tasks go on at the same time.
      let peer = try ScriptedPeer { connection in
        while true {
          var frames: [UInt8] = []
          for _ in 0..<64 {
            guard let request = connection.next() else { return }
            frames += connection.frame(request.callID, allowed(request))
          }
          connection.send(frames)
        }
      }
      let client = OrgKeyClient(socketPath: peer.path)
      let calls = try await SystemCalls("sendto") { try await makeCalls(client) }
      // 50 of them are the peer's.
      #expect(calls.count("sendto") - 50 < 64 * 50 / 4)
    }
  }

  @Test func aCallMadeWhileOthersAreAnsweredDoesNotWaitForThem() async throws {
    // The first two are answered together.
    let peer = try ScriptedPeer { connection in
      guard let first = connection.next(), let second = connection.next() else { return }
      connection.send(
        connection.frame(first.callID, allowed(first))
          + connection.frame(second.callID, allowed(second)))
      answering(allowed)(connection)
    }
    let client = OrgKeyClient(socketPath: peer.path)
    let executor = HeldExecutor()
    let pair = (0..<2).map { _ in
      Task(executorPreference: executor) { await Way.async.authorize(client) }
    }
    // Both run until they wait for their answers, and not when those have come.
    for _ in pair { try await executor.runNext() }
    while executor.count < 2 { await Task.yield() }
    #expect(await Way.async.authorize(client).success != nil)
    for _ in pair { try await executor.runNext() }
    for task in pair { #expect(await task.value.success != nil) }
  }
}

/// 64 tasks, each of which makes 50 calls. One thread runs them all: no call shares a write because
/// another thread happens to be writing.
private func makeCalls(_ client: OrgKeyClient) async throws {
  let executor = HeldExecutor()
  let (ended, end) = AsyncStream.makeStream(of: Void.self)
  for _ in 0..<64 {
    Task(executorPreference: executor) {
      for _ in 0..<50 { #expect(await Way.async.authorize(client).success != nil) }
      end.yield()
    }
  }
  let runner = Task {
    while !Task.isCancelled { try await executor.runNext() }
  }
  defer { runner.cancel() }
  var ends = ended.makeAsyncIterator()
  for _ in 0..<64 { _ = await ends.next() }
}

/// Makes blocking calls on a thread of its own, as many as it is told to.
private final class Caller: Sendable {
  private let allowance = Atomic(1)
  private let made = Atomic(0)
  private let thread = Atomic<pid_t>(0)

  var number: pid_t { thread.load(ordering: .sequentiallyConsistent) }

  func goOn(to total: Int) { allowance.store(total, ordering: .sequentiallyConsistent) }

  func start(_ call: @escaping @Sendable () -> Void) throws {
    try Platform.startThread { [self] in
      thread.store(currentThread(), ordering: .sequentiallyConsistent)
      while true {
        let allowed = allowance.load(ordering: .sequentiallyConsistent)
        if allowed == .max { return }
        if made.load(ordering: .sequentiallyConsistent) == allowed {
          sched_yield()
        } else {
          call()
          made.add(1, ordering: .sequentiallyConsistent)
        }
      }
    }
  }

  func hasMade(_ total: Int) async throws {
    while made.load(ordering: .sequentiallyConsistent) < total {
      try Task.checkCancellation()
      await Task.yield()
    }
  }
}

/// Runs a task's next piece when told to.
private final class HeldExecutor: TaskExecutor {
  private let jobs = Mutex<[UnownedJob]>([])

  var count: Int { jobs.withLock { $0.count } }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    jobs.withLock { $0.append(job) }
  }

  func runNext() async throws {
    while count == 0 {
      try Task.checkCancellation()
      await Task.yield()
    }
    unsafe jobs.withLock { $0.removeFirst() }.runSynchronously(on: asUnownedTaskExecutor())
  }
}
