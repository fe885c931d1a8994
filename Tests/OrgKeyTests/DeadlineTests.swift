import OrgKey
import OrgKeyWire
import Synchronization
import Testing

/// Peers that don't answer, or not in time.
@Suite(.timeLimit(.minutes(1))) struct DeadlineTests {
  private static let silent: ScriptedPeer.Script = { $0.drain() }
  /// How much later than its deadline a call may end on a busy machine.
  private static let slack = Duration.seconds(5)

  @Test(arguments: Way.allCases)
  func aSilentDaemonIsUnavailableAtTheDeadline(_ way: Way) async throws {
    let peer = try ScriptedPeer(DeadlineTests.silent)
    let client = OrgKeyClient(socketPath: peer.path)
    let start = ContinuousClock.now
    let result = await way.authorize(client, timeout: .milliseconds(50))
    let took = ContinuousClock.now - start
    #expect(result.failure == .unavailable(Unavailable(.timedOut)))
    #expect(took >= .milliseconds(50) && took < .milliseconds(50) + DeadlineTests.slack)
  }

  @Test(arguments: Way.allCases)
  func aChangeWithoutAnAnswerHasAnUnknownOutcome(_ way: Way) async throws {
    let peer = try ScriptedPeer(DeadlineTests.silent)
    let client = OrgKeyClient(socketPath: peer.path, administrationTimeout: .milliseconds(50))
    #expect(await way.put(client).failure == .outcomeUnknown(Unavailable(.timedOut)))
  }

  @Test(arguments: Way.allCases)
  func aShorterDeadlineHoldsOnAConnectionUsedBefore(_ way: Way) async throws {
    let peer = try ScriptedPeer { connection in
      if let request = connection.next() { connection.reply(request.callID, allowed(request)) }
      connection.drain()
    }
    let client = OrgKeyClient(socketPath: peer.path)
    #expect(await way.authorize(client, timeout: .seconds(15)).success != nil)
    let start = ContinuousClock.now
    let result = await way.authorize(client, timeout: .milliseconds(50))
    let took = ContinuousClock.now - start
    #expect(result.failure == .unavailable(Unavailable(.timedOut)))
    #expect(took >= .milliseconds(50) && took < .milliseconds(50) + DeadlineTests.slack)
    #expect(peer.acceptedCount == 1)
  }

  @Test(arguments: Way.allCases)
  func aDaemonThatDoesNotReadIsUnavailableAtTheDeadline(_ way: Way) async throws {
    let peer = try ScriptedPeer { connection in connection.hold() }
    let client = OrgKeyClient(socketPath: peer.path)
    let new = NewKey(
      organizationID: "acme", name: String(repeating: "a", count: 1_000_000), permissions: [])
    let start = ContinuousClock.now
    let failure = await way.issue(client, new, timeout: .milliseconds(50)).failure
    #expect(failure == .outcomeUnknown(Unavailable(.timedOut)))
    #expect(ContinuousClock.now - start < .milliseconds(50) + DeadlineTests.slack)
  }

  @Test func theDeadlineIsToldForChangesAndNotForChecks() async throws {
    let peer = try ScriptedPeer { connection in
      while let request = connection.next() {
        let status = Status(code: .notFound, message: "\(request.request.timeoutMs)")
        connection.reply(request.callID, nil, status: status)
      }
    }
    let client = OrgKeyClient(socketPath: peer.path)
    guard case .refused(let refusal) = await Way.async.put(client).failure,
      let told = Int(refusal.message)
    else {
      Issue.record("not refused")
      return
    }
    #expect((9_000...10_000).contains(told))
    #expect(await Way.async.authorize(client).failure?.cause == .daemon(message: "0"))
  }

  @Test(arguments: Way.allCases)
  func aLateAnswerIsNotTakenForTheNextCalls(_ way: Way) async throws {
    // The first request is answered only together with the second, and would allow.
    let peer = try ScriptedPeer { connection in
      var unanswered: [PeerRequest] = []
      while let request = connection.next() {
        unanswered.append(request)
        guard case .authorize(let asked) = request.request.method,
          asked.permission == "second:call"
        else { continue }
        for request in unanswered.dropLast() {
          connection.reply(request.callID, allowed(request))
        }
        connection.reply(
          request.callID,
          .authorize(AuthorizeResponse(decision: .permissionDenied, reason: .permissionMissing)))
      }
    }
    let client = OrgKeyClient(socketPath: peer.path)
    let first = await way.authorize(client, permission: "first:call", timeout: .milliseconds(20))
    #expect(first.failure?.cause == .timedOut)
    let second = await way.authorize(client, permission: "second:call")
    #expect(second.failure == .denied(Denial(.permissionDenied, reason: .permissionMissing)))
    // A blocking call's connection is not used again after a call without an answer.
    #expect(peer.acceptedCount == (way == .blocking ? 2 : 1))
  }

  @Test func cancellationEndsTheWaitAtOnce() async throws {
    let (arrived, arrive) = AsyncStream.makeStream(of: Void.self)
    let peer = try ScriptedPeer { connection in
      while connection.next() != nil { arrive.yield() }
    }
    let client = OrgKeyClient(socketPath: peer.path)
    let check = Task { await Way.async.authorize(client, timeout: .seconds(20)) }
    let change = Task {
      await result { () async throws(ChangeError) in
        try await client.administrator().putOrganization(id: "acme", timeout: .seconds(20))
      }
    }
    var requests = arrived.makeAsyncIterator()
    for _ in 0..<2 { _ = await requests.next() }
    check.cancel()
    change.cancel()
    #expect(await check.value.failure == .unavailable(Unavailable(.cancelled)))
    #expect(await change.value.failure == .outcomeUnknown(Unavailable(.cancelled)))
  }

  @Test func aCancelledTaskMakesNoCall() async throws {
    let peer = try ScriptedPeer(answering(allowed))
    let client = OrgKeyClient(socketPath: peer.path)
    let task = Task {
      unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
      return await Way.async.put(client)
    }
    #expect(await task.value.failure == .unavailable(Unavailable(.cancelled)))
    #expect(peer.acceptedCount == 0)
  }

  @Test func closingEndsTheWait() async throws {
    let (arrived, arrive) = AsyncStream.makeStream(of: Void.self)
    let peer = try ScriptedPeer { connection in
      while connection.next() != nil { arrive.yield() }
    }
    let client = OrgKeyClient(socketPath: peer.path)
    let check = Task { await Way.async.authorize(client, timeout: .seconds(20)) }
    var requests = arrived.makeAsyncIterator()
    _ = await requests.next()
    client.close()
    #expect(await check.value.failure == .unavailable(Unavailable(.closed)))
    for way in Way.allCases {
      #expect(await way.authorize(client).failure == .unavailable(Unavailable(.closed)))
    }
    try await peer.allEnded()
  }

  @Test func callsBeyondTheLimitFailFast() async throws {
    let peer = try ScriptedPeer(DeadlineTests.silent)
    let client = OrgKeyClient(socketPath: peer.path)
    let (failed, fail) = AsyncStream.makeStream(of: Unavailable.Cause?.self)
    let calls = (0..<5000).map { _ in
      Task { _ = fail.yield(await Way.async.authorize(client).failure?.cause) }
    }
    var causes = failed.makeAsyncIterator()
    for _ in 4096..<5000 { #expect(await causes.next() == .tooManyCalls) }
    client.close()
    for _ in 0..<4096 { #expect(await causes.next() == .closed) }
    for call in calls { await call.value }
  }

  @Test func aConnectionOnWhichNobodyAnswersIsGivenUp() async throws {
    let peer = try ScriptedPeer { connection in
      if connection.index == 0 { return connection.drain() }
      answering(allowed)(connection)
    }
    let client = OrgKeyClient(socketPath: peer.path)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<2100 {
        group.addTask { _ = await Way.async.authorize(client, timeout: .milliseconds(50)) }
      }
    }
    #expect(await Way.async.authorize(client).success != nil)
    #expect(peer.acceptedCount == 2)
  }
}
