import OrgKey
import OrgKeyWire
import Testing

/// Which calls are made again when their connection ends before the answer.
@Suite(.timeLimit(.minutes(1))) struct RepetitionTests {
  private typealias Make = @Sendable (BlockingAdministrator) throws -> Void

  private static let repeated: [Make] = [
    { _ = try $0.rotateKey(id: "key_1", overlap: .none) },
    { try $0.revokeKeys(of: "acme") },
    { try $0.suspendOrganization(id: "acme") },
    { _ = try $0.usage(keyID: "key_1") },
    { _ = try $0.explain(.key(id: "key_1"), permission: "a:b", in: .own) },
    { _ = try $0.auditEventsPage() },
    { _ = try $0.metrics() },
  ]

  private static let once: [Make] = [
    { _ = try $0.rotateKey(id: "key_1", overlap: .none, requestID: "") },
    { try $0.updateKey(id: "key_1", KeyChanges(isDisabled: .set(false))) },
    { try $0.deleteKey(id: "key_1") },
    { try $0.moveOrganization(id: "a", to: .root) },
    { try $0.resumeOrganization(id: "a") },
    { try $0.deleteOrganization(id: "a") },
  ]

  @Test(arguments: RepetitionTests.repeated.indices)
  func whatIsTheSameTwiceIsMadeAgain(_ index: Int) async throws {
    try await expect(RepetitionTests.repeated[index], connections: 2)
  }

  @Test(arguments: RepetitionTests.once.indices)
  func whatCouldUndoAnothersWorkIsNot(_ index: Int) async throws {
    let failure = try await expect(RepetitionTests.once[index], connections: 1)
    #expect(failure as? ChangeError == .outcomeUnknown(Unavailable(.connectionLost)))
  }

  /// - Parameter connections: how often it is sent to a daemon that hangs up each time.
  @discardableResult
  private func expect(_ make: @escaping Make, connections: Int) async throws -> (any Error)? {
    let peer = try ScriptedPeer { connection in _ = connection.next() }
    let administrator = OrgKeyClient(socketPath: peer.path).administrator().blocking
    let failure = await onThread { try make(administrator) }.failure
    #expect(failure != nil)
    #expect(peer.acceptedCount == connections)
    return failure
  }
}
