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

  /// Connections on all reactors ask for much more than the limit, without pause, over three
  /// windows. Each window lets through each remaining number once, from the limit less 1 down to
  /// 0, and the third can't open before two have passed.
  @Test func noMoreThanTheLimitPassesInAWindow() throws {
    let limit = 400
    let windows = 3
    let (_, key) = try issue(UInt32(limit), per: 1)
    let remaining = Mutex<[UInt32: Int]>([:])
    let allowed = Atomic<Int>(0)
    let denied = Atomic<Int>(0)
    let began = Clock.monotonicMilliseconds()
    let askers = try (0..<8).map { number in
      let client = try daemon.client()
      return try Thread("asker-\(number)") {
        var mine: [UInt32] = []
        while allowed.load(ordering: .relaxed) < windows * limit {
          guard let answers = try? client.authorize(key, times: 50) else { break }
          for answer in answers {
            if answer.decision == .allowed {
              allowed.add(1, ordering: .relaxed)
              mine.append(answer.rateLimit?.remaining ?? .max)
            } else {
              denied.add(answer.reason == .rateLimited ? 1 : 0, ordering: .relaxed)
            }
          }
        }
        remaining.withLock { [mine] counts in for left in mine { counts[left, default: 0] += 1 } }
      }
    }
    for asker in askers { asker.join() }
    let elapsed = Clock.monotonicMilliseconds() - began
    let counts = remaining.withLock { $0 }
    let opened = counts[UInt32(limit) - 1] ?? 0
    // The last may have been opened just before everybody stopped.
    #expect(opened == windows || opened == windows + 1)
    #expect(elapsed >= Int64(opened - 1) * 1_000)
    #expect(counts.count == limit)
    #expect(counts.allSatisfy { $0.key < limit && ($0.value == windows || $0.value == opened) })
    #expect(denied.load(ordering: .relaxed) > 0)
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
