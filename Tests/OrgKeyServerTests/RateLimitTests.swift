import OrgKeyModel
import OrgKeyServer
import OrgKeySystem
import Synchronization
import Testing

@testable import OrgKeyWire

@Suite struct RateLimitTests {
  let daemon: InProcess
  let client: RawClient

  init() throws {
    daemon = try InProcess { $0.threads = 4 }
    client = try daemon.client()
    try client.put("acme")
    try client.put("eu", under: "acme")
    try client.put("other")
  }

  private func issue(_ limit: UInt32, per window: UInt32 = 3600) throws -> (
    id: String, text: SecretText
  ) {
    try client.issue(
      .init(
        organizationID: "acme", name: "limited", permissions: ["a:b"],
        rateLimit: .init(limit: limit, windowS: window)))
  }

  @Test func everyAnswerOfALimitedKeyTellsWhereItStands() throws {
    let (id, key) = try issue(4)
    func expect(
      _ reason: OrgKeyWire.Reason, _ remaining: UInt32, _ text: SecretText? = nil,
      _ organization: String = "", _ permission: String = "a:b", environment: String = ""
    ) throws {
      let answer = try client.authorize(
        text ?? key, organization, permission, environment: environment)
      let now = Clock.wallMilliseconds()
      #expect(answer.reason == reason)
      #expect(answer.rateLimit?.limit == 4, "\(reason)")
      #expect(answer.rateLimit?.remaining == remaining, "\(reason)")
      let end = (answer.rateLimit?.resetAtUnixS ?? 0) * 1_000
      #expect(end > now && end <= now + 3_601_000, "\(reason)")
    }
    // What is denied before it gets to the limit takes nothing.
    try expect(.environmentMismatch, 4, environment: "test")
    try expect(.organizationOutside, 3, nil, "other")
    try expect(.organizationUnknown, 2, nil, "nowhere")
    try client.suspend("eu")
    try expect(.organizationSuspended, 1, nil, "eu")
    let (_, second) = try client.rotate(id, overlap: -1)
    try expect(.secretRetired, 1)
    try expect(.permissionMissing, 0, second, "", "c:d")
    for _ in 0..<3 { try expect(.rateLimited, 0, second) }
    try client.update(.init(keyID: id, fields: ["disabled"], disabled: true))
    try expect(.keyDisabled, 0, second)
    let soon = Clock.wallMilliseconds() + 20
    try client.update(
      .init(keyID: id, fields: ["disabled", "expires_at_unix_ms"], expiresAtUnixMs: soon))
    while try client.authorize(second).reason != .keyExpired {}
    try expect(.keyExpired, 0, second)
    try client.revoke(id)
    try expect(.keyRevoked, 0, second)
    // Who is not known has no limit.
    #expect(try client.authorize(SecretText("unknown")).rateLimit == nil)
    _ = try client.result(.deleteKey(.init(keyID: id)))
    #expect(try client.authorize(second).rateLimit == nil)
  }

  @Test func allSecretsOfAKeyShareItsLimit() throws {
    let (id, first) = try issue(3)
    let (_, second) = try client.rotate(id)
    #expect(try client.authorize(first).rateLimit?.remaining == 2)
    #expect(try client.authorize(second).rateLimit?.remaining == 1)
    #expect(try client.authorize(first).rateLimit?.remaining == 0)
    #expect(try client.authorize(second).reason == .rateLimited)
  }

  @Test func anotherLimitOpensANewWindowAndTheSameOneDoesNot() throws {
    let (id, key) = try issue(2)
    func set(_ limit: UInt32, _ window: UInt32) throws {
      try client.update(
        .init(
          keyID: id, fields: ["rate_limit"], rateLimit: .init(limit: limit, windowS: window)))
    }
    _ = try client.authorize(key)
    try set(2, 3600)
    try client.update(.init(keyID: id, fields: ["name"], name: "renamed"))
    _ = try client.rotate(id)
    #expect(try client.authorize(key).rateLimit?.remaining == 0)
    #expect(try client.authorize(key).reason == .rateLimited)
    try set(3, 3600)
    #expect(try client.authorize(key).rateLimit?.remaining == 2)
    try set(3, 3601)
    #expect(try client.authorize(key).rateLimit?.remaining == 2)
    try client.update(.init(keyID: id, fields: ["rate_limit"]))
    #expect(try client.authorize(key).rateLimit == nil)
    try set(1, 3600)
    #expect(try client.authorize(key).rateLimit?.remaining == 0)
    // In memory: a restart opens a new one.
    daemon.stop()
    try daemon.start()
    #expect(try daemon.client().authorize(key).rateLimit?.remaining == 0)
  }

  /// Connections on all reactors ask without pause, over three windows. Each window hands out each
  /// remaining number once, from the limit less 1 downwards, and can't open before the one before
  /// it has ended.
  @Test func noMoreThanTheLimitPassesInAWindow() throws {
    let limit = 3_000
    let windows = 3
    let (_, key) = try issue(UInt32(limit), per: 1)
    let handedOut = Mutex([Int](repeating: 0, count: limit))
    let allowed = Atomic<Int>(0)
    let began = Clock.monotonicMilliseconds()
    let askers = try (0..<8).map { number in
      let client = try daemon.client()
      return try Thread("asker-\(number)") {
        var mine: [Int] = []
        while allowed.load(ordering: .relaxed) < windows * limit {
          guard let answers = try? client.authorize(key, times: 100) else { break }
          let passed = answers.filter { $0.decision == .allowed }
          allowed.add(passed.count, ordering: .relaxed)
          mine += passed.map { Int($0.rateLimit?.remaining ?? 0) }
        }
        handedOut.withLock { [mine] counts in for remaining in mine { counts[remaining] += 1 } }
      }
    }
    for asker in askers { asker.join() }
    let elapsed = Clock.monotonicMilliseconds() - began
    // From the first of a window to the last: a number that was handed out twice in one window
    // was handed out more often than the one before it.
    let counts = handedOut.withLock { Array($0.reversed()) }
    let rises = zip(counts, counts.dropFirst()).count { $0 < $1 }
    #expect(rises == 0)
    #expect(counts[0] >= windows && elapsed >= Int64(counts[0] - 1) * 1_000)
  }
}

extension RawClient {
  /// Asks many times at once.
  fileprivate func authorize(_ key: SecretText, times: Int) throws -> [AuthorizeResponse] {
    let request = AuthorizeRequest(apiKey: key, permission: "a:b")
    let frame = frame(Request(callID: 1, method: .authorize(request)))
    try send(Array(repeatElement(frame, count: times).joined()))
    return try (0..<times).map { _ in
      let response = try receive()
      guard case .authorize(let answer) = response.result else {
        throw Unexpected(response: response)
      }
      return answer
    }
  }
}
