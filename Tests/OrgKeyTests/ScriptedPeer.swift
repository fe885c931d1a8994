import Foundation
import Glibc
import OrgKeyWire
import Synchronization

@testable import OrgKey

/// A daemon's place taken by a script: listens on a real socket and runs the script for each
/// connection on a thread of its own.
final class ScriptedPeer: Sendable {
  typealias Script = @Sendable (PeerConnection) -> Void

  let path: String
  private let listener: Descriptor
  private let counts = Mutex((accepted: 0, ended: 0))

  /// - Parameter path: nil chooses one that is free.
  init(at path: String? = nil, backlog: Int32 = 64, _ script: @escaping Script) throws {
    let path = path ?? ScriptedPeer.freePath()
    self.path = path
    unsafe unlink(path)
    listener = Descriptor(socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0))
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    let bound = unsafe withUnsafePointer(to: &address) { pointer in
      let pointer = unsafe UnsafeRawPointer(pointer).assumingMemoryBound(to: sockaddr.self)
      return unsafe bind(listener.number, pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
    }
    guard bound == 0, listen(listener.number, backlog) == 0 else {
      throw Unavailable(.system(call: "bind", errno: errno))
    }
    try Platform.startThread { [self] in accept(script) }
  }

  deinit { unsafe unlink(path) }

  static func freePath() -> String { "\(directory)/\(UInt64.random(in: .min ... .max)).sock" }

  /// Goes with the process: a peer may still listen when its test is over.
  private static let directory: String = {
    var template = Array("/tmp/orgkey-test-XXXXXX".utf8CString)
    let path = unsafe String(cString: mkdtemp(&template))
    // Tests come to its sockets as another user, too.
    unsafe chmod(path, 0o755)
    atexit { try? FileManager.default.removeItem(atPath: ScriptedPeer.directory) }
    return path
  }()

  var acceptedCount: Int { counts.withLock { $0.accepted } }

  /// Stops listening; the path stays, with nobody behind it.
  func stop() { _ = shutdown(listener.number, Int32(SHUT_RDWR)) }

  /// Whether every connection that was accepted has ended.
  var hasEnded: Bool { counts.withLock { $0.accepted == $0.ended } }

  /// Waits until every connection that was accepted has ended.
  func allEnded() async throws {
    while !hasEnded {
      try Task.checkCancellation()
      await Task.yield()
    }
  }

  private func accept(_ script: @escaping Script) {
    while true {
      let number = Glibc.accept(listener.number, nil, nil)
      if number < 0 { return }
      let index = counts.withLock { counts in
        counts.accepted += 1
        return counts.accepted - 1
      }
      _ = fcntl(number, F_SETFD, FD_CLOEXEC)
      let socket = Descriptor(number)
      let started: Void? = try? Platform.startThread { [self] in
        script(PeerConnection(socket, index: index))
        // Whoever still holds the descriptor: the client sees the end before it is counted.
        Platform.shutDown(socket)
        counts.withLock { $0.ended += 1 }
      }
      if started == nil { return }
    }
  }
}

/// The peer's end of one connection. It is closed when the script returns.
final class PeerConnection: @unchecked Sendable {
  /// Counts the connections to the peer, from 0.
  let index: Int
  // Used by the script's thread alone.
  private let socket: Descriptor
  private let decoder = RequestDecoder()
  private let arena = Arena()
  private var inbox = ByteBuffer()

  init(_ socket: Descriptor, index: Int) {
    self.socket = socket
    self.index = index
  }

  /// The next request; nil: the client has closed the connection.
  func next() -> PeerRequest? {
    while true {
      if case .body(let length) = unsafe Frame.front(of: inbox.bytes) {
        defer { inbox.consume(Frame.headerLength + length) }
        let frame = unsafe UnsafeRawBufferPointer(
          rebasing: inbox.bytes[Frame.headerLength..<Frame.headerLength + length])
        defer { decoder.reset() }
        guard let incoming = unsafe try? decoder.decode(frame) else { return nil }
        return PeerRequest(incoming)
      }
      let count = unsafe inbox.space(atLeast: 4096).withMemoryRebound(to: UInt8.self) { space in
        unsafe recv(socket.number, space.baseAddress, space.count, 0)
      }
      if count <= 0 { return nil }
      inbox.commit(count)
    }
  }

  /// Whether another whole request has come.
  var hasMore: Bool {
    if case .body = unsafe Frame.front(of: inbox.bytes) { true } else { false }
  }

  func reply(_ callID: UInt64, _ result: Response.Result?, status: Status? = nil) {
    send(frame(callID, result, status: status))
  }

  func frame(_ callID: UInt64, _ result: Response.Result?, status: Status? = nil) -> [UInt8] {
    var bytes = ByteBuffer()
    _ = bytes.append(Response(callID: callID, status: status, result: result), by: arena)
    return unsafe Array(bytes.bytes)
  }

  func send(_ bytes: [UInt8]) {
    _ = unsafe bytes.withUnsafeBytes { bytes in
      unsafe Glibc.send(socket.number, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
    }
  }

  /// Waits for the client to close the connection, reading nothing.
  func hold() {
    var entry = pollfd(fd: socket.number, events: 0, revents: 0)
    _ = unsafe poll(&entry, 1, -1)
  }

  /// Waits for the client to close the connection, answering nothing.
  func drain() { while next() != nil {} }
}

/// A request as the script sees it.
struct PeerRequest: Sendable {
  let callID: UInt64
  /// For Authorize with all its fields, like every other.
  let request: Request

  init(_ incoming: Incoming) {
    switch incoming {
    case .other(let request):
      self.request = request
      callID = request.callID
    case .authorize(let call):
      callID = call.callID
      let fields = unsafe AuthorizeRequest(
        apiKey: KeyText(bytes: call.apiKey.span).secret,
        organizationID: text(call.organizationID), permission: text(call.permission),
        environment: text(call.environment))
      request = Request(callID: call.callID, method: .authorize(fields))
    }
  }
}

private func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
  unsafe String(decoding: bytes, as: UTF8.self)
}
