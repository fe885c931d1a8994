internal import Glibc

/// Holds back what asks this program to end, as long as it would leave something half done. When it
/// is over, what came meanwhile takes effect.
struct HeldSignals: ~Copyable {
  static let ending = [SIGINT, SIGTERM, SIGHUP]

  private let held: [Int32]
  private var set = sigset_t()
  private var before = sigset_t()

  /// In this thread and those it starts.
  init(_ signals: [Int32] = ending) {
    held = signals
    // These fill the sets that they are lent; so below.
    unsafe sigemptyset(&set)
    for signal in signals { unsafe sigaddset(&set, signal) }
    unsafe pthread_sigmask(SIG_BLOCK, &set, &before)
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

  /// Waits until one comes, which then has no other effect, or the time is over.
  ///
  /// - Parameter time: nil: as long as it takes.
  /// - Returns: which one has come.
  func wait(for time: Duration? = nil) -> Int32? {
    var set = set
    let deadline = time.map { ContinuousClock.now + $0 }
    while true {
      let signal: Int32
      if let deadline {
        var time = timespec(deadline - .now)
        signal = unsafe sigtimedwait(&set, nil, &time)
      } else {
        signal = unsafe sigwaitinfo(&set, nil)
      }
      if signal > 0 { return signal }
      // Another one was handled meanwhile.
      guard errno == EINTR else { return nil }
    }
  }

  /// Whether one has come.
  var isOneThere: Bool {
    var waiting = sigset_t()
    unsafe sigpending(&waiting)
    return held.contains { unsafe sigismember(&waiting, $0) == 1 }
  }
}
