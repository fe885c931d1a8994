import Glibc
import OrgKeySystem
import TestSupport
import Testing

@testable import OrgKeyWire

/// No change is answered before it is on disk, as the kernel sees it.
@Suite(.enabled(if: Tracer.isPossible)) struct SyncOrderTests {
  @Test func everyAnswerToAChangeComesAfterAFinishedSyncOfItsLog() throws {
    let changes = Campaign.count(300, long: 10_000)
    let daemon = try DaemonProcess()
    try RawClient(daemon.socket).put("acme")
    let clients = try (0..<4).map { _ in try RawClient(daemon.socket) }
    let tracer = try Tracer(daemon, "pwrite64,fdatasync,recvfrom,sendto")
    let threads = try clients.map { client in
      try Thread("changes") {
        for _ in 0..<changes / 8 {
          guard let key = try? client.issue("acme"), (try? client.revoke(key.id)) != nil else {
            Issue.record("a change was refused")
            return
          }
        }
      }
    }
    for thread in threads { thread.join() }
    #expect(daemon.end(SIGTERM) == 0)
    var order = SyncOrder()
    for line in try tracer.lines() { order.take(line) }
    print("\(order.answers) answers, \(order.early) of them before their sync")
    #expect(order.answers == changes / 8 * 8)
    #expect(order.early == 0)
  }
}

/// Reads a trace of a daemon whose clients make one change at a time.
///
/// A group of changes begins with the first write to the log after the last finished sync, and
/// ends with the next. What a client asked for is in a group that began after the daemon had
/// received it.
private struct SyncOrder {
  private(set) var answers = 0
  private(set) var early = 0

  private var line = 0
  /// By thread: the call that it is in.
  private var unfinished: [Substring: Substring] = [:]
  /// By descriptor: when the request came that is not answered yet.
  private var requests: [Substring: Int] = [:]
  private var groupBegan: Int?
  private var syncing: Int?
  /// When the last group began that is on disk.
  private var syncedGroup = 0

  mutating func take(_ text: String) {
    line += 1
    let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
    guard parts.count == 2 else { return }
    let (thread, rest) = (parts[0], parts[1].drop { $0 == " " })
    if rest.hasPrefix("<... ") {
      guard let call = unfinished.removeValue(forKey: thread) else { return }
      end(call, succeeded: !rest.contains("= -1 "))
    } else {
      begin(rest)
      if rest.hasSuffix("<unfinished ...>") {
        unfinished[thread] = rest
      } else {
        end(rest, succeeded: !rest.contains("= -1 "))
      }
    }
  }

  private mutating func begin(_ call: Substring) {
    if call.hasPrefix("sendto(") {
      guard let request = requests.removeValue(forKey: descriptor(call)) else { return }
      answers += 1
      if syncedGroup <= request { early += 1 }
    } else if call.contains("-wal>") {
      if call.hasPrefix("pwrite64(") && groupBegan == nil { groupBegan = line }
      if call.hasPrefix("fdatasync(") { syncing = groupBegan }
    }
  }

  private mutating func end(_ call: Substring, succeeded: Bool) {
    guard succeeded else { return }
    if call.hasPrefix("recvfrom(") {
      requests[descriptor(call)] = line
    } else if call.hasPrefix("fdatasync("), call.contains("-wal>"), let began = syncing {
      syncedGroup = began
      (groupBegan, syncing) = (nil, nil)
    }
  }

  private func descriptor(_ call: Substring) -> Substring {
    call.drop { $0 != "(" }.dropFirst().prefix { $0.isNumber }
  }
}
