import OrgKey
import OrgKeyWire
import Testing

/// Peers that break the contract or the connection.
@Suite(.timeLimit(.minutes(1))) struct FaultTests {
  /// What is sent instead of an answer.
  enum Fault: CaseIterable {
    case garbage, http, oversized, badBody, emptyBody, unknownCallID, callIDZero, cutFrame, end

    func send(_ connection: PeerConnection, _ request: PeerRequest) {
      switch self {
      case .garbage: connection.send([0xFF, 0xFE, 0, 1, 2, 3])
      case .http: connection.send(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
      case .oversized: connection.send([0, 0, 0x10, 0, 1])
      case .badBody: connection.send([0, 0, 0, 0, 3, 0x0A, 0x7F, 0])
      case .emptyBody: connection.send([0, 0, 0, 0, 0])
      case .unknownCallID: connection.reply(request.callID + 1000, allowed(request))
      case .callIDZero: connection.reply(0, allowed(request))
      case .cutFrame: connection.send([0, 0, 0, 0, 40, 8, 1])
      case .end: break
      }
    }

    var isBrokenConnection: Bool { self == .cutFrame || self == .end }
  }

  @Test(arguments: Way.allCases, Fault.allCases)
  func aFaultAllowsNothingAndEndsTheConnection(_ way: Way, _ fault: Fault) async throws {
    let peer = try ScriptedPeer { connection in
      guard let request = connection.next() else { return }
      fault.send(connection, request)
      if !fault.isBrokenConnection { connection.drain() }
    }
    let client = OrgKeyClient(socketPath: peer.path)
    let cause = await way.authorize(client).failure?.cause
    if fault.isBrokenConnection {
      #expect(cause == .connectionLost)
      // Made once more on a new connection, and not a third time.
      #expect(peer.acceptedCount == 2)
    } else {
      guard case .protocolFault = cause else {
        Issue.record("\(String(describing: cause))")
        return
      }
    }
    // The script returns when the client has closed.
    try await peer.allEnded()
  }

  /// A daemon that has too many connections says so of the connection, not of a call.
  @Test(arguments: Way.allCases)
  func whatIsSaidOfTheConnectionIsPassedOn(_ way: Way) async throws {
    let peer = try ScriptedPeer { connection in
      guard connection.next() != nil else { return }
      connection.reply(
        0, nil, status: Status(code: .resourceExhausted, message: "too many connections"))
      connection.drain()
    }
    let client = OrgKeyClient(socketPath: peer.path)
    let cause = await way.authorize(client).failure?.cause
    #expect(cause == .daemon(message: "too many connections"))
    try await peer.allEnded()
  }

  @Test(arguments: Way.allCases)
  func theNextCallUsesANewConnection(_ way: Way) async throws {
    let peer = try ScriptedPeer { connection in
      if connection.index == 0, let request = connection.next() {
        Fault.garbage.send(connection, request)
        return connection.drain()
      }
      answering(allowed)(connection)
    }
    let client = OrgKeyClient(socketPath: peer.path)
    #expect(await way.authorize(client).failure?.cause != nil)
    #expect(await way.authorize(client).success?.organizationID == "acme")
  }

  @Test(arguments: Way.allCases)
  func aCheckIsMadeAgainWhenTheConnectionBreaks(_ way: Way) async throws {
    let peer = try ScriptedPeer { connection in
      if connection.index == 0 {
        _ = connection.next()
        return
      }
      answering(allowed)(connection)
    }
    let client = OrgKeyClient(socketPath: peer.path)
    #expect(await way.authorize(client).success?.organizationID == "acme")
    #expect(peer.acceptedCount == 2)
  }

  @Test(arguments: Way.allCases)
  func aChangeIsNotMadeAgainWhenTheConnectionBreaks(_ way: Way) async throws {
    let peer = try ScriptedPeer { connection in _ = connection.next() }
    let client = OrgKeyClient(socketPath: peer.path)
    #expect(
      await way.put(client).failure == .outcomeUnknown(Unavailable(.connectionLost)))
    #expect(peer.acceptedCount == 1)
  }

  @Test(arguments: Way.allCases)
  func revokingIsMadeAgainWhenTheConnectionBreaks(_ way: Way) async throws {
    let peer = try ScriptedPeer { connection in
      guard let request = connection.next(), connection.index == 1 else { return }
      let key = OrgKeyWire.Key(keyID: "key_1", state: .revoked)
      connection.reply(request.callID, .revokeKey(RevokeKeyResponse(key: key)))
      connection.drain()
    }
    let client = OrgKeyClient(socketPath: peer.path)
    #expect(await way.revoke(client).success?.state == .revoked)
  }

  @Test(arguments: Way.allCases)
  func aChangeOnAConnectionLongClosedIsMadeOnANewOne(_ way: Way) async throws {
    let organization = OrgKeyWire.Organization(organizationID: "acme")
    let peer = try ScriptedPeer { connection in
      // The first connection is answered once and closed.
      while let request = connection.next() {
        connection.reply(
          request.callID,
          .putOrganization(PutOrganizationResponse(organization: organization, created: true)))
        if connection.index == 0 { return }
      }
    }
    let client = OrgKeyClient(socketPath: peer.path)
    #expect(await way.put(client).success?.wasCreated == true)
    try await peer.allEnded()
    // The async client notices by itself, a moment later at most.
    if way == .async { try await noticed(client) }
    #expect(await way.put(client).success?.wasCreated == true)
    #expect(peer.acceptedCount == 2)
  }

  private func noticed(_ client: OrgKeyClient) async throws {
    while client.hasConnection {
      try Task.checkCancellation()
      await Task.yield()
    }
  }

  @Test(arguments: Way.allCases)
  func repliesMayComeByteByByteAndTogether(_ way: Way) async throws {
    let peer = try ScriptedPeer { connection in
      while let request = connection.next() {
        for byte in connection.frame(request.callID, allowed(request)) { connection.send([byte]) }
      }
    }
    let client = OrgKeyClient(socketPath: peer.path)
    for _ in 0..<3 { #expect(await way.authorize(client).success != nil) }
  }
}
