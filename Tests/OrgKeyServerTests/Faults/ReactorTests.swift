import Foundation
import Glibc
import OrgKeySystem
import Testing

@Suite(.enabled(if: Tracer.isPossible)) struct ReactorTests {
  @Test func daemonWhenAReactorCanNotWaitEndsWithAWord() throws {
    let daemon = try DaemonProcess(["--threads", "1"])
    let strace = Process()
    strace.executableURL = URL(filePath: "/usr/bin/strace")
    strace.arguments = [
      "-f", "-qq", "-o", "/dev/null", "-e", "trace=?epoll_wait,?epoll_pwait",
      "-e", "inject=?epoll_wait,?epoll_pwait:error=EBADF", "-p", "\(daemon.pid)",
    ]
    try strace.run()
    defer {
      strace.terminate()
      strace.waitUntilExit()
    }
    #expect(daemon.ended(within: 30_000) == 70)
    #expect(daemon.lines(with: "critical").count == 1)
    #expect(daemon.lines(with: "cannot wait for events").count == 1)
  }
}

extension DaemonProcess {
  /// The exit status with which it ends by itself; nil: it has not, in so many milliseconds.
  func ended(within patience: Int64) -> Int32? {
    let deadline = Clock.monotonicMilliseconds() + patience
    var status = siginfo_t()
    while Clock.monotonicMilliseconds() < deadline {
      // Something to wake up for, for each of its threads.
      for _ in 0..<4 { _ = try? RawClient(socket) }
      waitid(P_PID, id_t(pid), &status, WEXITED | WNOHANG | WNOWAIT)
      if status.si_signo == SIGCHLD { return end(0) }
      usleep(10_000)
    }
    return nil
  }
}
