import Glibc
import OrgKey
import OrgKeyWire
import Testing

@testable import OrgKey

/// Many calls at once, and what they leave behind.
@Suite(.timeLimit(.minutes(1))) struct LoadTests {
  @Test func manyTasksShareOneConnectionAndGetTheirOwnAnswers() async throws {
    // Answers whatever has come together, the latest first.
    let peer = try ScriptedPeer { connection in
      while let request = connection.next() {
        var requests = [request]
        while connection.hasMore, let request = connection.next() { requests.append(request) }
        for request in requests.reversed() {
          connection.reply(request.callID, allowed(request))
        }
      }
    }
    let client = OrgKeyClient(socketPath: peer.path)
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<64 {
        group.addTask {
          for call in 0..<50 {
            let id = "org-\(task)-\(call)"
            let grant = await Way.async.authorize(client, in: .organization(id)).success
            #expect(grant?.organizationID == id)
          }
        }
      }
    }
    #expect(peer.acceptedCount == 1)
  }

  @Test func manyThreadsHaveConnectionsOfTheirOwn() async throws {
    let peer = try ScriptedPeer(answering(allowed))
    let client = OrgKeyClient(socketPath: peer.path)
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<16 {
        group.addTask {
          for call in 0..<20 {
            let id = "org-\(task)-\(call)"
            let grant = await Way.blocking.authorize(client, in: .organization(id)).success
            #expect(grant?.organizationID == id)
          }
        }
      }
    }
    #expect(peer.acceptedCount <= 320)
    client.close()
    try await peer.allEnded()
  }

  @Test(arguments: Way.allCases)
  func aRequestLargerThanTheSocketsBufferArrives(_ way: Way) async throws {
    let permissions = Array(repeating: String(repeating: "a", count: 14_000), count: 64)
    let peer = try ScriptedPeer { connection in
      while let request = connection.next() {
        guard case .issueKey(let asked) = request.request.method else { return }
        let key = OrgKeyWire.Key(keyID: "key_1", permissions: asked.permissions)
        connection.reply(
          request.callID, .issueKey(IssueKeyResponse(key: key, apiKey: SecretText("pc_live_2"))))
      }
    }
    let client = OrgKeyClient(socketPath: peer.path)
    let new = NewKey(organizationID: "acme", name: "large", permissions: permissions)
    let results = await withTaskGroup(of: Result<IssuedKey, ChangeError>.self) { group in
      for _ in 0..<4 { group.addTask { await way.issue(client, new) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    for result in results {
      let issued = try result.get()
      #expect(issued.key.permissions == permissions)
      #expect(issued.text.reveal() == "pc_live_2")
    }
  }

  @Test func aRequestLargerThanAFrameIsMisuse() async throws {
    let peer = try ScriptedPeer(answering(allowed))
    let client = OrgKeyClient(socketPath: peer.path)
    let new = NewKey(
      organizationID: "acme", name: String(repeating: "a", count: 1 << 20), permissions: [])
    for way in Way.allCases {
      guard case .misuse = await way.issue(client, new).failure else {
        Issue.record("not refused")
        return
      }
      #expect(await way.authorize(client).success != nil)
    }
  }

  /// In a process of its own, so that the cooperative threads are the test's alone.
  @Test func aSilentDaemonStarvesNoOtherTask() async {
    await #expect(processExitsWith: .success) {
      let peer = try ScriptedPeer { $0.drain() }
      let client = OrgKeyClient(socketPath: peer.path)
      let waiting = (0..<4 * Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))).map { _ in
        Task { await Way.async.authorize(client, timeout: .seconds(20)) }
      }
      // Progress is made while none of them has ended.
      for _ in 0..<100 { await Task { await Task.yield() }.value }
      client.close()
      for task in waiting {
        #expect(await task.value.failure?.cause == .closed)
      }
    }
  }

  /// In a process of its own, so that the descriptors are the test's alone.
  @Test func noDescriptorIsLeftBehind() async {
    await #expect(processExitsWith: .success) {
      let before = openDescriptors()
      for round in 0..<20 {
        let peer = try ScriptedPeer { connection in
          // Answered, cut off, silent.
          guard let request = connection.next() else { return }
          if round % 3 == 0 { connection.reply(request.callID, allowed(request)) }
          if round % 3 != 1 { connection.drain() }
        }
        let client = OrgKeyClient(socketPath: peer.path)
        for way in Way.allCases { _ = await way.authorize(client, timeout: .milliseconds(20)) }
        peer.stop()
      }
      // Threads end in their own time.
      let deadline = ContinuousClock.now + .seconds(30)
      while openDescriptors() != before && ContinuousClock.now < deadline { await Task.yield() }
      #expect(openDescriptors() == before)
    }
  }
}

/// Sockets and pipes: the rest is the runtime's own.
private func openDescriptors() -> [Int32] {
  (0..<1024).filter { number in
    var status = stat()
    return unsafe fstat(number, &status) == 0
      && [S_IFSOCK, S_IFIFO].contains(status.st_mode & S_IFMT)
  }
}
