import Foundation
import Glibc
import TestSupport
import Testing

@testable import OrgKeyCommand

@Suite struct MetricsTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private var path: String { fixture.daemon.path("orgkey.prom") }

  @Test func printsWhatTheDaemonTells() throws {
    let shown = try fixture.orgkey(["metrics"])
    #expect(shown.status == 0, "\(shown.errors)")
    #expect(shown.output.hasPrefix("# HELP orgkey_authorize_total "))
    #expect(shown.output.contains("\norgkey_organizations 2\n") && shown.output.hasSuffix("\n"))
    #expect(try Command.run(["metrics"], socket: "/nowhere").status == 69)
  }

  @Test(arguments: ["127.0.0.1:0", "[::1]:0"])
  func servesOverHTTP(_ address: String) throws {
    let serving = try Serving(fixture, address)
    let got = try serving.ask("GET /metrics?x=1 HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(got.hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(got.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"))
    #expect(got.contains("\norgkey_organizations 2\n"))
    let head = try serving.ask("HEAD /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n") && head.hasSuffix("\r\n\r\n"))
    let index = try serving.ask("GET / HTTP/1.0\r\n\r\n")
    #expect(index.contains(" 200 OK\r\n") && index.contains("/metrics"))
    #expect(try serving.ask("GET /other HTTP/1.1\r\nHost: a\r\n\r\n").contains(" 404 "))
    let posted = try serving.ask("POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
    #expect(posted.contains(" 405 ") && posted.contains("Allow: GET, HEAD\r\n"))
    #expect(serving.end(by: SIGTERM) == 0)
  }

  @Test func refusesWhatIsNoRequestAndGoesOn() throws {
    let serving = try Serving(fixture, "127.0.0.1:0")
    let long = String(repeating: "x", count: 9 << 10)
    let many = (0..<65).map { "X-\($0): y\r\n" }.joined()
    for request in [
      "\u{1}\u{2}\r\n\r\n", "GET /\(long) HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nX: \(long)\r\n\r\n", "GET / HTTP/1.1\r\n\(many)\r\n",
    ] {
      let answer = try serving.ask(request)
      #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(request.prefix(40))")
    }
    // Only the first request of a connection is answered.
    let two = "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /other HTTP/1.1\r\nHost: a\r\n\r\n"
    #expect(try !serving.ask(two).contains(" 404 "))
    #expect(try serving.ask("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n").contains(" 200 OK\r\n"))
    #expect(serving.end(by: SIGINT) == 0)
  }

  @Test func keepsNoMoreConnectionsThanItMay() throws {
    let serving = try Serving(fixture, "127.0.0.1:0")
    let idle = try (0..<32).map { _ in try serving.connect() }
    // One too many is closed without an answer, and has a place when another goes.
    #expect(try serving.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").isEmpty)
    close(idle[0])
    #expect(
      try eventually { try serving.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").contains(" 200 ") })
    for socket in idle.dropFirst() { close(socket) }
  }

  @Test func saysWhyTheDaemonCannotBeAskedAndGoesOnWhenItCan() throws {
    let (never, once) = (
      try Serving(fixture, "127.0.0.1:0"), try Serving(fixture, "127.0.0.1:0", ["--timeout", "1s"])
    )
    let request = "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"
    #expect(try once.ask(request).hasPrefix("HTTP/1.1 200 "))
    try fixture.daemon.restart {
      for serving in [never, once] {
        let answer = try serving.ask(request)
        #expect(answer.hasPrefix("HTTP/1.1 503 ") && !answer.hasSuffix("\r\n\r\n"), "\(answer)")
      }
      #expect(try never.ask(request).contains(fixture.daemon.socket))
    }
    for serving in [never, once] {
      #expect(try eventually { try serving.ask(request).hasPrefix("HTTP/1.1 200 ") })
    }
  }

  @Test func saysThatTheAddressIsInUse() throws {
    let serving = try Serving(fixture, "127.0.0.1:0")
    let second = try fixture.orgkey(["metrics", "--serve", "127.0.0.1:\(serving.port)"])
    #expect(second.status == 69)
    #expect(second.errors.contains("127.0.0.1:\(serving.port) is in use"), "\(second.errors)")
    let elsewhere = try fixture.orgkey(["metrics", "--serve", "192.0.2.1:9464"])
    #expect(elsewhere.status == 69)
    #expect(elsewhere.errors.contains("no address 192.0.2.1"))
  }

  @Test func writesAFileForEverybodyWhole() throws {
    #expect(try fixture.orgkey(["metrics", "--metrics-file", path]).status == 0)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.contains("\norgkey_organizations 2\n"))
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o644)
    // The old one stays as it is when there is nothing new, or no room for it.
    let away = try Command.run(["metrics", "--metrics-file", path], socket: "/nowhere")
    #expect(away.status == 69)
    let full = try fixture.orgkey(
      ["metrics", "--metrics-file", path],
      through: ["/bin/sh", "-c", "trap '' XFSZ; exec prlimit --fsize=100 \"$@\"", "sh"])
    #expect(full.status == 70, "\(full.errors)")
    #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    let names = try FileManager.default.contentsOfDirectory(atPath: fixture.daemon.directory.path)
    #expect(!names.contains { $0.contains("partial") })
    #expect(
      try fixture.orgkey(["metrics", "--metrics-file", fixture.daemon.path("no/m.prom")]).status
        == 64)
    #expect(
      try fixture.orgkey(["metrics", "--metrics-file", fixture.daemon.directory.path]).status == 64)
  }

  @Test func fileIsNeverSeenHalfAndIsGoneOnWithAfterARestart() throws {
    let writing = try Running(
      ["metrics", "--metrics-file", path, "--every", "1s", "--socket", fixture.daemon.socket])
    #expect(eventually { FileManager.default.fileExists(atPath: path) })
    func organizations() -> Int? {
      guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
      #expect(text.hasPrefix("# HELP ") && text.contains("process_start_time_seconds 1"))
      return text.split(separator: "\n").first { $0.hasPrefix("orgkey_organizations ") }
        .flatMap { Int($0.dropFirst("orgkey_organizations ".count)) }
    }
    #expect(organizations() == 2)
    try fixture.daemon.restart { writing.waitUntilItSays("waiting for the daemon") }
    #expect(try fixture.orgkey(["org", "put", "third"]).status == 0)
    writing.waitUntilItSays("the daemon answers again")
    #expect(eventually { organizations() == 3 })
    #expect(writing.end(by: SIGTERM) == 0)
  }

  @Test(arguments: [
    ["--serve", "9464"], ["--serve", "localhost:9464"], ["--serve", "127.0.0.1"],
    ["--serve", "127.0.0.1:"], ["--serve", "127.0.0.1:65536"], ["--serve", "127.0.0.1:-1"],
    ["--serve", "::1:9464"], ["--serve", "[127.0.0.1]:9464"], ["--serve", ":9464"],
    ["--serve", "127.0.0.1:94 64"], ["--serve", "[::1]9464"], ["--serve", ""],
  ])
  func refusesAnAddressInClearWords(_ arguments: [String]) throws {
    let refused = try Command.run(["metrics"] + arguments, socket: "/nowhere")
    #expect(refused.status == 64)
    #expect(refused.errors.contains("127.0.0.1:9464 or [::1]:9464: "), "\(refused.errors)")
  }

  @Test func refusesWhatContradictsItself() throws {
    for (arguments, word) in [
      (["--serve", "127.0.0.1:9464", "--metrics-file", "x"], "give one"),
      (["--every", "15s"], "--metrics-file"),
      (["--serve", "127.0.0.1:9464", "--every", "15s"], "--metrics-file"),
      (["--metrics-file", "x", "--every", "999ms"], "at least 1s"),
      (["--metrics-file", "x", "--every", "soon"], "soon"), (["--output", "json"], "--output"),
    ] {
      let refused = try Command.run(["metrics"] + arguments, socket: "/nowhere")
      #expect(refused.status == 64, "\(arguments)")
      #expect(refused.errors.contains(word), "\(refused.errors)")
    }
  }
}

/// A built `orgkey` that goes on until it is told to end.
final class Running {
  private let process = Process()
  private let errors = Pipe()
  private var said = ""

  init(_ arguments: [String]) throws {
    process.executableURL = URL(filePath: Command.path)
    process.arguments = arguments
    process.standardError = errors
    try process.run()
  }

  /// On standard error; all that it has said until then.
  @discardableResult
  func waitUntilItSays(_ text: String) -> String {
    while !said.contains(text) {
      let more = errors.fileHandleForReading.availableData
      guard !more.isEmpty else {
        Issue.record("it said: \(said)")
        break
      }
      said += String(decoding: more, as: UTF8.self)
    }
    return said
  }

  func end(by signal: Int32) -> Int32 {
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    return process.terminationReason == .exit ? process.terminationStatus : -1
  }

  deinit { process.terminate() }
}

/// `orgkey metrics --serve`, which serves.
private final class Serving {
  private let running: Running
  private let isIPv6: Bool
  let port: UInt16

  init(_ fixture: Fixture, _ address: String, _ arguments: [String] = []) throws {
    running = try Running(
      ["metrics", "--serve", address, "--socket", fixture.daemon.socket] + arguments)
    isIPv6 = address.hasPrefix("[")
    let said = running.waitUntilItSays("/metrics;")
    port = try #require(
      said.split(separator: "/metrics").first?.split(separator: ":").last.flatMap { UInt16($0) })
  }

  func end(by signal: Int32) -> Int32 { running.end(by: signal) }

  func connect() throws -> Int32 {
    let socket = Glibc.socket(
      isIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    // A test that waits in vain fails instead of hanging.
    var limit = timeval(tv_sec: 30, tv_usec: 0)
    unsafe setsockopt(
      socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var six = sockaddr_in6()
    six.sin6_family = sa_family_t(AF_INET6)
    six.sin6_port = port.bigEndian
    six.sin6_addr = in6addr_loopback
    var four = sockaddr_in()
    four.sin_family = sa_family_t(AF_INET)
    four.sin_port = port.bigEndian
    four.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result =
      isIPv6
      ? unsafe withUnsafeBytes(of: &six) { unsafe Self.connect(socket, $0) }
      : unsafe withUnsafeBytes(of: &four) { unsafe Self.connect(socket, $0) }
    try #require(result == 0)
    return socket
  }

  private static func connect(_ socket: Int32, _ address: UnsafeRawBufferPointer) -> Int32 {
    guard let start = address.baseAddress else { return -1 }
    return unsafe Glibc.connect(
      socket, start.assumingMemoryBound(to: sockaddr.self), socklen_t(address.count))
  }

  /// All that comes until it is closed.
  func ask(_ request: String) throws -> String {
    let socket = try connect()
    defer { close(socket) }
    let bytes = Array(request.utf8)
    _ = unsafe send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    var answer: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe recv(socket, &chunk, chunk.count, 0)
      guard count > 0 else { return String(decoding: answer, as: UTF8.self) }
      answer += chunk.prefix(count)
    }
  }
}
