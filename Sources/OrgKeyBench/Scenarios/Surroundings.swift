internal import CBench
internal import Glibc
internal import OrgKey
internal import OrgKeySystem
internal import Synchronization

/// What goes on beside the calls that are measured.
extension Session {
  private var randomLoad: Load {
    Load(server: daemon, requests: mixes.uniform, connections: options.connections)
  }

  func changing() throws {
    let load = randomLoad
    let series = try alternate(
      .changing,
      [
        Contender("quiet") { try self.load(load) },
        Contender("changing") {
          let changes = try Changes(self.client)
          var sample = try self.load(load)
          sample[.changes] = try changes.stop()
          return sample
        },
      ])
    report([
      Figure(.changing, .rate, of: "changing", in: series, against: [("quiet", nil)]),
      Figure(.changing, .p99, of: "changing", in: series, against: [("quiet", nil)]),
      Figure(.changing, .p999, of: "changing", in: series, against: [("quiet", nil)]),
      Figure(.changing, .changes, of: "changing", in: series),
    ])
    reportBusy(.changing, series)
  }

  func idle() throws {
    let load = randomLoad
    let series = try alternate(
      .idle,
      [
        Contender("none") { try self.load(load) },
        Contender("1,000 idle") {
          var idle: [Int32] = []
          defer { idle.forEach { close($0) } }
          for _ in 0..<Session.idleConnections {
            let connection = unsafe cbench_connect(self.daemon.socket)
            guard connection >= 0 else { throw SystemError("connect", code: -connection) }
            idle.append(connection)
          }
          return try self.load(load)
        },
      ])
    report([
      Figure(.idle, .rate, of: "1,000 idle", in: series, against: [("none", nil)]),
      Figure(.idle, .p99, of: "1,000 idle", in: series, against: [("none", nil)]),
    ])
    reportBusy(.idle, series)
  }
}

/// Issues and revokes keys without pause, on a thread of its own.
private final class Changes {
  private struct State {
    var count = 0
    var isOver = false
    var failure: String?
  }

  private final class Shared: Sendable { let state = Mutex(State()) }

  private let shared = Shared()
  private let thread: OrgKeySystem.Thread
  private let began = ContinuousClock.now

  init(_ client: OrgKeyClient) throws {
    thread = try OrgKeySystem.Thread("changes") { [shared] in
      let administrator = client.administrator(actor: "orgkey-bench").blocking
      do throws(ChangeError) {
        while !shared.state.withLock({ $0.isOver }) {
          let issued = try administrator.issueKey(
            NewKey(organizationID: Tree.id(0), name: "passing", permissions: [Tree.permission]))
          try administrator.revokeKey(.key(id: issued.key.id))
          shared.state.withLock { $0.count += 2 }
        }
      } catch {
        shared.state.withLock { $0.failure = "\(error)" }
      }
    }
  }

  /// - Returns: changes a second.
  func stop() throws -> Double {
    shared.state.withLock { $0.isOver = true }
    thread.join()
    let passed = (ContinuousClock.now - began).seconds
    return try shared.state.withLock { state in
      if let failure = state.failure { throw Failure("a change failed: \(failure)", status: 70) }
      return Double(state.count) / passed
    }
  }
}
