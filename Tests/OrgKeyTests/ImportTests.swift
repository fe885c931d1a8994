import OrgKey
import OrgKeyWire
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct ImportTests {
  /// A place for rows that takes all of them.
  static func staging() -> ScriptedPeer.Script {
    { connection in
      var staged: UInt64 = 0
      while let request = connection.next() {
        switch request.request.method {
        case .importKeys(let asked):
          staged += UInt64(asked.rows.count)
          let answer = ImportKeysResponse(
            stagedCount: staged, importedCount: asked.last ? staged : 0)
          connection.reply(request.callID, .importKeys(answer))
        case .importOrganizations(let asked):
          staged += UInt64(asked.rows.count)
          let answer = ImportOrganizationsResponse(
            stagedCount: staged, importedCount: asked.last ? staged : 0)
          connection.reply(request.callID, .importOrganizations(answer))
        default: return
        }
      }
    }
  }

  static func organizations(_ count: Int) -> [ImportedOrganization] {
    (0..<count).map { ImportedOrganization(id: "o\($0)", parentID: $0 == 0 ? nil : "o0") }
  }

  /// A key as large as the contract lets it be, and larger.
  static func key(_ number: Int, permissions: Int = 64) -> ImportedKey {
    ImportedKey(
      sha256: Array(repeating: UInt8(truncatingIfNeeded: number), count: 32),
      hint: "pc_live_…\(number)", organizationID: "acme", name: "key \(number)",
      environment: "live",
      permissions: (0..<permissions).map { "a\($0):" + String(repeating: "b", count: 90) },
      createdAt: Timestamp(unixMilliseconds: 1), expiresAt: Timestamp(unixMilliseconds: .max),
      rateLimit: OrgKey.RateLimit(limit: 5, window: .seconds(60)),
      labels: (0..<16).map {
        Label(name: "label \($0)", value: String(repeating: "v", count: 256))
      })
  }

  @Test(arguments: Way.allCases)
  func rowsTravelInOrderOnOneConnectionAndTheLastRequestSaysSo(_ way: Way) async throws {
    let asked = Mutex<[ImportKeysRequest]>([])
    let peer = try ScriptedPeer { connection in
      while let request = connection.next() {
        guard case .importKeys(let rows) = request.request.method else { return }
        asked.withLock { $0.append(rows) }
        let staged = asked.withLock { $0.reduce(0) { $0 + UInt64($1.rows.count) } }
        let answer = ImportKeysResponse(
          stagedCount: staged, importedCount: rows.last ? staged : 0)
        connection.reply(request.callID, .importKeys(answer))
      }
    }
    let keys = (0..<500).map { ImportTests.key($0) }
    let progress = Progress()
    let result = await way.make(OrgKeyClient(socketPath: peer.path).administrator()) {
      (administrator) async throws(ChangeError) in
      try await administrator.importKeys(keys, progress: progress.add)
    } _: { (administrator) throws(ChangeError) in
      try administrator.importKeys(keys, progress: progress.add)
    }
    #expect(result.success == ImportResult(stagedCount: 500, importedCount: 500))
    let requests = asked.withLock { $0 }
    // Eleven kilobytes each: not all in one request.
    #expect(requests.count > 4)
    #expect(requests.map(\.last) == requests.indices.map { $0 == requests.count - 1 })
    #expect(requests.allSatisfy { !$0.dryRun && !$0.rows.isEmpty })
    #expect(
      requests.flatMap(\.rows).map(\.name) == (0..<500).map { "key \($0)" })
    #expect(progress.counts.count == requests.count)
    #expect(progress.counts == progress.counts.sorted() && progress.counts.last == 500)
    #expect(peer.acceptedCount == 1)
    // The connection is given back.
    try await peer.allEnded()
  }

  @Test func aRowIsSentWithAllItsFields() async throws {
    let asked = Asked()
    let peer = try ScriptedPeer(asked.answering { _ in .importKeys(ImportKeysResponse()) })
    let administrator = OrgKeyClient(socketPath: peer.path).administrator()
    let bare = ImportedKey(sha256: [1], hint: "h", organizationID: "acme", name: "n")
    _ = try await administrator.importKeys([ImportTests.key(7, permissions: 1), bare])
    let row = ImportKeysRequestRow(
      sha256: Array(repeating: 7, count: 32), hint: "pc_live_…7", organizationID: "acme",
      name: "key 7", environment: "live",
      permissions: ["a0:" + String(repeating: "b", count: 90)], createdAtUnixMs: 1,
      expiresAtUnixMs: .max, rateLimit: OrgKeyWire.RateLimit(limit: 5, windowS: 60),
      labels: (0..<16).map {
        OrgKeyWire.Label(name: "label \($0)", value: String(repeating: "v", count: 256))
      })
    let bareRow = ImportKeysRequestRow(
      sha256: [1], hint: "h", organizationID: "acme", name: "n")
    #expect(asked.methods == [.importKeys(ImportKeysRequest(rows: [row, bareRow], last: true))])
  }

  @Test(arguments: Way.allCases)
  func smallRowsAreCutByTheirNumber(_ way: Way) async throws {
    let sizes = Mutex<[Int]>([])
    let peer = try ScriptedPeer { connection in
      while let request = connection.next() {
        guard case .importOrganizations(let asked) = request.request.method else { return }
        sizes.withLock { $0.append(asked.rows.count) }
        connection.reply(
          request.callID, .importOrganizations(ImportOrganizationsResponse(importedCount: 1)))
      }
    }
    let rows = ImportTests.organizations(10_000)
    let result = await way.make(OrgKeyClient(socketPath: peer.path).administrator()) {
      (administrator) async throws(ChangeError) in
      try await administrator.importOrganizations(rows, isDryRun: true)
    } _: { (administrator) throws(ChangeError) in
      try administrator.importOrganizations(rows, isDryRun: true)
    }
    #expect(result.success?.faults == [])
    #expect(sizes.withLock { $0 } == [5_000, 5_000])
  }

  @Test(arguments: Way.allCases)
  func noRowsAreAnImportToo(_ way: Way) async throws {
    let asked = Asked()
    let peer = try ScriptedPeer(
      asked.answering { _ in .importOrganizations(ImportOrganizationsResponse()) })
    let result = await way.make(OrgKeyClient(socketPath: peer.path).administrator()) {
      (administrator) async throws(ChangeError) in
      try await administrator.importOrganizations([], isDryRun: true)
    } _: { (administrator) throws(ChangeError) in
      try administrator.importOrganizations([], isDryRun: true)
    }
    #expect(result.success == ImportResult())
    let request = ImportOrganizationsRequest(last: true, dryRun: true)
    #expect(asked.methods == [.importOrganizations(request)])
  }

  @Test(arguments: Way.allCases)
  func faultsAreToldOnceEach(_ way: Way) async throws {
    // The second answer tells the first one's fault again.
    let peer = try ScriptedPeer { connection in
      var faults: [OrgKeyWire.ImportFault] = []
      while let request = connection.next() {
        faults.append(.init(row: UInt64(faults.count * 5_000 + 3), message: "No parent."))
        connection.reply(
          request.callID, .importOrganizations(ImportOrganizationsResponse(faults: faults)))
      }
    }
    let rows = ImportTests.organizations(6_000)
    let result = await way.make(OrgKeyClient(socketPath: peer.path).administrator()) {
      (administrator) async throws(ChangeError) in
      try await administrator.importOrganizations(rows)
    } _: { (administrator) throws(ChangeError) in
      try administrator.importOrganizations(rows)
    }
    #expect(
      result.success?.faults == [
        ImportResult.Fault(row: 3, message: "No parent."),
        ImportResult.Fault(row: 5_003, message: "No parent."),
      ])
  }

  @Test(arguments: Way.allCases)
  func anImportWithAHundredFaultsGoesNoFurther(_ way: Way) async throws {
    let asked = Asked()
    let peer = try ScriptedPeer(
      asked.answering { _ in
        let faults = (1...100).map { OrgKeyWire.ImportFault(row: UInt64($0), message: "No.") }
        return .importOrganizations(ImportOrganizationsResponse(faults: faults))
      })
    let rows = ImportTests.organizations(20_000)
    let result = await way.make(OrgKeyClient(socketPath: peer.path).administrator()) {
      (administrator) async throws(ChangeError) in
      try await administrator.importOrganizations(rows)
    } _: { (administrator) throws(ChangeError) in
      try administrator.importOrganizations(rows)
    }
    #expect(result.success?.faults.count == 100)
    #expect(result.success?.importedCount == 0)
    #expect(asked.methods.count == 1)
    try await peer.allEnded()
  }
}

/// What an import told of its progress.
final class Progress: Sendable {
  private let told = Mutex<[UInt64]>([])

  var counts: [UInt64] { told.withLock { $0 } }

  func add(_ count: UInt64) { told.withLock { $0.append(count) } }
}
