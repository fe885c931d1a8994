import Foundation
import Glibc
import OrgKeyModel
import OrgKeyServer
import OrgKeySystem
import TestSupport
import Testing

@testable import OrgKeyWire

/// What one GetMetrics tells: a text, and its samples by name and labels.
private struct Scrape {
  let text: String
  private let samples: [Substring: Double]

  init(_ client: RawClient) throws {
    guard case .getMetrics(let answer) = try client.result(.getMetrics(.init())) else {
      throw RawClient.Closed()
    }
    text = answer.text
    var samples: [Substring: Double] = [:]
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let space = try #require(line.lastIndex(of: " "))
      let value = try #require(Double(line[space...].dropFirst()), "\(line)")
      #expect(samples.updateValue(value, forKey: line[..<space]) == nil, "twice: \(line)")
    }
    self.samples = samples
  }

  /// nil: there is none.
  subscript(name: String) -> Double? { samples[name[...]] }

  func decided(_ decision: String, _ reason: String) -> Double? {
    self["orgkey_authorize_total{decision=\"\(decision)\",reason=\"\(reason)\"}"]
  }

  func keys(_ state: String) -> Double? { self["orgkey_keys{state=\"\(state)\"}"] }

  /// The counts of a histogram, in the order of its text.
  func buckets(_ name: String) -> [(bound: String, count: Double)] {
    text.split(separator: "\n").compactMap { line in
      guard line.hasPrefix(name + "_bucket{le=\"") else { return nil }
      let parts = line.split(separator: "\"")
      return (String(parts[1]), Double(parts[2].dropFirst(2)) ?? -1)
    }
  }
}

@Suite struct MetricsTests {
  private static let times = "orgkey_authorize_duration_seconds"
  private static let verdicts = [
    ("ALLOWED", "NONE"), ("INVALID_API_KEY", "KEY_MISSING"), ("INVALID_API_KEY", "KEY_MALFORMED"),
    ("INVALID_API_KEY", "KEY_UNKNOWN"), ("INVALID_API_KEY", "KEY_REVOKED"),
    ("INVALID_API_KEY", "KEY_EXPIRED"), ("INVALID_API_KEY", "KEY_DISABLED"),
    ("INVALID_API_KEY", "SECRET_RETIRED"), ("INVALID_API_KEY", "ENVIRONMENT_MISMATCH"),
    ("ORG_ACCESS_DENIED", "ORGANIZATION_UNKNOWN"), ("ORG_ACCESS_DENIED", "ORGANIZATION_OUTSIDE"),
    ("ORG_ACCESS_DENIED", "ORGANIZATION_SUSPENDED"), ("PERMISSION_DENIED", "PERMISSION_MISSING"),
    ("RATE_LIMIT_EXCEEDED", "RATE_LIMITED"),
  ]

  let daemon: InProcess
  let client: RawClient

  init() throws {
    daemon = try InProcess()
    client = try daemon.client()
    try client.put("acme")
    try client.put("eu", under: "acme")
  }

  /// Calls of every outcome, and how often each reason was answered, by its number.
  private func decideAll() throws -> [UInt32: Double] {
    var counts: [UInt32: Double] = [:]
    func ask(
      _ key: SecretText, _ organization: String = "", _ permission: String = "a:b",
      environment: String = "", times: Int = 1
    ) throws {
      for _ in 0..<times {
        let answer = try client.authorize(
          key, organization, permission, environment: environment)
        counts[answer.reason.rawValue, default: 0] += 1
      }
    }
    let (_, plain) = try client.issue("eu", ["a:b"])
    try ask(plain, times: 7)
    try ask(SecretText(""), times: 2)
    try ask(SecretText("two words"), times: 3)
    try ask(SecretText("Bearer"))
    try ask(plain, environment: "test", times: 2)
    try ask(plain, "nowhere", times: 4)
    try ask(plain, "acme", times: 5)
    try ask(plain, "", "x:y", times: 6)
    let limited = try client.issue(
      .init(
        organizationID: "acme", name: "n", permissions: ["*"],
        rateLimit: .init(limit: 1, windowS: 3600)))
    try ask(limited.text, times: 3)
    let rotated = try client.issue("acme")
    _ = try client.rotate(rotated.id, overlap: -1)
    try ask(rotated.text, times: 2)
    let disabled = try client.issue("acme")
    try client.update(.init(keyID: disabled.id, fields: ["disabled"], disabled: true))
    try ask(disabled.text)
    let ending = try client.issue(
      .init(
        organizationID: "acme", name: "n", permissions: ["*"],
        expiresAtUnixMs: Clock.wallMilliseconds() + 300))
    #expect(
      try eventually {
        try ask(ending.text)
        return counts[OrgKeyWire.Reason.keyExpired.rawValue] != nil
      })
    let revoked = try client.issue("acme")
    try client.revoke(revoked.id)
    try ask(revoked.text, times: 2)
    try client.suspend("eu")
    try ask(plain, times: 3)
    return counts
  }

  @Test func everyOutcomeIsThereFromTheStartAndCountedExactly() throws {
    let before = try Scrape(client)
    for (decision, reason) in MetricsTests.verdicts {
      #expect(before.decided(decision, reason) == 0, "\(reason)")
    }
    let counts = try decideAll()
    #expect(counts.count == MetricsTests.verdicts.count)
    let after = try Scrape(client)
    for (number, (decision, reason)) in MetricsTests.verdicts.enumerated() {
      #expect(after.decided(decision, reason) == counts[UInt32(number)], "\(reason)")
    }
    let all = counts.values.reduce(0, +)
    #expect(after[MetricsTests.times + "_count"] == all)
    #expect(after.text.components(separatedBy: "orgkey_authorize_total{").count - 1 == 14)
  }

  @Test func keysAreCountedByState() throws {
    _ = try decideAll()
    let daemon = daemon
    try daemon.alsoAfterRestart { client in
      // That a key has expired is noticed a moment later.
      #expect(try eventually { try Scrape(client).keys("expired") == 1 })
      let scrape = try Scrape(client)
      #expect(scrape.keys("active") == 3)
      #expect(scrape.keys("disabled") == 1)
      #expect(scrape.keys("revoked") == 1)
      #expect(scrape["orgkey_organizations"] == 2)
    }
  }

  @Test func timesAreCumulativeOverOneToAHundredThousandMicroseconds() throws {
    let (_, key) = try client.issue("acme")
    let calls = 200
    let began = Clock.monotonicNanoseconds()
    for _ in 0..<calls { _ = try client.authorize(key) }
    let took = Double(Clock.monotonicNanoseconds() - began) / 1e9
    let scrape = try Scrape(client)
    let buckets = scrape.buckets(MetricsTests.times)
    #expect(buckets.map(\.bound).first == "1e-06" && buckets.map(\.bound).last == "+Inf")
    #expect(buckets.dropLast().last?.bound == "0.1" && buckets.count == 17)
    #expect(zip(buckets, buckets.dropFirst()).allSatisfy { $0.count <= $1.count })
    #expect(buckets.last?.count == Double(calls))
    #expect(scrape[MetricsTests.times + "_count"] == Double(calls))
    // Each took some time, and none of it was counted twice.
    let sum = try #require(scrape[MetricsTests.times + "_sum"])
    #expect(sum > 0 && sum < took)
    #expect(buckets[0].count == 0 || sum / Double(calls) < 1e-3)
  }

  @Test func writingIsTimed() throws {
    // Flushing is tried time and again before there is anything to flush.
    let daemon = try InProcess { $0.usageFlushInterval = 1 }
    let client = try daemon.client()
    try client.put("acme")
    let (commits, flushes) = (
      "orgkey_store_commit_seconds_count", "orgkey_usage_flush_seconds_count"
    )
    let before = try Scrape(client)
    let (_, key) = try client.issue("acme")
    _ = try client.authorize(key)
    let after = try Scrape(client)
    #expect(after[commits] == (before[commits] ?? -1) + 1)
    #expect(after["orgkey_changes_total"] == (before["orgkey_changes_total"] ?? -1) + 1)
    // What is refused commits nothing.
    #expect(try client.status(.revokeKey(.init(keyID: "key_0000000000000000")))?.code == .notFound)
    #expect(try Scrape(client)[commits] == after[commits])
    #expect(try eventually { try Scrape(client)[flushes] != 0 })
    #expect(try Scrape(client)[flushes] == 1)
    #expect(try Scrape(client)["orgkey_usage_age_seconds"] == 0)
  }

  @Test func processAndFilesAreTold() throws {
    let scrape = try Scrape(client)
    #expect(scrape["orgkey_build_info{version=\"\(Version.current)\"}"] == 1)
    #expect(scrape["orgkey_connections"] == 1)
    let second = try daemon.client()
    let open = try #require(try Scrape(second)["process_open_fds"])
    let entries = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    #expect(abs(open - Double(entries)) <= 3)
    #expect(try Scrape(second)["orgkey_connections"] == 2)
    let started = try #require(scrape["process_start_time_seconds"])
    let age = Double(Clock.wallMilliseconds()) / 1e3 - started
    #expect(age > 0 && age < 7_200)
    #expect(try #require(scrape["process_cpu_seconds_total"]) < 7_200)
    for name in [
      "process_cpu_seconds_total", "process_resident_memory_bytes", "process_max_fds",
      "orgkey_database_bytes", "orgkey_wal_bytes", "orgkey_disk_free_bytes",
    ] {
      #expect(try #require(scrape[name], "\(name)") > 0, "\(name)")
    }
    for name in [
      "orgkey_quarantined_rows", "orgkey_connections_refused_total",
      "orgkey_connections_stalled_total", "orgkey_denied_peers_total",
    ] {
      #expect(scrape[name] == 0, "\(name)")
    }
  }

  @Test func peersWithoutTheRoleAreRefusedAndCounted() throws {
    let daemon = try InProcess { $0.adminSocket = $0.socket + ".admin" }
    let everybody = try daemon.client()
    #expect(try everybody.status(.getMetrics(.init()))?.code == .permissionDenied)
    #expect(try everybody.status(.getStatistics(.init()))?.code == .permissionDenied)
    let administrator = try RawClient(daemon.settings.socket + ".admin")
    #expect(try Scrape(administrator)["orgkey_denied_peers_total"] == 2)
    // What is wrong otherwise does not count.
    #expect(try everybody.status(.identifyKey(.init()))?.code == nil)
    #expect(try administrator.status(.getKey(.init(keyID: "x")))?.code == .invalidArgument)
    #expect(try Scrape(administrator)["orgkey_denied_peers_total"] == 2)
  }

  @Test(.enabled(if: getenv("CI") != nil || access("/usr/bin/promtool", X_OK) == 0))
  func prometheusTakesIt() throws {
    _ = try decideAll()
    let check = Process()
    check.executableURL = URL(filePath: "/usr/bin/promtool")
    check.arguments = ["check", "metrics"]
    let (input, output) = (Pipe(), Pipe())
    check.standardInput = input
    check.standardOutput = output
    check.standardError = output
    try check.run()
    try input.fileHandleForWriting.write(contentsOf: Data(Scrape(client).text.utf8))
    try input.fileHandleForWriting.close()
    let said = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    check.waitUntilExit()
    #expect(check.terminationStatus == 0, "\(said)")
    #expect(said.isEmpty, "\(said)")
  }
}
