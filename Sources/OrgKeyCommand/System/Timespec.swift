internal import Glibc

extension timespec {
  /// As system calls are told how long to wait; not at all, where the time is over.
  init(_ duration: Duration) {
    let (seconds, attoseconds) = max(.zero, duration).components
    self.init(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
  }
}
