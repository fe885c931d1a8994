import OrgKey
import OrgKeyWire
import Testing

/// What the calls about keys ask, and what they make of the answer.
@Suite(.timeLimit(.minutes(1))) struct KeyCallTests {
  private static let answered = OrgKeyWire.Key(keyID: "key_1", organizationID: "acme")

  @Test(
    arguments: Way.allCases,
    [
      (RotationOverlap.untilRevoked, Int64(0)), (.none, -1), (.duration(.seconds(1)), 1),
      (.duration(.seconds(86_400)), 86_400),
    ])
  func rotatingTellsTheOverlapAndReturnsTheNewText(
    _ way: Way, _ overlap: (RotationOverlap, Int64)
  ) async throws {
    let asked = Asked()
    let peer = try ScriptedPeer(
      asked.answering { _ in
        .rotateKey(
          RotateKeyResponse(key: KeyCallTests.answered, apiKey: SecretText("pc_live_2")))
      })
    let issued = try await way.make(OrgKeyClient(socketPath: peer.path).administrator()) {
      (administrator) async throws(ChangeError) in
      try await administrator.rotateKey(id: "key_1", overlap: overlap.0, requestID: "r")
    } _: { (administrator) throws(ChangeError) in
      try administrator.rotateKey(id: "key_1", overlap: overlap.0, requestID: "r")
    }.get()
    #expect(issued.key.id == "key_1")
    #expect(issued.text.reveal() == "pc_live_2")
    #expect(
      asked.methods == [
        .rotateKey(RotateKeyRequest(keyID: "key_1", overlapS: overlap.1, requestID: "r"))
      ])
  }

  @Test func rotatingWithoutARequestIDChoosesANewOneEachTime() async throws {
    let asked = Asked()
    let peer = try ScriptedPeer(asked.answering { _ in nil })
    let administrator = OrgKeyClient(socketPath: peer.path).administrator()
    for _ in 0..<2 {
      _ = await result { () async throws(ChangeError) in
        try await administrator.rotateKey(id: "key_1", overlap: .none)
      }
    }
    let ids = asked.methods.map { method in
      if case .rotateKey(let request) = method { request.requestID } else { "" }
    }
    #expect(Set(ids).count == 2)
    #expect(ids.allSatisfy { !$0.isEmpty && $0.utf8.count <= 64 })
  }

  @Test(arguments: Way.allCases)
  func aRotationMadeBeforeIsRefusedWithTheSecretItMade(_ way: Way) async throws {
    let peer = try ScriptedPeer { connection in
      while let request = connection.next() {
        let status = Status(
          code: .alreadyExists, message: "It was rotated.", keyID: "key_1", secretVersion: 3)
        connection.reply(request.callID, nil, status: status)
      }
    }
    let failure = await way.make(OrgKeyClient(socketPath: peer.path).administrator()) {
      (administrator) async throws(ChangeError) in
      try await administrator.rotateKey(id: "key_1", overlap: .none)
    } _: { (administrator) throws(ChangeError) in
      try administrator.rotateKey(id: "key_1", overlap: .none)
    }.failure
    let refusal = Refusal(
      .alreadyExists, message: "It was rotated.", keyID: "key_1", secretVersion: 3)
    #expect(failure == .refused(refusal))
  }

  /// Changes, and the request that they are.
  private static let changes: [(KeyChanges, UpdateKeyRequest)] = [
    (KeyChanges(name: .set("b")), UpdateKeyRequest(fields: ["name"], name: "b")),
    (KeyChanges(permissions: .set([])), UpdateKeyRequest(fields: ["permissions"])),
    (KeyChanges(expiresAt: .set(nil)), UpdateKeyRequest(fields: ["expires_at_unix_ms"])),
    (KeyChanges(rateLimit: .set(nil)), UpdateKeyRequest(fields: ["rate_limit"])),
    (KeyChanges(isDisabled: .set(false)), UpdateKeyRequest(fields: ["disabled"])),
    (KeyChanges(labels: .set([])), UpdateKeyRequest(fields: ["labels"])),
    (
      KeyChanges(
        name: .set("c"), permissions: .set(["a:b"]),
        expiresAt: .set(Timestamp(unixMilliseconds: 5)),
        rateLimit: .set(OrgKey.RateLimit(limit: 7, window: .seconds(60))),
        isDisabled: .set(true), labels: .set([Label(name: "crm", value: "1")])),
      UpdateKeyRequest(
        fields: [
          "name", "permissions", "expires_at_unix_ms", "rate_limit", "disabled", "labels",
        ],
        name: "c", permissions: ["a:b"], expiresAtUnixMs: 5,
        rateLimit: OrgKeyWire.RateLimit(limit: 7, windowS: 60), disabled: true,
        labels: [OrgKeyWire.Label(name: "crm", value: "1")])
    ),
  ]

  @Test(arguments: Way.allCases)
  func updatingNamesTheFieldsThatAreSetAndNoOthers(_ way: Way) async throws {
    for (changes, expected) in KeyCallTests.changes {
      let asked = Asked()
      let peer = try ScriptedPeer(
        asked.answering { _ in .updateKey(UpdateKeyResponse(key: KeyCallTests.answered)) })
      let key = try await way.make(OrgKeyClient(socketPath: peer.path).administrator()) {
        (administrator) async throws(ChangeError) in
        try await administrator.updateKey(id: "key_1", changes)
      } _: { (administrator) throws(ChangeError) in
        try administrator.updateKey(id: "key_1", changes)
      }.get()
      #expect(key.id == "key_1")
      var request = expected
      request.keyID = "key_1"
      #expect(asked.methods == [.updateKey(request)])
    }
  }

  @Test(arguments: Way.allCases)
  func revokingTheKeysOfAnOrganizationReturnsTheirNumber(_ way: Way) async throws {
    let asked = Asked()
    let peer = try ScriptedPeer(
      asked.answering { _ in .revokeKeys(RevokeKeysResponse(revokedKeyCount: 12)) })
    let count = try await way.make(OrgKeyClient(socketPath: peer.path).administrator()) {
      (administrator) async throws(ChangeError) in
      try await administrator.revokeKeys(of: "acme", includingDescendants: true, reason: "left")
    } _: { (administrator) throws(ChangeError) in
      try administrator.revokeKeys(of: "acme", includingDescendants: true, reason: "left")
    }.get()
    #expect(count == 12)
    let request = RevokeKeysRequest(
      organizationID: "acme", includeDescendants: true, reason: "left")
    #expect(asked.methods == [.revokeKeys(request)])
  }

  @Test(arguments: Way.allCases)
  func deletingAKeyIsConfirmedByItsOwnAnswerAlone(_ way: Way) async throws {
    for answer in [Response.Result.deleteKey(DeleteKeyResponse()), .health(HealthResponse())] {
      let asked = Asked()
      let peer = try ScriptedPeer(asked.answering { _ in answer })
      let failure = await way.make(OrgKeyClient(socketPath: peer.path).administrator()) {
        (administrator) async throws(ChangeError) in
        try await administrator.deleteKey(id: "key_1")
      } _: { (administrator) throws(ChangeError) in
        try administrator.deleteKey(id: "key_1")
      }.failure
      #expect(asked.methods == [.deleteKey(DeleteKeyRequest(keyID: "key_1"))])
      switch answer {
      case .deleteKey: #expect(failure == nil)
      default:
        guard case .outcomeUnknown = failure else {
          Issue.record("\(String(describing: failure))")
          return
        }
      }
    }
  }

  @Test(arguments: Way.allCases)
  func usageIsToldDayByDayWithItsDenials(_ way: Way) async throws {
    let asked = Asked()
    let peer = try ScriptedPeer(
      asked.answering { _ in
        .getUsage(
          GetUsageResponse(days: [
            OrgKeyWire.UsageDay(
              dayUnixMs: 86_400_000, allowedCount: 3,
              denials: [
                UsageDayDenials(reason: .keyExpired, count: 4),
                UsageDayDenials(reason: .rateLimited, count: 5),
              ]), OrgKeyWire.UsageDay(dayUnixMs: 172_800_000),
          ]))
      })
    // From the epoch on: not the last 30 days.
    let from = Timestamp(unixMilliseconds: 0)
    let days = try await way.make(OrgKeyClient(socketPath: peer.path).administrator()) {
      (administrator) async throws(QueryError) in
      try await administrator.usage(keyID: "key_1", from: from)
    } _: { (administrator) throws(QueryError) in
      try administrator.usage(keyID: "key_1", from: from)
    }.get()
    #expect(
      days == [
        OrgKey.UsageDay(
          day: Timestamp(unixMilliseconds: 86_400_000), allowedCount: 3,
          denials: [
            OrgKey.UsageDay.Denials(reason: .keyExpired, count: 4),
            OrgKey.UsageDay.Denials(reason: .rateLimited, count: 5),
          ]), OrgKey.UsageDay(day: Timestamp(unixMilliseconds: 172_800_000)),
      ])
    #expect(days.map(\.deniedCount) == [9, 0])
    #expect(asked.methods == [.getUsage(GetUsageRequest(keyID: "key_1", fromUnixMs: 1))])
  }
}
