import TestSupport
import OrgKeyModel
import OrgKeyServer
import OrgKeySystem
import Synchronization
import Testing

@testable import OrgKeyStore
@testable import OrgKeyWire

extension RawClient {
  func usage(_ id: String, from: Int64 = 0, to: Int64 = 0, caller: Caller? = nil) throws
    -> [UsageDay]
  {
    let request = GetUsageRequest(keyID: id, fromUnixMs: from, toUnixMs: to)
    guard case .getUsage(let answer) = try result(.getUsage(request), caller: caller) else {
      return []
    }
    return answer.days
  }
}

extension [UsageDay] {
  var allowed: UInt64 { reduce(0) { $0 + $1.allowedCount } }
  var denied: UInt64 { reduce(0) { $0 + $1.denials.reduce(0) { $0 + $1.count } } }
}

@Suite struct UsageTests {
  /// Nothing goes to disk but at the end.
  private func neverFlushing() throws -> InProcess {
    try InProcess { settings in
      settings.usageFlushInterval = 3_600_000
      settings.threads = 4
    }
  }

  @Test func countsAreToldByDayAndReasonFromMemoryAndFromDisk() throws {
    let daemon = try neverFlushing()
    let client = try daemon.client()
    try client.put("acme")
    let (id, key) = try client.issue("acme", ["a:b"])
    for _ in 0..<3 { _ = try client.authorize(key) }
    for _ in 0..<2 { _ = try client.authorize(key, "", "x:y") }
    _ = try client.authorize(key, "none")
    let midnight = Clock.wallMilliseconds() / 86_400_000 * 86_400_000
    let expected = UsageDay(
      dayUnixMs: midnight, allowedCount: 3,
      denials: [
        .init(reason: .organizationUnknown, count: 1), .init(reason: .permissionMissing, count: 2),
      ])
    try daemon.alsoAfterRestart { client in
      let found = try client.usage(id)
      #expect(found == [expected])
    }
    // Some on disk, some in memory.
    let again = try daemon.client()
    _ = try again.authorize(key)
    _ = try again.authorize(key, "", "x:y")
    var sum = expected
    sum.allowedCount += 1
    sum.denials[1].count += 1
    #expect(try again.usage(id) == [sum])
    #expect(try again.usage(id, from: midnight, to: midnight) == [sum])
    #expect(try again.usage(id, from: 1, to: midnight - 1).isEmpty)
    #expect(try again.usage(id, from: midnight + 86_400_000 - 1, to: .max) == [sum])
  }

  @Test func daysAreThoseAskedForOldestFirst() throws {
    let daemon = try InProcess()
    daemon.stop()
    let now = Clock.wallMilliseconds()
    let day: Int64 = 86_400_000
    let id = "key_0000000000000001"
    try PastStore.change(daemon) { past in
      try past.put("acme", at: now - 500 * day)
      let key = try past.issue("text", in: "acme", id: id, at: now - 500 * day)
      for back in [401, 400, 399, 30, 29, 1, 0] as [Int64] {
        try past.use(key, count: UInt64(back) + 1, at: now - back * day)
      }
    }
    try daemon.start()
    let client = try daemon.client()
    func backs(_ days: [UsageDay]) -> [Int64] { days.map { now / day - $0.dayUnixMs / day } }
    #expect(try backs(client.usage(id)) == [29, 1, 0])
    #expect(try client.usage(id).map(\.allowedCount) == [30, 2, 1])
    #expect(try backs(client.usage(id, from: 1)) == [399, 30, 29, 1, 0])
    #expect(try backs(client.usage(id, from: now - 30 * day, to: now - day)) == [30, 29, 1])
    #expect(try backs(client.usage(id, to: now - 2 * day)) == [30, 29])
    // The totals are for good.
    #expect(try client.key(id).allowedCount == 1_267)
  }

  @Test func usageThatIsTooOldLeavesTheDisk() throws {
    let daemon = try InProcess()
    daemon.stop()
    let now = Clock.wallMilliseconds()
    try PastStore.change(daemon) { past in
      try past.put("acme", at: 1)
      let key = try past.issue("text", in: "acme", id: "key_0000000000000001", at: 1)
      for back in 390..<2_500 as Range<Int64> {
        try past.use(key, count: 1, at: now - back * 86_400_000)
      }
      // A clock that is far ahead of the last change is not believed at once.
      try past.put("eu", at: now)
    }
    try daemon.start()
    let database = daemon.settings.database
    #expect(try eventually { try rows("usage_days", of: database) ?? 0 <= 10 })
    #expect(try rows("usage_days", of: database) == 10)
    #expect(try daemon.client().usage("key_0000000000000001", from: 1).allowed == 10)
  }

  @Test func refusesWhatCannotBeAsked() throws {
    let daemon = try InProcess()
    let client = try daemon.client()
    try client.put("acme")
    let (id, _) = try client.issue("acme")
    let now = Clock.wallMilliseconds()
    for (request, field) in [
      (GetUsageRequest(), "key_id"), (.init(keyID: "x"), "key_id"),
      (.init(keyID: id, fromUnixMs: -1), "from_unix_ms"),
      (.init(keyID: id, toUnixMs: -1), "to_unix_ms"),
      (.init(keyID: id, fromUnixMs: 2, toUnixMs: 1), "from_unix_ms"),
      (.init(keyID: id, fromUnixMs: now + 1_000_000), "from_unix_ms"),
    ] { #expect(try client.status(.getUsage(request))?.field == field) }
    let unknown = "key_0000000000000000"
    #expect(try client.status(.getUsage(.init(keyID: unknown)))?.code == .notFound)
  }

  @Test func whenActingAKeyOutsideIsOneThatDoesNotExist() throws {
    let daemon = try InProcess()
    let client = try daemon.client()
    for (id, parent) in [("acme", ""), ("eu", "acme"), ("other", "")] {
      try client.put(id, under: parent)
    }
    let (inside, _) = try client.issue("eu")
    let acting = Caller(actingOrganizationID: "eu")
    #expect(try client.usage(inside, caller: acting).isEmpty)
    let none = try client.status(.getUsage(.init(keyID: "key_0000000000000000")), caller: acting)
    #expect(none?.code == .notFound)
    for outside in ["acme", "other"] {
      let (id, key) = try client.issue(outside)
      _ = try client.authorize(key)
      #expect(try client.status(.getUsage(.init(keyID: id)), caller: acting) == none)
    }
  }

  // MARK: The last denial

  @Test func lastDenialIsTheLastWhicheverReactorCountedIt() throws {
    let daemon = try neverFlushing()
    let clients = try (0..<8).map { _ in try daemon.client() }
    try clients[0].put("acme")
    let (id, key) = try clients[0].issue("acme", ["a:b"])
    let denials: [(organization: String, permission: String, reason: OrgKeyWire.Reason)] = [
      ("", "x:y", .permissionMissing), ("none", "a:b", .organizationUnknown),
    ]
    var wrong = 0
    for turn in 0..<400 {
      let denial = denials[turn % 2]
      _ = try clients[turn % 8].authorize(key, denial.organization, denial.permission)
      if try clients[(turn + 3) % 8].key(id).lastDeniedReason != denial.reason { wrong += 1 }
    }
    #expect(wrong == 0)
    let last = try clients[0].key(id)
    try daemon.alsoAfterRestart { client in
      let found = try client.key(id)
      #expect(found == last)
    }
    #expect(last.deniedCount == 400 && last.lastUsedAtUnixMs == 0)
  }

  @Test func lastOfDenialsThatArriveTogetherIsTheLast() throws {
    let daemon = try neverFlushing()
    let client = try daemon.client()
    try client.put("acme")
    let (id, key) = try client.issue("acme", ["a:b"])
    func call(_ organization: String, _ permission: String) -> Request {
      Request(
        callID: 1,
        method: .authorize(
          .init(apiKey: key, organizationID: organization, permission: permission)))
    }
    let together = [call("", "x:y"), call("none", "a:b"), call("", "x:y"), call("none", "a:b")]
    try client.send(together.flatMap { client.frame($0) })
    for _ in together { _ = try client.receive() }
    try daemon.alsoAfterRestart { client in
      let found = try client.key(id)
      #expect(found.lastDeniedReason == .organizationUnknown && found.deniedCount == 4)
    }
  }

  // MARK: Listings

  @Test func listingOfUnusedKeysKnowsWhatIsInMemory() throws {
    let daemon = try neverFlushing()
    let client = try daemon.client()
    try client.put("acme")
    var keys: [(id: String, text: SecretText)] = []
    for _ in 0..<4 { keys.append(try client.issue("acme", ["a:b"])) }
    let since = Clock.wallMilliseconds() + 1
    while Clock.wallMilliseconds() < since {}
    let late = try client.issue("acme")
    _ = try client.authorize(keys[0].text)
    _ = try client.authorize(keys[1].text, "", "x:y")
    _ = try client.rotate(keys[2].id)
    _ = try client.authorize(keys[2].text)
    // Denied only, and never used at all: both are candidates; the late one was just issued.
    let unused = [keys[3].id, keys[1].id]
    func list(_ client: RawClient, _ time: Int64) throws -> [String] {
      try client.keys(.init(states: [.active], unusedSinceUnixMs: time)).map(\.keyID)
    }
    try daemon.alsoAfterRestart { client in
      #expect(try list(client, since) == unused)
      #expect(try list(client, 1).isEmpty)
      let all = try list(client, Clock.wallMilliseconds() + 1_000)
      #expect(all == [late.id, keys[3].id, keys[2].id, keys[1].id, keys[0].id])
    }
  }

  // MARK: Exactness

  @Test func everyCallIsCountedOnceAndNoCountEverGoesDown() throws {
    let daemon = try InProcess { settings in
      settings.usageFlushInterval = 100
      settings.threads = 4
    }
    let client = try daemon.client()
    try client.put("acme")
    let (id, key) = try client.issue("acme", ["a:b"])
    let calls = 3_000
    let running = Atomic<Int>(6)
    let threads = try (0..<6).map { number in
      let connection = try daemon.client()
      return try Thread("caller") {
        defer { running.subtract(1, ordering: .relaxed) }
        for _ in 0..<calls / 100 {
          let frames = (0..<100).map { call in
            connection.frame(
              Request(
                callID: 1,
                method: .authorize(
                  .init(apiKey: key, permission: (number + call) % 3 == 0 ? "x:y" : "a:b"))))
          }
          do {
            try connection.send(frames.joined())
            for _ in frames { _ = try connection.receive() }
          } catch {
            Issue.record("\(error)")
          }
        }
      }
    }
    var last = (allowed: UInt64(0), denied: UInt64(0))
    while running.load(ordering: .relaxed) > 0 {
      let (record, days) = (try client.key(id), try client.usage(id))
      #expect(record.allowedCount >= last.allowed && record.deniedCount >= last.denied)
      #expect(days.allowed >= record.allowedCount && days.denied >= record.deniedCount)
      last = (days.allowed, days.denied)
    }
    for thread in threads { thread.join() }
    try daemon.alsoAfterRestart { client in
      let (record, days) = (try client.key(id), try client.usage(id))
      #expect(record.allowedCount == 12_000 && record.deniedCount == 6_000)
      #expect(record.secrets.map(\.allowedCount) == [12_000])
      #expect(days.allowed == 12_000 && days.denied == 6_000)
    }
  }

  @Test func countsOfAKeyThatIsDeletedWhileItIsUsedStayAway() throws {
    let daemon = try InProcess { $0.usageFlushInterval = 100 }
    let client = try daemon.client()
    try client.put("acme")
    let stopping = Atomic<Bool>(false)
    let text = Mutex(SecretText.empty)
    let user = try daemon.client()
    let thread = try Thread("user") {
      while !stopping.load(ordering: .relaxed) {
        _ = try? user.authorize(text.withLock { $0 })
      }
    }
    for _ in 0..<30 {
      let (id, key) = try client.issue("acme")
      text.withLock { $0 = key }
      #expect(try eventually { try client.key(id).allowedCount > 0 })
      try client.revoke(id)
      #expect(try client.status(.deleteKey(.init(keyID: id))) == nil)
    }
    stopping.store(true, ordering: .relaxed)
    thread.join()
    daemon.stop()
    for table in ["key_usage", "secret_usage", "usage_days"] {
      #expect(try rows(table, of: daemon.settings.database) == 0)
    }
  }

  private func rows(_ table: String, of database: String) throws -> Int64? {
    let connection = try Connection(database, .read)
    defer { connection.close() }
    return try connection.integer("SELECT count(*) FROM \(table)")
  }
}
