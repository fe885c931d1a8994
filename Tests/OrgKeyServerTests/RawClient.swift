import Glibc
import OrgKeyModel
import OrgKeySystem
import Testing

@testable import OrgKeyWire

/// A client that sends what a test wants sent: frames, halves of frames, rubbish. For one thread
/// at a time.
final class RawClient: @unchecked Sendable {
  struct Closed: Error {}

  let socket: Int32
  private var received = ByteBuffer()
  private let arena = Arena()
  private let decoder = ResponseDecoder()
  private var lastCallID: UInt64 = 0

  init(_ path: String) throws {
    socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    // A test that waits in vain fails instead of hanging.
    setTimeout(SO_SNDTIMEO, milliseconds: 30_000)
    setTimeout(SO_RCVTIMEO, milliseconds: 30_000)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else { throw SystemError("connect", on: path) }
  }

  /// - Parameter option: SO_RCVTIMEO, or SO_SNDTIMEO, which holds for connecting as well.
  func setTimeout(_ option: Int32, milliseconds: Int) {
    var limit = timeval(tv_sec: milliseconds / 1_000, tv_usec: milliseconds % 1_000 * 1_000)
    setsockopt(socket, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(socket) }

  /// Makes one call and waits for its answer.
  func call(_ method: Request.Method, caller: Caller? = nil, timeout: UInt32 = 0) throws -> Response
  {
    lastCallID += 1
    try send(Request(callID: lastCallID, timeoutMs: timeout, caller: caller, method: method))
    let response = try receive()
    #expect(response.callID == lastCallID)
    return response
  }

  func send(_ request: Request) throws { try send(frame(request)) }

  func frame(_ request: Request) -> [UInt8] {
    var buffer = ByteBuffer()
    let fits = buffer.append(request, by: arena)
    #expect(fits)
    return Array(buffer.bytes)
  }

  func send(_ bytes: some Collection<UInt8>) throws {
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Closed() }
      rest = rest.dropFirst(count)
    }
  }

  /// The next response.
  func receive() throws -> Response {
    while true {
      if case .body(let length) = Frame.front(of: received.bytes) {
        let whole = Frame.headerLength + length
        defer { received.consume(whole) }
        let body = UnsafeRawBufferPointer(rebasing: received.bytes[Frame.headerLength..<whole])
        return try decoder.decode(body)
      }
      guard try receiveBytes() > 0 else { throw Closed() }
    }
  }

  /// All that comes until the daemon closes.
  func receiveAll() throws -> [UInt8] {
    while try receiveBytes() > 0 {}
    return Array(received.bytes)
  }

  func endSending() { shutdown(socket, Int32(SHUT_WR)) }

  private func receiveBytes() throws -> Int {
    let space = received.space(atLeast: 64 << 10)
    let count = recv(socket, space.baseAddress, space.count, 0)
    if count < 0 && errno != ECONNRESET { throw SystemError("recv") }
    received.commit(max(0, count))
    return max(0, count)
  }
}
