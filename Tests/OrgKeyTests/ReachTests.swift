import Glibc
import OrgKey
import OrgKeyWire
import Testing

/// From a socket that isn't there to one that comes back.
@Suite(.timeLimit(.minutes(1))) struct ReachTests {
  @Test(arguments: Way.allCases)
  func anAbsentSocketIsToldAtOnce(_ way: Way) async {
    let path = ScriptedPeer.freePath()
    let start = ContinuousClock.now
    let client = OrgKeyClient(socketPath: path)
    #expect(await way.authorize(client).failure?.cause == .noSocket(path: path))
    #expect(await way.put(client).failure == .unavailable(Unavailable(.noSocket(path: path))))
    #expect(ContinuousClock.now - start < .seconds(10))
  }

  @Test(arguments: Way.allCases)
  func aSocketWithNobodyBehindItIsToldAtOnce(_ way: Way) async throws {
    let peer = try ScriptedPeer { $0.drain() }
    peer.stop()
    let cause = await way.authorize(OrgKeyClient(socketPath: peer.path)).failure?.cause
    #expect(cause == .nobodyListening(path: peer.path))
  }

  @Test(arguments: Way.allCases)
  func aPathThatIsTooLongIsToldWithTheLimit(_ way: Way) async throws {
    for path in [String(repeating: "a", count: 108), "", "/tmp/a\0b"] {
      let cause = await way.authorize(OrgKeyClient(socketPath: path)).failure?.cause
      #expect(cause == .invalidSocketPath(path: path, limit: 107))
    }
    let free = ScriptedPeer.freePath()
    let longest = free + String(repeating: "a", count: 107 - free.utf8.count)
    let peer = try ScriptedPeer(at: longest, answering(allowed))
    #expect(await way.authorize(OrgKeyClient(socketPath: peer.path)).success != nil)
  }

  /// In a process of its own, which gives up root.
  @Test func aClosedDirectoryAndAClosedSocketAreNamed() async {
    await #expect(processExitsWith: .success) {
      let directory = ScriptedPeer.freePath() + ".d"
      let peer = try ScriptedPeer { $0.drain() }
      try #require(unsafe mkdir(directory, 0o755) == 0)
      let inner = try ScriptedPeer(at: directory + "/a.sock") { $0.drain() }
      try #require(unsafe chmod(peer.path, 0) == 0 && chmod(directory, 0) == 0)
      if getuid() == 0 { try #require(setgid(65534) == 0 && setuid(65534) == 0) }
      for way in Way.allCases {
        let closed = await way.authorize(OrgKeyClient(socketPath: peer.path)).failure?.cause
        #expect(closed == .permissionDenied(path: peer.path))
        let behind = await way.authorize(OrgKeyClient(socketPath: inner.path)).failure?.cause
        #expect(behind == .permissionDenied(path: directory))
      }
    }
  }

  @Test(arguments: Way.allCases)
  func aCallWaitsWhileTheDaemonRestarts(_ way: Way) async throws {
    let first = try ScriptedPeer { connection in
      if let request = connection.next() { connection.reply(request.callID, allowed(request)) }
    }
    let client = OrgKeyClient(socketPath: first.path)
    #expect(await way.authorize(client).success != nil)
    first.stop()
    try await first.allEnded()
    // Down: at the deadline the cause says so.
    let down = await way.authorize(client, timeout: .milliseconds(300)).failure?.cause
    #expect(down == .nobodyListening(path: first.path))
    let waiting = Task { await way.authorize(client) }
    let second = try ScriptedPeer(at: first.path, answering(allowed))
    #expect(await waiting.value.success != nil)
    #expect(second.acceptedCount == 1)
  }

  @Test(arguments: Way.allCases)
  func waitUntilServingSeesTheDaemonCome(_ way: Way) async throws {
    let path = ScriptedPeer.freePath()
    let client = OrgKeyClient(socketPath: path)
    let wait = Task { await way.waitUntilServing(client, timeout: .seconds(60)) }
    let peer = try ScriptedPeer(at: path) { connection in
      var asked = 0
      while let request = connection.next() {
        asked += 1
        let status: ServingStatus = asked < 3 ? .notServing : .serving
        connection.reply(request.callID, .health(HealthResponse(status: status, version: "0")))
      }
    }
    #expect(try await wait.value.get().isServing)
    withExtendedLifetime(peer) {}
  }

  @Test(arguments: Way.allCases)
  func waitUntilServingGivesUpWithTheLastObstacle(_ way: Way) async throws {
    let path = ScriptedPeer.freePath()
    let absent = await way.waitUntilServing(
      OrgKeyClient(socketPath: path), timeout: .milliseconds(500))
    #expect(absent.failure == Unavailable(.noSocket(path: path)))
    let peer = try ScriptedPeer(answering { _ in .health(HealthResponse(status: .notServing)) })
    let starting = await way.waitUntilServing(
      OrgKeyClient(socketPath: peer.path), timeout: .milliseconds(500))
    #expect(starting.failure == Unavailable(.notServing))
  }
}
