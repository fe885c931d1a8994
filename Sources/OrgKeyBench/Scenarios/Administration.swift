internal import OrgKey
internal import OrgKeySystem
internal import Synchronization

/// How many changes reach the disk.
extension Session {
  func changes() throws {
    let seconds = options.seconds
    let issued = IssuedKeys()
    let one = try Administrators(1, daemon)
    let many = try Administrators(64, daemon)
    let series = try alternate(
      .changes,
      [
        Contender("1") { try one.change(seconds, issued.issue) },
        Contender("64") { try many.change(seconds, issued.issue) },
        Contender("1 revoking") { try one.change(seconds, issued.revoke) },
      ])
    report([
      Figure(.changes, .changes, of: "64", in: series, against: [("1", .atLeast(20))]),
      Figure(.changes, .changes, of: "1 revoking", in: series, against: [("1", nil)]),
    ])
    reportBusy(.changes, series, [.serverBusy])
  }
}

/// Keys that can be revoked.
private final class IssuedKeys: Sendable {
  private let ids = Mutex<[String]>([])

  func issue(_ administrator: BlockingAdministrator) throws(ChangeError) -> Bool {
    let new = NewKey(
      organizationID: Tree.id(0), name: "one of many", permissions: [Tree.permission])
    let key = try administrator.issueKey(new)
    ids.withLock { $0.append(key.key.id) }
    return true
  }

  /// - Returns: false: there is none left.
  func revoke(_ administrator: BlockingAdministrator) throws(ChangeError) -> Bool {
    guard let id = ids.withLock({ $0.popLast() }) else { return false }
    try administrator.revokeKey(.key(id: id))
    return true
  }
}

/// Each with a client of its own, as in processes of their own, and connected.
private final class Administrators {
  private struct Count: Sendable {
    var changes = 0
    var failure: String?
  }

  private let daemon: Server
  private let clients: [OrgKeyClient]

  init(_ count: Int, _ daemon: Server) throws {
    self.daemon = daemon
    clients = (0..<count).map { _ in
      OrgKeyClient(socketPath: daemon.socket, administrationTimeout: .seconds(60))
    }
    for client in clients { _ = try client.blocking.health(timeout: .seconds(60)) }
  }

  /// Lets all of them make changes without pause.
  func change(
    _ seconds: Double,
    _ change: @escaping @Sendable (BlockingAdministrator) throws(ChangeError) -> Bool
  ) throws -> Sample {
    let count = Condition(Count())
    let busy = daemon.processorSeconds
    let began = ContinuousClock.now
    let ends = began + .seconds(seconds)
    let threads = try clients.map { client in
      try OrgKeySystem.Thread("administrator") {
        let administrator = client.administrator(actor: "orgkey-bench").blocking
        do throws(ChangeError) {
          while ContinuousClock.now < ends, try change(administrator) {
            count.change { $0.changes += 1 }
          }
        } catch {
          count.change { $0.failure = "\(error)" }
        }
      }
    }
    for thread in threads { thread.join() }
    let passed = (ContinuousClock.now - began).seconds
    let made = count.change { $0 }
    if let failure = made.failure { throw Failure("a change failed: \(failure)", status: 70) }
    return [
      .changes: Double(made.changes) / passed,
      .serverBusy: 100 * (daemon.processorSeconds - busy) / passed,
    ]
  }
}
