import Foundation
import Glibc
import OrgKeySystem
import TestSupport
import Testing

@testable import OrgKeyWire

@Suite struct DescriptorTests {
  private let daemon: DaemonProcess
  private let client: RawClient
  private let key: SecretText

  init() throws {
    daemon = try DaemonProcess(under: ["prlimit", "--nofile=64"])
    client = try RawClient(daemon.socket)
    try client.put("acme")
    key = try client.issue("acme").text
  }

  @Test func thousandWhoConnectToFewDescriptorsCostLittleAndHarmNobody() throws {
    var crowd = try (0..<1_000).map { _ in try RawClient(daemon.socket) }
    try #require(eventually { !daemon.lines(with: "file descriptors").isEmpty })
    let seconds = Campaign.count(5, long: 60)
    let before = try daemon.processorTime()
    let began = Clock.monotonicMilliseconds()
    while Clock.monotonicMilliseconds() - began < seconds * 1_000 {
      #expect(try client.authorize(key).decision == .allowed)
      usleep(50_000)
    }
    let spent = try daemon.processorTime() - before
    let lines = daemon.lines(with: "file descriptors")
    #expect(lines.count { !$0.contains("more times") } == 1)
    // Files can still be opened.
    let backup = try client.call(.backup(.init()))
    #expect(backup.status == nil, "\(backup)")
    try client.put("other")
    crowd.removeAll()
    let left = Clock.monotonicMilliseconds()
    #expect(try RawClient(daemon.socket).authorize(key).decision == .allowed)
    let waited = Clock.monotonicMilliseconds() - left
    print("1,000 at 64 descriptors: \(spent) ms of CPU in \(seconds) s, served \(waited) ms after")
    #expect(spent < seconds * 100)
    #expect(waited < Campaign.count(3_000, long: 1_000))
  }

  @Test func softLimitIsRaisedToWhatConnectionsTakeAndATooLowHardOneIsToldOf() throws {
    try #require(eventually { !daemon.lines(with: "too few files may be open").isEmpty })
    let other = try DaemonProcess(
      ["--max-connections", "700"], under: ["prlimit", "--nofile=64:1000"])
    try #require(eventually { !other.lines(with: "serving").isEmpty })
    #expect(other.lines(with: "too few files").isEmpty)
    let limits = try String(contentsOfFile: "/proc/\(other.pid)/limits", encoding: .utf8)
    #expect(limits.contains(#/Max open files +956 /#))
  }
}
