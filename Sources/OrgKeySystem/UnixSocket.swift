import CLinux
import Glibc

/// Calls on Unix stream sockets, non-blocking and close-on-exec throughout.
package enum UnixSocket {
  /// Bytes of a path in `sockaddr_un`, less the terminating NUL.
  package static let longestPath = 107

  /// Binds and listens. The file gets mode 0600; widening it is the caller's business.
  package static func listen(at path: String) throws(SystemError) -> Descriptor {
    let socket = try make()
    let previous = umask(0o177)
    let bound = unsafe try withAddress(of: path) { unsafe bind(socket.number, $0, $1) }
    let code = errno
    umask(previous)
    guard bound == 0 else { throw SystemError("bind", on: path, code: code) }
    guard Glibc.listen(socket.number, 4096) == 0 else { throw SystemError("listen", on: path) }
    return socket
  }

  /// Whether somebody listens at `path`, where there is a socket's file: also one whose queue is
  /// full.
  ///
  /// - Throws: its permissions don't let us find out.
  package static func hasListener(at path: String) throws(SystemError) -> Bool {
    let socket = try make()
    let result = unsafe try withAddress(of: path) { unsafe connect(socket.number, $0, $1) }
    if result != 0 && errno == EACCES { throw SystemError("connect", on: path) }
    return result == 0 || errno != ECONNREFUSED
  }

  /// Where a socket that was inherited listens; nil: it is no Unix stream socket that listens, or
  /// has no path.
  static func listeningPath(of number: Int32) throws(SystemError) -> String? {
    guard try option(SO_DOMAIN, of: number) == AF_UNIX,
      try option(SO_TYPE, of: number) == Int32(SOCK_STREAM.rawValue),
      try option(SO_ACCEPTCONN, of: number) == 1
    else { return nil }
    var address = sockaddr_un()
    var length = socklen_t(MemoryLayout<sockaddr_un>.size)
    let result = unsafe withUnsafeMutablePointer(to: &address) { address in
      let generic = unsafe UnsafeMutableRawPointer(address).assumingMemoryBound(to: sockaddr.self)
      return unsafe getsockname(number, generic, &length)
    }
    guard result == 0 else { throw SystemError("getsockname") }
    let path = unsafe withUnsafeBytes(of: address.sun_path) { unsafe Array($0.prefix { $0 != 0 }) }
    return path.isEmpty ? nil : String(validating: path, as: UTF8.self)
  }

  private static func option(_ name: Int32, of number: Int32) throws(SystemError) -> Int32 {
    var value: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    guard unsafe getsockopt(number, SOL_SOCKET, name, &value, &length) == 0 else {
      throw SystemError("getsockopt")
    }
    return value
  }

  /// As sockets that this process makes are.
  static func makeNonblocking(_ number: Int32) throws(SystemError) {
    guard fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK) == 0,
      fcntl(number, F_SETFD, FD_CLOEXEC) == 0
    else { throw SystemError("fcntl") }
  }

  /// Sends one datagram and waits for nothing.
  ///
  /// - Parameter address: a path, or an abstract name that begins with `@`.
  static func sendDatagram(_ bytes: [UInt8], to address: String) throws(SystemError) {
    let socket = try make(SOCK_DGRAM)
    let sent = try unsafe withAddress(of: address, mayBeAbstract: true) {
      unsafe sendto(socket.number, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, $1)
    }
    if sent < 0 { throw SystemError("sendto", on: address) }
  }

  private static func make(
    _ kind: __socket_type = SOCK_STREAM
  ) throws(SystemError) -> Descriptor {
    let type = Int32(kind.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let number = socket(AF_UNIX, type, 0)
    guard number >= 0 else { throw SystemError("socket") }
    return Descriptor(number)
  }

  /// - Parameter mayBeAbstract: a path that begins with `@` is an abstract name.
  private static func withAddress<R>(
    of path: String, mayBeAbstract: Bool = false,
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> R
  ) throws(SystemError) -> R {
    var bytes = Array(path.utf8)
    var length = MemoryLayout<sockaddr_un>.size
    guard bytes.count <= longestPath else {
      throw SystemError("bind", on: path, code: ENAMETOOLONG)
    }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    if mayBeAbstract, bytes.first == UInt8(ascii: "@") {
      // Every byte of it counts, those after it too.
      bytes[0] = 0
      length = MemoryLayout<sa_family_t>.size + bytes.count
    }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    return unsafe withUnsafePointer(to: &address) { address in
      let generic = unsafe UnsafeRawPointer(address).assumingMemoryBound(to: sockaddr.self)
      return unsafe body(generic, socklen_t(length))
    }
  }

  /// What accept4(2) came to.
  package enum Accepted: ~Copyable {
    case connection(Descriptor)
    /// Nobody is waiting, or somebody was and has gone.
    case nobody
    /// The process or the system has no descriptor left.
    case noDescriptor
  }

  package static func accept(on listener: borrowing Descriptor) throws(SystemError) -> Accepted {
    let number = clinux_accept(listener.number)
    if number >= 0 { return .connection(Descriptor(number)) }
    switch errno {
    case EAGAIN, ECONNABORTED, EINTR: return .nobody
    case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .noDescriptor
    default: throw SystemError("accept4")
    }
  }

  /// What one transfer came to.
  package enum Transfer: Equatable, Sendable {
    case bytes(Int)
    /// Nothing can be moved now.
    case blocked
    /// The peer has ended its direction, or the connection is broken.
    case ended
  }

  package static func receive(
    _ socket: borrowing Descriptor, into memory: UnsafeMutableRawBufferPointer
  ) -> Transfer {
    transfer(unsafe recv(socket.number, memory.baseAddress, memory.count, 0))
  }

  package static func send(
    _ socket: borrowing Descriptor, _ bytes: UnsafeRawBufferPointer
  ) -> Transfer {
    transfer(
      unsafe Glibc.send(socket.number, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL)))
  }

  private static func transfer(_ result: Int) -> Transfer {
    if result > 0 { return .bytes(result) }
    if result < 0 && (errno == EAGAIN || errno == EINTR) { return .blocked }
    return .ended
  }
}
