import Glibc
import OrgKey
import OrgKeyWire
import Synchronization
import Testing

@testable import OrgKey

/// Signals that come every other millisecond, as from a profiler.
@Suite(.timeLimit(.minutes(1))) struct SignalTests {
  private static let slack = Duration.seconds(5)

  @Test func signalsDontKeepACallToASilentDaemonFromItsDeadline() async throws {
    let peer = try ScriptedPeer { $0.drain() }
    let client = OrgKeyClient(socketPath: peer.path)
    let (cause, took) = try await underSignals {
      let result: Result<Grant, AuthorizationError>
      do throws(AuthorizationError) {
        result = .success(
          try client.blocking.authorize(
            .text("a"), permission: "b", in: .own, timeout: .milliseconds(200)))
      } catch { result = .failure(error) }
      return result.failure?.cause
    }
    #expect(cause == .timedOut)
    #expect(took >= .milliseconds(200) && took < .milliseconds(200) + SignalTests.slack)
  }

  @Test func signalsDontKeepACallToADaemonThatDoesNotReadFromItsDeadline() async throws {
    let peer = try ScriptedPeer { $0.hold() }
    let administrator = OrgKeyClient(socketPath: peer.path).administrator().blocking
    let new = NewKey(
      organizationID: "acme", name: String(repeating: "a", count: 1_000_000), permissions: [])
    let (failure, took) = try await underSignals { () -> ChangeError? in
      do throws(ChangeError) {
        _ = try administrator.issueKey(new, timeout: .milliseconds(200))
        return nil
      } catch { return error }
    }
    #expect(failure == .outcomeUnknown(Unavailable(.timedOut)))
    #expect(took >= .milliseconds(200) && took < .milliseconds(200) + SignalTests.slack)
  }

  @Test func signalsDontKeepTheWaitForADaemonFromItsDeadline() async throws {
    let client = OrgKeyClient(socketPath: ScriptedPeer.freePath())
    let (failure, took) = try await underSignals { () -> Unavailable? in
      do throws(Unavailable) {
        try client.blocking.waitUntilServing(timeout: .milliseconds(200))
        return nil
      } catch { return error }
    }
    #expect(failure?.cause == .noSocket(path: client.endpoint.path))
    #expect(took < .milliseconds(200) + SignalTests.slack)
  }

  @Test func anAnswerAmidSignalsIsTaken() async throws {
    let peer = try ScriptedPeer { connection in
      while let request = connection.next() {
        for byte in connection.frame(request.callID, allowed(request)) {
          usleep(500)
          connection.send([byte])
        }
      }
    }
    let client = OrgKeyClient(socketPath: peer.path)
    let (grant, _) = try await underSignals {
      try? client.blocking.authorize(
        .text("a"), permission: "b", in: .own, timeout: .seconds(20))
    }
    #expect(grant?.organizationID == "acme")
  }

  /// Runs `body` on a thread of its own that is sent signals meanwhile, though not for ever.
  private func underSignals<Value: Sendable>(
    _ body: @escaping @Sendable () -> Value
  ) async throws -> (Value, Duration) {
    signal(SIGUSR1) { _ in signalCount.add(1, ordering: .relaxed) }
    let before = signalCount.load(ordering: .relaxed)
    let target = Mutex<pthread_t?>(nil)
    let calling = Task {
      await onThread { () -> (Value, Duration) in
        // One of dispatch's threads made this one, and they block signals.
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGUSR1)
        unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        target.withLock { $0 = pthread_self() }
        let start = ContinuousClock.now
        let value = body()
        // From now on nobody may signal this thread: it ends.
        target.withLock { $0 = nil }
        return (value, ContinuousClock.now - start)
      }
    }
    let end = ContinuousClock.now + SignalTests.slack * 2
    var wasSignalled = false
    while ContinuousClock.now < end {
      let isSignalled = target.withLock { thread in
        guard let thread else { return false }
        return pthread_kill(thread, SIGUSR1) == 0
      }
      if wasSignalled && !isSignalled { break }
      wasSignalled = isSignalled
      try await Task.sleep(for: .milliseconds(2))
    }
    let outcome = await calling.value.get()
    #expect(signalCount.load(ordering: .relaxed) > before)
    return outcome
  }
}

private let signalCount = Atomic<Int>(0)
