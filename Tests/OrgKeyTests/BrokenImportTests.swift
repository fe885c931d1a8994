import OrgKey
import OrgKeyWire
import Synchronization
import Testing

/// Imports that break off, on either side.
@Suite(.timeLimit(.minutes(1))) struct BrokenImportTests {
  private struct SourceError: Error {}

  /// Three requests' worth.
  private static let rows = ImportTests.organizations(12_000)

  private func imported(
    _ way: Way, _ client: OrgKeyClient, isDryRun: Bool = false, timeout: Duration = .seconds(60)
  ) async -> Result<ImportResult, ChangeError> {
    await way.make(client.administrator()) { (administrator) async throws(ChangeError) in
      try await administrator.importOrganizations(
        BrokenImportTests.rows, isDryRun: isDryRun, timeout: timeout)
    } _: { (administrator) throws(ChangeError) in
      try administrator.importOrganizations(
        BrokenImportTests.rows, isDryRun: isDryRun, timeout: timeout)
    }
  }

  /// Answers `count` requests and closes at the next one.
  private static func ending(
    after count: Int,
    _ then: @escaping @Sendable (PeerConnection, PeerRequest) -> Void = { _, _ in }
  ) -> ScriptedPeer.Script {
    { connection in
      for _ in 0..<count {
        guard let request = connection.next() else { return }
        connection.reply(
          request.callID, .importOrganizations(ImportOrganizationsResponse(stagedCount: 1)))
      }
      if let request = connection.next() { then(connection, request) }
    }
  }

  @Test(arguments: Way.allCases, [0, 1])
  func aConnectionLostBeforeTheLastRequestHasChangedNothing(
    _ way: Way, _ answered: Int
  ) async throws {
    let peer = try ScriptedPeer(BrokenImportTests.ending(after: answered))
    let failure = await imported(way, OrgKeyClient(socketPath: peer.path)).failure
    #expect(failure == .unavailable(Unavailable(.connectionLost)))
    // The rows that were staged are gone: going on would import a part.
    #expect(peer.acceptedCount == 1)
  }

  @Test(arguments: Way.allCases)
  func aConnectionLostAtTheLastRequestLeavesTheOutcomeUnknown(_ way: Way) async throws {
    let peer = try ScriptedPeer(BrokenImportTests.ending(after: 2))
    let failure = await imported(way, OrgKeyClient(socketPath: peer.path)).failure
    #expect(failure == .outcomeUnknown(Unavailable(.connectionLost)))
    #expect(peer.acceptedCount == 1)
  }

  @Test(arguments: Way.allCases)
  func aDryRunHasChangedNothingHoweverItEnds(_ way: Way) async throws {
    let peer = try ScriptedPeer(BrokenImportTests.ending(after: 2))
    let failure = await imported(
      way, OrgKeyClient(socketPath: peer.path), isDryRun: true
    ).failure
    #expect(failure == .unavailable(Unavailable(.connectionLost)))
  }

  @Test(arguments: Way.allCases, [false, true])
  func anInternalErrorIsUnknownOnlyAtTheLastRequest(_ way: Way, _ isLast: Bool) async throws {
    let peer = try ScriptedPeer(
      BrokenImportTests.ending(after: isLast ? 2 : 1) { connection, request in
        connection.reply(request.callID, nil, status: Status(code: .internal, message: "No."))
      })
    let failure = await imported(way, OrgKeyClient(socketPath: peer.path)).failure
    let unavailable = Unavailable(.daemon(message: "No."))
    #expect(failure == (isLast ? .outcomeUnknown(unavailable) : .unavailable(unavailable)))
  }

  @Test(arguments: Way.allCases)
  func aSilentDaemonEndsTheImportAtTheDeadline(_ way: Way) async throws {
    let peer = try ScriptedPeer(
      BrokenImportTests.ending(after: 1) { connection, _ in connection.drain() })
    let failure = await imported(
      way, OrgKeyClient(socketPath: peer.path), timeout: .milliseconds(100)
    ).failure
    #expect(failure == .unavailable(Unavailable(.timedOut)))
    // The rows that were staged are let go.
    try await peer.allEnded()
  }

  @Test(arguments: Way.allCases)
  func aDaemonThatRestartsBetweenTwoRequestsEndsTheImport(_ way: Way) async throws {
    let peer = try ScriptedPeer { connection in
      guard let request = connection.next() else { return }
      connection.reply(
        request.callID, .importOrganizations(ImportOrganizationsResponse(stagedCount: 5_000)))
    }
    // The rows come only when the connection has ended.
    let rows = BrokenImportTests.rows
    let result: Result<ImportResult, any Error>
    switch way {
    case .async:
      let administrator = OrgKeyClient(socketPath: peer.path).administrator()
      let next = Mutex(0)
      let stream = AsyncThrowingStream<ImportedOrganization, any Error> {
        let index = next.withLock { index in
          index += 1
          return index
        }
        if index == 6_000 { try await peer.allEnded() }
        return index < rows.count ? rows[index] : nil
      }
      result = await OrgKeyTests.result {
        try await administrator.importOrganizations(stream)
      }
    case .blocking:
      let administrator = OrgKeyClient(socketPath: peer.path).administrator()
      result = await onThread {
        var rows = rows.makeIterator()
        var count = 0
        return try administrator.blocking.importOrganizations {
          count += 1
          if count == 6_000 { while !peer.hasEnded {} }
          return rows.next()
        }
      }
    }
    #expect(result.failure as? ChangeError == .unavailable(Unavailable(.connectionLost)))
    #expect(peer.acceptedCount == 1)
  }

  @Test(arguments: Way.allCases)
  func whatTheSourceThrowsGoesThroughAndImportsNothing(_ way: Way) async throws {
    let asked = Asked()
    let peer = try ScriptedPeer(
      asked.answering { _ in .importOrganizations(ImportOrganizationsResponse()) })
    let administrator = OrgKeyClient(socketPath: peer.path).administrator()
    let rows = Mutex(BrokenImportTests.rows.makeIterator())
    let next: @Sendable () throws -> ImportedOrganization? = {
      guard let row = rows.withLock({ $0.next() }) else { throw SourceError() }
      return row
    }
    let failure =
      switch way {
      case .async:
        await result {
          try await administrator.importOrganizations(AsyncThrowingStream(unfolding: next))
        }.failure
      case .blocking:
        await onThread { try administrator.blocking.importOrganizations(next: next) }.failure
      }
    #expect(failure is SourceError)
    #expect(asked.methods.count == 2)
    for case .importOrganizations(let request) in asked.methods { #expect(!request.last) }
    try await peer.allEnded()
  }

  @Test(arguments: Way.allCases)
  func aRowThatCantBeSentIsMisuseAndNamed(_ way: Way) async throws {
    let peer = try ScriptedPeer(ImportTests.staging())
    let limit = OrgKey.RateLimit(limit: 1, window: .milliseconds(1_500))
    let good = ImportedKey(sha256: [], hint: "", organizationID: "acme", name: "a")
    let bad: [(ImportedKey, String)] = [
      (ImportedKey(sha256: [], hint: "", organizationID: "acme", name: "a\0b"), "rows[2]"),
      (ImportTests.key(1, permissions: 10_000), "rows[2]"),
      (
        ImportedKey(sha256: [], hint: "", organizationID: "acme", name: "a", environment: ""),
        "rows[2].environment"
      ),
      (
        ImportedKey(
          sha256: [], hint: "", organizationID: "acme", name: "a",
          expiresAt: Timestamp(unixMilliseconds: 0)), "rows[2].expires_at_unix_ms"
      ),
      (
        ImportedKey(
          sha256: [], hint: "", organizationID: "acme", name: "a", rateLimit: limit),
        "rows[2].rate_limit.window_s"
      ),
    ]
    for (row, field) in bad {
      let failure = await way.make(OrgKeyClient(socketPath: peer.path).administrator()) {
        (administrator) async throws(ChangeError) in
        try await administrator.importKeys([good, row])
      } _: { (administrator) throws(ChangeError) in
        try administrator.importKeys([good, row])
      }.failure
      if case .misuse(let misuse) = failure {
        #expect(misuse.field == field)
      } else {
        Issue.record("\(field): \(String(describing: failure))")
      }
    }
    #expect(peer.acceptedCount == 0)
  }

  @Test func otherCallsGoOnBesideAnImportAndOutliveIt() async throws {
    let peer = try ScriptedPeer { connection in
      while let request = connection.next() {
        if case .importOrganizations = request.request.method { return }
        connection.reply(request.callID, allowed(request))
      }
    }
    let client = OrgKeyClient(socketPath: peer.path)
    #expect(await Way.async.authorize(client).success != nil)
    #expect(await imported(.async, client).failure != nil)
    #expect(await Way.async.authorize(client).success != nil)
    #expect(peer.acceptedCount == 2)
  }

  @Test func closingTheClientEndsAnImportAndRefusesTheNext() async throws {
    let (reached, reach) = AsyncStream.makeStream(of: Void.self)
    let peer = try ScriptedPeer { connection in
      _ = connection.next()
      reach.yield()
      connection.drain()
    }
    let client = OrgKeyClient(socketPath: peer.path)
    async let running = imported(.async, client)
    for await _ in reached { break }
    client.close()
    #expect(await running.failure == .unavailable(Unavailable(.closed)))
    try await peer.allEnded()
    for way in Way.allCases {
      #expect(await imported(way, client).failure == .unavailable(Unavailable(.closed)))
    }
    #expect(peer.acceptedCount == 1)
  }

  @Test func cancellingTheTaskEndsAnImport() async throws {
    let (reached, reach) = AsyncStream.makeStream(of: Void.self)
    let peer = try ScriptedPeer { connection in
      _ = connection.next()
      reach.yield()
      connection.drain()
    }
    let client = OrgKeyClient(socketPath: peer.path)
    let task = Task { await imported(.async, client).failure }
    for await _ in reached { break }
    task.cancel()
    #expect(await task.value == .unavailable(Unavailable(.cancelled)))
    try await peer.allEnded()
  }
}
