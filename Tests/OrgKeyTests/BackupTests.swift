import OrgKey
import OrgKeyWire
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct BackupTests {
  private struct SinkError: Error {}

  private static let database: [UInt8] = (0..<1_000).map { UInt8(truncatingIfNeeded: $0) }

  /// Gives the database in chunks of 300 bytes, as they are asked for.
  private static func serve(_ method: Request.Method?) -> BackupResponse? {
    guard case .backup(let asked) = method, asked.offset < 1_000,
      asked.backupID == (asked.offset == 0 ? "" : "b1")
    else { return nil }
    let rest = database[Int(asked.offset)...]
    return BackupResponse(
      backupID: "b1", totalBytes: 1_000, offset: asked.offset, chunk: Array(rest.prefix(300)),
      auditSequence: 42)
  }

  private func copy(
    _ way: Way, _ client: OrgKeyClient, _ take: @escaping @Sendable (Backup.Chunk) throws -> Void
  ) async -> Result<Backup, any Error> {
    let administrator = client.administrator()
    switch way {
    case .async: return await result { try await administrator.backup { try take($0) } }
    case .blocking: return await onThread { try administrator.blocking.backup(take) }
    }
  }

  @Test(arguments: Way.allCases)
  func theCopyComesInOrderOnOneConnection(_ way: Way) async throws {
    let peer = try ScriptedPeer { connection in
      while let request = connection.next() {
        connection.reply(
          request.callID, BackupTests.serve(request.request.method).map { .backup($0) })
      }
    }
    let chunks = Mutex<[Backup.Chunk]>([])
    let backup = try await copy(way, OrgKeyClient(socketPath: peer.path)) { chunk in
      chunks.withLock { $0.append(chunk) }
    }.get()
    #expect(backup == Backup(totalBytes: 1_000, auditSequence: 42))
    let taken = chunks.withLock { $0 }
    #expect(taken.map(\.offset) == [0, 300, 600, 900])
    #expect(taken.flatMap(\.bytes) == BackupTests.database)
    #expect(taken.allSatisfy { $0.totalBytes == 1_000 })
    #expect(peer.acceptedCount == 1)
    try await peer.allEnded()
  }

  @Test(arguments: Way.allCases)
  func aChunkThatIsNotTheNextMakesNoBackup(_ way: Way) async throws {
    let faults: [@Sendable (inout BackupResponse) -> Void] = [
      { $0.backupID = "b2" }, { $0.totalBytes = 2_000 }, { $0.offset = 0 }, { $0.offset = 600 },
      { $0.chunk = [] }, { $0.chunk = Array(repeating: 0, count: 701) },
      { $0.offset = .max },
    ]
    for fault in faults {
      let peer = try ScriptedPeer { connection in
        while let request = connection.next() {
          guard var answer = BackupTests.serve(request.request.method) else { return }
          if answer.offset == 300 { fault(&answer) }
          connection.reply(request.callID, .backup(answer))
        }
      }
      let failure = await copy(way, OrgKeyClient(socketPath: peer.path)) { _ in }.failure
      guard case QueryError.unavailable(let unavailable)? = failure,
        case .protocolFault = unavailable.cause
      else {
        Issue.record("\(String(describing: failure))")
        return
      }
    }
  }

  @Test(arguments: Way.allCases)
  func aBackupWhoseConnectionIsLostIsNotBegunAgain(_ way: Way) async throws {
    let peer = try ScriptedPeer { connection in
      guard let request = connection.next(),
        let answer = BackupTests.serve(request.request.method)
      else { return }
      connection.reply(request.callID, .backup(answer))
      _ = connection.next()
    }
    let taken = Mutex(0)
    let failure = await copy(way, OrgKeyClient(socketPath: peer.path)) { _ in
      taken.withLock { $0 += 1 }
    }.failure
    #expect(failure as? QueryError == .unavailable(Unavailable(.connectionLost)))
    #expect(taken.withLock { $0 } == 1)
    #expect(peer.acceptedCount == 1)
  }

  @Test(arguments: Way.allCases)
  func whatTheSinkThrowsGoesThroughAndEndsTheCopy(_ way: Way) async throws {
    let peer = try ScriptedPeer { connection in
      while let request = connection.next() {
        connection.reply(
          request.callID, BackupTests.serve(request.request.method).map { .backup($0) })
      }
    }
    let failure = await copy(way, OrgKeyClient(socketPath: peer.path)) { chunk in
      if chunk.offset == 300 { throw SinkError() }
    }.failure
    #expect(failure is SinkError)
    try await peer.allEnded()
  }
}
