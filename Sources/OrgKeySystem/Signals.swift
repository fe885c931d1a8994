import Glibc

/// Signals as events: blocked in every thread, waited for in one.
package enum Signals {
  /// Blocks SIGTERM and SIGINT, and nothing that was inherited as blocked, in this thread and all it
  /// starts, and ignores SIGPIPE. Call before any thread is started.
  package static func prepare() {
    var set = termination()
    unsafe pthread_sigmask(SIG_SETMASK, &set, nil)
    _ = signal(SIGPIPE, SIG_IGN)
  }

  /// Waits for SIGTERM or SIGINT and returns its number.
  package static func waitForTermination() -> Int32 {
    var set = termination()
    var number: Int32 = 0
    while unsafe sigwait(&set, &number) != 0 {}
    return number
  }

  private static func termination() -> sigset_t {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    unsafe sigaddset(&set, SIGTERM)
    unsafe sigaddset(&set, SIGINT)
    return set
  }
}
