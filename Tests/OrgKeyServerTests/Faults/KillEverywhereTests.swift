import Glibc
import TestSupport
import Testing

/// The daemon killed at the first, second … call by which a change gets to the disk or its answer
/// to the client, until it comes through.
@Suite(.enabled(if: Tracer.isPossible)) struct KillEverywhereTests {
  @Test(arguments: [
    ("pwrite64", Campaign.count(9, long: 1)), ("fdatasync", 1), ("sendto", 1),
  ])
  func killedAtAnyCallOfAChangeLosesNoAnsweredOne(_ calls: String, stride: Int) throws {
    let daemon = try DaemonProcess(["--threads", "1"])
    try RawClient(daemon.socket).put("acme")
    var answered = AnsweredKeys()
    var (nth, kills) = (1, 0)
    while true {
      let client = try RawClient(daemon.socket)
      let tracer = try Tracer(daemon, calls, fault: "signal=SIGKILL:when=\(nth)")
      let isThrough = answered.issueAndRevoke(client)
      // The calls that come with ending are killed as well.
      let status = daemon.end(SIGTERM)
      _ = try tracer.lines()
      try daemon.start()
      try answered.check(RawClient(daemon.socket), last: 1)
      if status == 0 && isThrough { break }
      #expect(status == 128 + SIGKILL)
      kills += 1
      nth += stride
    }
    print("killed at \(kills) calls of \(calls)")
    #expect(kills >= 2)
    try answered.check(RawClient(daemon.socket))
    #expect(daemon.end(SIGTERM) == 0)
  }
}
