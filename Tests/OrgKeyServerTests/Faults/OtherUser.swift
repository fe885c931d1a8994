import Foundation
import OrgKeySystem
import Testing

@testable import OrgKeyWire

/// A process of another user that speaks to a daemon.
final class OtherUser {
  /// When it becomes the other user.
  enum Turn: String {
    case beforeConnecting
    /// Connected as root.
    case afterConnecting
    /// A child of it is that user, connects and passes the socket on; it speaks as root.
    case inAChildThatPassesOn
    /// Before connecting; with each call it passes on a descriptor that nobody asked for.
    case beforePassingUnasked
  }

  private static let program = """
    import os, socket, struct, sys
    turn, uid, gid, groups, path, count = sys.argv[1:7]
    def become():
      os.setgroups([int(group) for group in groups.split(",") if group])
      os.setgid(int(gid))
      os.setuid(int(uid))
    def connect():
      made = socket.socket(socket.AF_UNIX)
      made.settimeout(30)
      made.connect(path)
      return made
    def through_child():
      ours, its = socket.socketpair()
      if os.fork() == 0:
        become()
        made = connect()
        socket.send_fds(its, [b"x"], [made.fileno()])
        os._exit(0)
      its.close()
      made = socket.socket(fileno=socket.recv_fds(ours, 1, 1)[1][0])
      made.settimeout(30)
      return made
    def take(made, length):
      got = b""
      while len(got) < length:
        part = made.recv(length - len(got))
        if not part: sys.exit("closed")
        got += part
      return got
    def send(made, frame):
      try:
        if turn == "beforePassingUnasked":
          socket.send_fds(made, [frame], [os.open("/dev/null", os.O_RDONLY) for _ in range(50)])
        else:
          made.sendall(frame)
      except OSError:
        pass
    if turn.startswith("before"): become()
    open_ones = []
    for _ in range(int(count)):
      made = through_child() if turn == "inAChildThatPassesOn" else connect()
      if turn == "afterConnecting": become()
      open_ones.append(made)
      for frame in sys.argv[7:]:
        send(made, bytes.fromhex(frame))
        print(take(made, struct.unpack(">I", take(made, 5)[1:])[0]).hex(), flush=True)
    print("done", flush=True)
    sys.stdin.read()
    """

  private let socket: String
  private let uid: UInt32
  private let gid: UInt32
  private let groups: [UInt32]
  private let turn: Turn
  private var process: Process?
  private var input = Pipe()

  init(
    of daemon: DaemonProcess, at name: String = "orgkey.sock", uid: UInt32, gid: UInt32? = nil,
    groups: [UInt32] = [],
    _ turn: Turn = .beforeConnecting
  ) throws {
    socket = daemon.directory + "/" + name
    self.uid = uid
    self.gid = gid ?? uid
    self.groups = groups
    self.turn = turn
    // So far it is its maker's alone.
    try Files.setMode(0o711, of: daemon.directory)
  }

  deinit { end() }

  /// Makes these calls on each of `connections` connections, which stay open until `end`.
  func answers(to frames: [[UInt8]], connections: Int = 1) throws -> [Response] {
    end()
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/python3")
    process.arguments =
      [
        "-c", OtherUser.program, turn.rawValue, "\(uid)", "\(gid)",
        groups.map(String.init).joined(separator: ","), socket, "\(connections)",
      ] + frames.map { $0.map { String(format: "%02x", $0) }.joined() }
    input = Pipe()
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    self.process = process
    var text = ""
    while !text.hasSuffix("done\n") {
      let part = output.fileHandleForReading.availableData
      if part.isEmpty { break }
      text += String(decoding: part, as: UTF8.self)
    }
    #expect(text.hasSuffix("done\n"))
    let decoder = ResponseDecoder()
    return try text.split(separator: "\n").dropLast().map { line in
      let digits = Array(line)
      let body = stride(from: 0, to: digits.count, by: 2).map {
        UInt8(String(digits[$0...$0 + 1]), radix: 16) ?? 0
      }
      return try body.withUnsafeBytes { try decoder.decode($0) }
    }
  }

  /// Ends it, and with it its connections.
  func end() {
    try? input.fileHandleForWriting.close()
    process?.waitUntilExit()
    process = nil
  }
}
