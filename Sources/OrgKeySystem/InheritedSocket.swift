import CLinux
import Glibc

/// A socket on which somebody else has listened for this process: sd_listen_fds(3).
package struct InheritedSocket: Sendable {
  /// Why it is of no use.
  package struct Unfit: Error, Sendable, CustomStringConvertible {
    package let description: String
  }

  private static let firstNumber: Int32 = 3

  /// What whoever handed it over calls it; empty: nothing.
  package let name: String
  package let path: String
  /// Its descriptor, which belongs to whoever takes it from here.
  package let number: Int32

  /// What LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES tell of. To be asked once.
  package static func all() throws(Unfit) -> [InheritedSocket] {
    guard ThisProcess.variable("LISTEN_PID") == "\(getpid())",
      let count = ThisProcess.variable("LISTEN_FDS").flatMap({ Int32($0) }), count > 0
    else { return [] }
    let names = ThisProcess.variable("LISTEN_FDNAMES").map {
      $0.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    }
    var sockets: [InheritedSocket] = []
    for index in 0..<count {
      let name = names.flatMap { Int(index) < $0.count ? $0[Int(index)] : nil } ?? ""
      sockets.append(try InheritedSocket(firstNumber + index, name))
    }
    return sockets
  }

  private init(_ number: Int32, _ name: String) throws(Unfit) {
    do throws(SystemError) {
      guard let path = try UnixSocket.listeningPath(of: number) else {
        throw SystemError("listen", code: EINVAL)
      }
      try UnixSocket.makeNonblocking(number)
      self.path = path
    } catch {
      throw Unfit(
        description: "descriptor \(number), handed over in LISTEN_FDS"
          + (name.isEmpty ? "" : " as \"\(name)\"")
          + ", is no Unix stream socket that listens at a path")
    }
    self.number = number
    self.name = name
  }
}
