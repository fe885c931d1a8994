import Foundation
import Glibc
import OrgKeySystem
import Testing

@testable import OrgKeyWire

/// What the kernel and its log say of a daemon.
extension DaemonProcess {
  /// Of /proc/PID/status, in bytes: VmRSS, VmHWM, its peak.
  func memory(_ field: String) throws -> Int {
    let text = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(field + ":") })
    return try #require(Int(line.split(separator: " ").dropLast().last ?? "")) << 10
  }

  /// What `body` makes its memory grow by at the peak.
  func growth(_ body: () throws -> Void) throws -> Int {
    // Forgets what the peak was.
    try Data("5".utf8).write(to: URL(filePath: "/proc/\(pid)/clear_refs"))
    let before = try memory("VmRSS")
    try body()
    return try memory("VmHWM") - before
  }

  /// Of all its threads, milliseconds.
  func processorTime() throws -> Int {
    let text = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
    let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
    let ticks = try #require(Int(fields[12])) + #require(Int(fields[13]))
    return ticks * 1_000 / sysconf(Int32(_SC_CLK_TCK))
  }

  func openDescriptors() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
  }

  /// Lines of its log that have `text`.
  func lines(with text: String) -> [Substring] {
    logged.split(separator: "\n").filter { $0.contains(text) }
  }
}

extension RawClient {
  /// Of Authorize calls, one after the other, the time that 99 of 100 took at most: microseconds.
  ///
  /// - Parameter goesOn: makes more than 2,000 calls, as long as it says so.
  func p99(_ key: SecretText, while goesOn: () -> Bool = { false }) throws -> Int {
    var times: [Duration] = []
    while times.count < 2_000 || goesOn() {
      var decision = Decision.unspecified
      times.append(try ContinuousClock().measure { decision = try authorize(key).decision })
      #expect(decision == .allowed)
    }
    let time = times.sorted()[times.count * 99 / 100]
    return Int(time / .microseconds(1))
  }

  /// How old, milliseconds, the oldest count is that is not on disk.
  func usageAge() throws -> UInt64 {
    guard case .getStatistics(let answer) = try result(.getStatistics(.init())) else {
      throw Closed()
    }
    return answer.usageAgeMs
  }

  /// Waits until the daemon closes; what it said last.
  func lastWord() throws -> Status? {
    var last: Status?
    do { while true { last = try receive().status } } catch is Closed {}
    return last
  }

  /// Sends what the socket takes without waiting.
  ///
  /// - Returns: how many bytes; nil: the connection is closed.
  func sendAtOnce(_ bytes: ArraySlice<UInt8>) -> Int? {
    let count = bytes.withUnsafeBytes {
      Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
    }
    if count >= 0 { return count }
    return errno == EAGAIN ? 0 : nil
  }
}
