import OrgKey
import OrgKeyWire
import Testing

@Suite(.timeLimit(.minutes(1))) struct AdministratorTests {
  @Test func everyStatusHasItsPlaceAmongTheErrorsOfAChange() async throws {
    let expected: [(Code, ChangeError)] = [
      (.invalidArgument, .misuse(Misuse(field: "name", message: "No."))),
      (.deadlineExceeded, .unavailable(Unavailable(.timedOut))),
      (.notFound, .refused(Refusal(.notFound, message: "No.", keyID: "key_2"))),
      (.alreadyExists, .refused(Refusal(.alreadyExists, message: "No.", keyID: "key_2"))),
      (.permissionDenied, .refused(Refusal(.permissionDenied, message: "No.", keyID: "key_2"))),
      (.resourceExhausted, .refused(Refusal(.resourceExhausted, message: "No.", keyID: "key_2"))),
      (
        .failedPrecondition,
        .refused(Refusal(.failedPrecondition, message: "No.", keyID: "key_2"))
      ),
      (.unimplemented, .refused(Refusal(.unimplemented, message: "No.", keyID: "key_2"))),
      (.internal, .outcomeUnknown(Unavailable(.daemon(message: "No.")))),
      (.unavailable, .unavailable(Unavailable(.daemon(message: "No.")))),
    ]
    for (code, error) in expected {
      let peer = try ScriptedPeer { connection in
        while let request = connection.next() {
          let status = Status(code: code, message: "No.", field: "name", keyID: "key_2")
          connection.reply(request.callID, nil, status: status)
        }
      }
      let client = OrgKeyClient(socketPath: peer.path)
      for way in Way.allCases { #expect(await way.put(client).failure == error) }
    }
  }

  @Test func anAnswerWithoutTheResultLeavesTheOutcomeUnknown() async throws {
    let answers: [Response.Result?] = [
      nil, .health(HealthResponse()), .issueKey(IssueKeyResponse()),
      .issueKey(IssueKeyResponse(key: OrgKeyWire.Key(keyID: "key_1"))),
    ]
    for answer in answers {
      let peer = try ScriptedPeer(answering { _ in answer })
      let new = NewKey(organizationID: "acme", name: "a", permissions: [])
      let result = await Way.async.issue(OrgKeyClient(socketPath: peer.path), new)
      guard case .outcomeUnknown = result.failure else {
        Issue.record("\(result)")
        return
      }
    }
  }

  @Test func issuingIsRepeatedWithTheSameRequestID() async throws {
    let (seen, see) = AsyncStream.makeStream(of: String.self)
    let peer = try ScriptedPeer { connection in
      guard let request = connection.next(),
        case .issueKey(let asked) = request.request.method
      else { return }
      see.yield(asked.requestID)
      if connection.index == 0 { return }
      let status = Status(code: .alreadyExists, message: "It exists.", keyID: "key_7")
      connection.reply(request.callID, nil, status: status)
      connection.drain()
    }
    let client = OrgKeyClient(socketPath: peer.path)
    let new = NewKey(organizationID: "acme", name: "a", permissions: [])
    let failure = await Way.async.issue(client, new).failure
    #expect(
      failure == .refused(Refusal(.alreadyExists, message: "It exists.", keyID: "key_7")))
    var ids = seen.makeAsyncIterator()
    #expect(await ids.next() == new.requestID)
    #expect(await ids.next() == new.requestID)
    #expect(NewKey(organizationID: "a", name: "a", permissions: []).requestID != new.requestID)
    #expect(!new.requestID.isEmpty && new.requestID.utf8.count <= 64)
  }

  @Test func withoutARequestIDIssuingIsNotRepeated() async throws {
    let peer = try ScriptedPeer { connection in _ = connection.next() }
    let client = OrgKeyClient(socketPath: peer.path)
    let new = NewKey(organizationID: "acme", name: "a", permissions: [], requestID: "")
    let failure = await Way.async.issue(client, new).failure
    #expect(failure == .outcomeUnknown(Unavailable(.connectionLost)))
    #expect(peer.acceptedCount == 1)
  }

  @Test func theCallerIsToldForWhomItActs() async throws {
    let (seen, see) = AsyncStream.makeStream(of: Caller?.self)
    let peer = try ScriptedPeer { connection in
      while let request = connection.next() {
        see.yield(request.request.caller)
        connection.reply(request.callID, nil, status: Status(code: .notFound))
      }
    }
    let client = OrgKeyClient(socketPath: peer.path)
    let portal = client.onBehalf(
      of: "acme", actor: "ana", granting: ["contacts:*"],
      maxRateLimit: OrgKey.RateLimit(limit: 5, window: .seconds(60)))
    for handle in [client.administrator(), client.administrator(actor: "bob"), portal] {
      _ = await result { () async throws(QueryError) in try await handle.key(id: "key_1") }
    }
    var callers = seen.makeAsyncIterator()
    #expect(await callers.next() == .some(nil))
    #expect(await callers.next() == Caller(actor: "bob"))
    let acting = Caller(
      actor: "ana", actingOrganizationID: "acme", grantablePermissions: ["contacts:*"],
      maxRateLimit: OrgKeyWire.RateLimit(limit: 5, windowS: 60))
    #expect(await callers.next() == acting)
  }

  @Test func whatIsLeftOutByAccidentWidensNothing() async throws {
    let client = OrgKeyClient(socketPath: "/nonexistent/orgkey.sock")
    let portal = client.onBehalf(of: "", actor: "ana", granting: ["*"])
    await expectMisuse("caller.acting_organization_id") { try await portal.keysPage() }
    let administrator = client.administrator()
    await expectMisuse("organization_id") {
      try await administrator.keysPage(KeyFilter(organizationID: ""))
    }
    await expectMisuse("organization_id") {
      try await administrator.organizationsPage(under: "")
    }
    await expectMisuse("secret_version") {
      try await administrator.revokeKey(.secret(version: 0, keyID: "key_1"))
    }
    await expectMisuse("api_key") { try await administrator.revokeKey(.text(KeyText(""))) }
    await expectMisuse("parent_id") {
      try await administrator.putOrganization(id: "acme", parentID: "")
    }
    await expectMisuse("organization_id") { try await administrator.revokeKeys(of: "") }
    await expectMisuse("parent_id") {
      try await administrator.moveOrganization(id: "acme", to: .under(""))
    }
    await expectMisuse("organization_id") {
      try await administrator.auditEventsPage(AuditFilter(organizationID: ""))
    }
    await expectMisuse("key_id") {
      try await administrator.auditEventsPage(AuditFilter(keyID: ""))
    }
  }

  @Test func whatMeansSomethingElseOnTheWireIsNotSent() async throws {
    let administrator = OrgKeyClient(socketPath: "/nonexistent/orgkey.sock").administrator()
    for overlap in [Duration.zero, .milliseconds(1_500), .seconds(-1)] {
      await expectMisuse("overlap_s") {
        try await administrator.rotateKey(id: "key_1", overlap: .duration(overlap))
      }
    }
    await expectMisuse("fields") { try await administrator.updateKey(id: "key_1", KeyChanges()) }
    let never = Timestamp(unixMilliseconds: 0)
    await expectMisuse("expires_at_unix_ms") {
      try await administrator.updateKey(id: "key_1", KeyChanges(expiresAt: .set(never)))
    }
    await expectMisuse("expires_at_unix_ms") {
      try await administrator.issueKey(
        NewKey(organizationID: "acme", name: "a", permissions: [], expiresAt: never))
    }
    await expectMisuse("secret_version") {
      try await administrator.explain(
        .key(id: "key_1", secretVersion: 0), permission: "a:b", in: .own)
    }
    await expectMisuse("api_key") {
      try await administrator.explain(
        .text(KeyText("pc_live_1\0")), permission: "a:b", in: .own)
    }
    await expectMisuse("permission") {
      try await administrator.explain(.key(id: "key_1"), permission: "", in: .own)
    }
  }

  @Test func listsAreReadToTheLastPageEvenPastEmptyOnes() async throws {
    let pages = ["": (["1", "2"], "a"), "a": ([], "b"), "b": (["3"], "")]
    let peer = try ScriptedPeer(
      answering { request in
        guard case .listKeys(let asked) = request.request.method,
          let (ids, next) = pages[asked.pageToken]
        else { return nil }
        return .listKeys(
          ListKeysResponse(keys: ids.map { OrgKeyWire.Key(keyID: $0) }, nextPageToken: next))
      })
    let administrator = OrgKeyClient(socketPath: peer.path).administrator()
    var ids: [String] = []
    for try await key in administrator.keys() { ids.append(key.id) }
    #expect(ids == ["1", "2", "3"])
  }

  private func expectMisuse(_ field: String, _ call: () async throws -> Any) async {
    do {
      _ = try await call()
      Issue.record("\(field) was taken")
    } catch {
      let misuse: Misuse? =
        switch error {
        case QueryError.misuse(let misuse), ChangeError.misuse(let misuse): misuse
        default: nil
        }
      #expect(misuse?.field == field)
    }
  }
}
