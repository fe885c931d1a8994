internal import OrgKey
internal import OrgKeySystem
internal import Synchronization

/// How many changes reach the disk.
extension Session {
  func changes() throws {
    let client = client
    let issued = Mutex<[String]>([])
    let issue: @Sendable () throws(ChangeError) -> Bool = { () throws(ChangeError) in
      let key = try client.administrator(actor: "orgkey-bench").blocking.issueKey(
        NewKey(organizationID: Tree.id(0), name: "one of many", permissions: [Tree.permission]))
      issued.withLock { $0.append(key.key.id) }
      return true
    }
    let revoke: @Sendable () throws(ChangeError) -> Bool = { () throws(ChangeError) in
      guard let id = issued.withLock({ $0.popLast() }) else { return false }
      try client.administrator(actor: "orgkey-bench").blocking.revokeKey(.key(id: id))
      return true
    }
    let seconds = options.seconds
    let series = try alternate(
      .changes,
      [
        Contender("1") { try changesPerSecond(threads: 1, seconds, issue) },
        Contender("64") { try changesPerSecond(threads: 64, seconds, issue) },
        Contender("1 revoking") { try changesPerSecond(threads: 1, seconds, revoke) },
      ])
    report([
      Figure(.changes, .changes, of: "64", in: series, against: [("1", .atLeast(20))]),
      Figure(.changes, .changes, of: "1 revoking", in: series, against: [("1", nil)]),
    ])
  }
}

/// - Parameter change: false: there is nothing left to change.
private func changesPerSecond(
  threads count: Int, _ seconds: Double,
  _ change: @escaping @Sendable () throws(ChangeError) -> Bool
) throws -> Sample {
  let made = Counted()
  let began = ContinuousClock.now
  let ends = began + .seconds(seconds)
  let threads = try (0..<count).map { _ in
    try OrgKeySystem.Thread("administrator") {
      do throws(ChangeError) {
        while ContinuousClock.now < ends, try change() {
          made.state.withLock { $0.count += 1 }
        }
      } catch {
        made.state.withLock { $0.failure = "\(error)" }
      }
    }
  }
  for thread in threads { thread.join() }
  let passed = (ContinuousClock.now - began).seconds
  return try made.state.withLock { state in
    if let failure = state.failure { throw Failure("a change failed: \(failure)", status: 70) }
    return [.changes: Double(state.count) / passed]
  }
}

private final class Counted: Sendable {
  let state = Mutex<(count: Int, failure: String?)>((0, nil))
}
