import Glibc
import OrgKeySystem
import Synchronization
import TestSupport
import Testing

@testable import OrgKeyWire

@Suite struct SlowClientTests {
  let daemon: DaemonProcess
  let other: RawClient
  let key: SecretText

  init() throws {
    daemon = try DaemonProcess()
    other = try RawClient(daemon.socket)
    try other.put("acme")
    key = try other.issue("acme").text
  }

  private func expectCalm(_ time: Int, quiet: Int, _ what: String) {
    print("\(what): p99 of others \(time) µs, \(quiet) µs when it is quiet")
    // In the short form far beyond what is to be reached, for the machine may be busy.
    #expect(time < (Campaign.isLong ? 2 * quiet + 1_000 : 10 * quiet + 250_000))
  }

  @Test func thousandHalfFramesAreClosedAfterFiveSecondsAndHoldNobodyUp() throws {
    let clients = try (0..<1_000).map { _ in try RawClient(daemon.socket) }
    let quiet = try other.p99(key)
    let began = Clock.monotonicMilliseconds()
    for client in clients { try client.send([0, 0, 0, 16, 0, 0x61]) }
    let sent = Clock.monotonicMilliseconds()
    let time = try other.p99(key) { Clock.monotonicMilliseconds() < sent + 4_000 }
    let isAnyClosed = clients.contains { $0.isHungUp }
    // Looked at late, they tell nothing.
    #expect(!isAnyClosed || Clock.monotonicMilliseconds() - began >= 4_900)
    expectCalm(time, quiet: quiet, "1,000 half frames")
    for client in clients {
      #expect(try client.lastWord() == nil)
      #expect(Clock.monotonicMilliseconds() - began >= 4_900)
    }
    #expect(Clock.monotonicMilliseconds() - sent < 8_000)
    #expect(daemon.lines(with: "stalled").count == 1)
    // Between frames a client may be as idle as it likes.
    #expect(try other.authorize(key).decision == .allowed)
  }

  /// Makes calls as long as the daemon takes them, of many clients that read nothing, until it has
  /// closed them all.
  ///
  /// - Returns: after how many milliseconds the first was closed, and the last.
  private func flood(_ clients: [RawClient], _ call: [UInt8], count: Int) throws -> Closing {
    let bytes = Array(repeatElement(call, count: 1_000).joined())
    var sent = [Int](repeating: 0, count: clients.count)
    var open = Set(clients.indices)
    let began = Clock.monotonicMilliseconds()
    func elapsed() -> Int64 { Clock.monotonicMilliseconds() - began }
    var first: Int64?
    func close(_ index: Int) {
      open.remove(index)
      first = first ?? elapsed()
    }
    while !open.isEmpty, elapsed() < 60_000 {
      var moved = 0
      for index in open {
        let rest = min(count * call.count - sent[index], bytes.count)
        let start = sent[index] % call.count
        guard rest > 0 else {
          // All are sent: is it closed?
          if clients[index].isHungUp { close(index) }
          continue
        }
        guard let count = clients[index].sendAtOnce(bytes[start..<max(start, rest)]) else {
          close(index)
          continue
        }
        sent[index] += count
        moved += count
      }
      if moved == 0 { usleep(10_000) }
    }
    #expect(open.isEmpty)
    return (first ?? 0, elapsed())
  }

  /// - Returns: after how many milliseconds the first was closed.
  private func expectBounds(_ what: String, _ call: [UInt8]) throws -> Int64 {
    let clients = try (0..<256).map { _ in try RawClient(daemon.socket) }
    let quiet = try other.p99(key)
    let flooding = Flooding()
    var time = 0
    let growth = try daemon.growth {
      let thread = try Thread("flooding") { [self] in
        let outcome = Result {
          try flood(clients, call, count: Campaign.count(10_000, long: 100_000))
        }
        flooding.outcome.withLock { $0 = outcome }
      }
      time = try other.p99(key) { flooding.outcome.withLock { $0 == nil } }
      thread.join()
    }
    let (first, last) = try #require(flooding.outcome.withLock { $0 }).get()
    print(
      "256 that never read \(what): \(growth >> 20) MiB more, closed after \(first) to \(last) ms")
    expectCalm(time, quiet: quiet, what)
    // What one user may have of the memory for buffers, the buffers' first size, and some room.
    #expect(growth < 40 << 20)
    #expect(last < Campaign.count(60_000, long: 15_000))
    #expect(try other.authorize(key).decision == .allowed)
    return first
  }

  private typealias Closing = (first: Int64, last: Int64)

  /// How it went, once it has ended.
  private final class Flooding: Sendable { let outcome = Mutex<Result<Closing, any Error>?>(nil) }

  @Test func answersThatNobodyReadsTakeNoMoreThanTheyMay() throws {
    let authorize = Request(
      callID: 9,
      method: .authorize(.init(apiKey: key, organizationID: "acme", permission: "a:b")))
    #expect(try expectBounds("answers to Authorize", other.frame(authorize)) >= 4_900)
  }

  @Test func pagesThatNobodyReadsTakeNoMoreThanTheyMay() throws {
    for id in 1...2_000 {
      _ = try other.result(
        .putOrganization(
          .init(
            organizationID: "org\(id)", parentID: "acme",
            name: String(repeating: "x", count: 100))))
    }
    let list = Request(
      callID: 9,
      method: .listOrganizations(.init(includeDescendants: true, pageSize: 1_000)))
    // When the memory is taken, sooner than for being late.
    _ = try expectBounds("pages", other.frame(list))
  }
}

extension RawClient {
  /// Whether the daemon has closed it.
  var isHungUp: Bool {
    var watched = pollfd(fd: socket, events: 0, revents: 0)
    return poll(&watched, 1, 0) == 1
  }
}
