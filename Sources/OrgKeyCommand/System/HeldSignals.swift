internal import Glibc

/// Holds back what asks this program to end, as long as it would leave something half done. When it
/// is over, what came meanwhile takes effect.
struct HeldSignals: ~Copyable {
  private static let held = [SIGINT, SIGTERM, SIGHUP]

  private var before = sigset_t()

  init() {
    var signals = sigset_t()
    // These fill the sets that they are lent; so below.
    unsafe sigemptyset(&signals)
    for signal in Self.held { unsafe sigaddset(&signals, signal) }
    unsafe pthread_sigmask(SIG_BLOCK, &signals, &before)
  }

  deinit {
    var before = before
    unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
  }

  /// From now on SIGINT and SIGTERM are the ordinary end of this process, with exit status 0, also
  /// where whoever started it held them back.
  static func endOrdinarily() {
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in _exit(0) }
      unsafe sigaddset(&signals, number)
    }
    unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Whether one has come.
  var isOneThere: Bool {
    var waiting = sigset_t()
    unsafe sigpending(&waiting)
    return Self.held.contains { unsafe sigismember(&waiting, $0) == 1 }
  }
}
