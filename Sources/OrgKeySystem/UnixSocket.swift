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

  private static func make() throws(SystemError) -> Descriptor {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let number = socket(AF_UNIX, type, 0)
    guard number >= 0 else { throw SystemError("socket") }
    return Descriptor(number)
  }

  private static func withAddress(
    of path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws(SystemError) -> Int32 {
    let bytes = Array(path.utf8)
    guard bytes.count <= longestPath else {
      throw SystemError("bind", on: path, code: ENAMETOOLONG)
    }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    return unsafe withUnsafePointer(to: &address) { address in
      let generic = unsafe UnsafeRawPointer(address).assumingMemoryBound(to: sockaddr.self)
      return unsafe body(generic, socklen_t(MemoryLayout<sockaddr_un>.size))
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
