import OrgKey
import OrgKeyWire
import Testing

/// What imports and backups are given need not be safe to use from anywhere else.
@MainActor @Suite(.timeLimit(.minutes(1))) struct IsolationTests {
  /// Rows that only the main actor may ask for, in both kinds.
  private struct Rows: Sequence, IteratorProtocol {
    var left: Int

    mutating func next() -> ImportedOrganization? {
      MainActor.assertIsolated()
      if left == 0 { return nil }
      left -= 1
      return ImportedOrganization(id: "o\(left)")
    }
  }

  private struct AsyncRows: AsyncSequence {
    let rows: Rows

    struct AsyncIterator: AsyncIteratorProtocol {
      var rows: Rows

      mutating func next() async throws -> ImportedOrganization? {
        try await next(isolation: nil)
      }

      mutating func next(
        isolation actor: isolated (any Actor)?
      ) async throws(any Error) -> ImportedOrganization? { rows.next() }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(rows: rows) }
  }

  @Test func rowsAndProgressStayOnTheActorThatImports() async throws {
    let peer = try ScriptedPeer(ImportTests.staging())
    let administrator = OrgKeyClient(socketPath: peer.path).administrator()
    var told: [UInt64] = []
    func tell(_ count: UInt64) {
      MainActor.assertIsolated()
      told.append(count)
    }
    let rows = Rows(left: 6_000)
    _ = try await administrator.importOrganizations(rows, progress: tell)
    _ = try await administrator.importOrganizations(AsyncRows(rows: rows), progress: tell)
    #expect(told == [5_000, 6_000, 5_000, 6_000])
  }

  @Test func chunksStayOnTheActorThatBacksUp() async throws {
    let peer = try ScriptedPeer(
      answering { _ in
        .backup(BackupResponse(backupID: "b1", totalBytes: 3, chunk: [1, 2, 3]))
      })
    let administrator = OrgKeyClient(socketPath: peer.path).administrator()
    var bytes: [UInt8] = []
    _ = try await administrator.backup { chunk in
      MainActor.assertIsolated()
      bytes += chunk.bytes
    }
    #expect(bytes == [1, 2, 3])
  }
}
