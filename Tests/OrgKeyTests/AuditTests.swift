import OrgKey
import OrgKeyWire
import Testing

@Suite(.timeLimit(.minutes(1))) struct AuditTests {
  /// A trail of ten events in pages of at most three, one of them empty.
  private static func page(_ method: Request.Method) -> Response.Result? {
    guard case .listAuditEvents(let asked) = method else { return nil }
    let ascending = (1...10).map { UInt64($0) }
    let rest =
      asked.newestFirst
      ? ascending.reversed().filter { asked.beforeSequence == 0 || $0 < asked.beforeSequence }
      : ascending.filter { $0 > asked.afterSequence }
    let page = rest.prefix(3)
    guard let last = page.last else { return .listAuditEvents(ListAuditEventsResponse()) }
    // The filter lets none of these through.
    let isEmpty = page.contains(5)
    return .listAuditEvents(
      ListAuditEventsResponse(
        events: isEmpty ? [] : page.map { OrgKeyWire.AuditEvent(sequence: $0) },
        nextSequence: page.count == rest.count ? 0 : last))
  }

  @Test(arguments: [
    (AuditOrder.oldestFirst(), [UInt64](arrayLiteral: 1, 2, 3, 7, 8, 9, 10)),
    (.oldestFirst(after: 8), [9, 10]), (.oldestFirst(after: 10), []),
    (.newestFirst(), [10, 9, 8, 4, 3, 2, 1]), (.newestFirst(before: 4), [3, 2, 1]),
    (.newestFirst(before: 1), []), (.newestFirst(before: 0), []),
  ])
  func theTrailIsReadBothWaysFromAnyPlace(
    _ order: AuditOrder, _ expected: [UInt64]
  ) async throws {
    let peer = try ScriptedPeer(Asked().answering(AuditTests.page))
    let administrator = OrgKeyClient(socketPath: peer.path).administrator()
    var sequences: [UInt64] = []
    for try await event in administrator.auditEvents(order: order) {
      sequences.append(event.sequence)
    }
    #expect(sequences == expected)
  }

  @Test(arguments: Way.allCases)
  func aPageTellsWhereTheNextBegins(_ way: Way) async throws {
    let asked = Asked()
    let peer = try ScriptedPeer(asked.answering(AuditTests.page))
    let administrator = OrgKeyClient(socketPath: peer.path).administrator()
    let filter = AuditFilter(
      keyID: "key_1", organizationID: "acme", includesDescendants: true,
      from: Timestamp(unixMilliseconds: 5), to: Timestamp(unixMilliseconds: 9))
    var order: AuditOrder? = .newestFirst(before: 7)
    var sequences: [UInt64] = []
    while let next = order {
      let page = try await way.make(administrator) { (administrator) async throws(QueryError) in
        try await administrator.auditEventsPage(filter, order: next, pageSize: 3)
      } _: { (administrator) throws(QueryError) in
        try administrator.auditEventsPage(filter, order: next, pageSize: 3)
      }.get()
      sequences += page.events.map(\.sequence)
      order = page.next
    }
    #expect(sequences == [3, 2, 1])
    let expected = ListAuditEventsRequest(
      keyID: "key_1", organizationID: "acme", pageSize: 3, newestFirst: true, beforeSequence: 7,
      includeDescendants: true, fromUnixMs: 5, toUnixMs: 9)
    #expect(asked.methods.first == .listAuditEvents(expected))
    #expect(asked.methods.count == 2)
  }

  @Test func anEventIsToldWithAllItsFields() async throws {
    let full = OrgKeyWire.AuditEvent(
      sequence: 4, atUnixMs: 5, method: "RotateKey", keyID: "key_1", organizationID: "acme",
      actor: "ana", peerUid: 6, peerGid: 7, peerPid: 8, detail: #"{"overlap_s":9}"#,
      actingOrganizationID: "root", secretVersion: 2)
    let bare = OrgKeyWire.AuditEvent(sequence: 5, atUnixMs: 6, method: "Backup")
    let peer = try ScriptedPeer(
      answering { _ in .listAuditEvents(ListAuditEventsResponse(events: [full, bare])) })
    let administrator = OrgKeyClient(socketPath: peer.path).administrator()
    #expect(
      try await administrator.auditEventsPage().events == [
        OrgKey.AuditEvent(
          sequence: 4, at: Timestamp(unixMilliseconds: 5), method: "RotateKey", keyID: "key_1",
          organizationID: "acme", actor: "ana", peerUID: 6, peerGID: 7, peerPID: 8,
          detail: #"{"overlap_s":9}"#, actingOrganizationID: "root", secretVersion: 2),
        OrgKey.AuditEvent(sequence: 5, at: Timestamp(unixMilliseconds: 6), method: "Backup"),
      ])
  }

  @Test(arguments: Way.allCases)
  func metricsAreTheDaemonsText(_ way: Way) async throws {
    let peer = try ScriptedPeer(
      answering { _ in .getMetrics(GetMetricsResponse(text: "orgkey_keys 1\n")) })
    let text = await way.make(OrgKeyClient(socketPath: peer.path).administrator()) {
      (administrator) async throws(QueryError) in
      try await administrator.metrics()
    } _: { (administrator) throws(QueryError) in
      try administrator.metrics()
    }
    #expect(text.success == "orgkey_keys 1\n")
  }
}
