import Glibc

/// The clocks of the system.
package enum Clock {
  /// Since 1970, UTC: what is written down. May be set back or forth.
  package static func wallMilliseconds() -> Int64 { wall().milliseconds }

  /// As above, and how many nanoseconds have passed of the millisecond, below a million.
  package static func wall() -> (milliseconds: Int64, nanoseconds: Int) {
    let time = read(CLOCK_REALTIME)
    return (milliseconds(time), time.tv_nsec % 1_000_000)
  }

  /// Since some moment before the start: what waits and windows are measured with.
  package static func monotonicMilliseconds() -> Int64 { milliseconds(read(CLOCK_MONOTONIC)) }

  /// The same, finer.
  package static func monotonicNanoseconds() -> Int64 { nanoseconds(read(CLOCK_MONOTONIC)) }

  /// What this process has had of all processors.
  static func processNanoseconds() -> Int64 { nanoseconds(read(CLOCK_PROCESS_CPUTIME_ID)) }

  /// Since the machine was started, in which it may have slept.
  static func bootMilliseconds() -> Int64 { milliseconds(read(CLOCK_BOOTTIME)) }

  private static func milliseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  private static func read(_ clock: clockid_t) -> timespec {
    var time = timespec()
    // Fails only for a clock the kernel doesn't have; it has had these since 2.6.39.
    _ = unsafe clock_gettime(clock, &time)
    return time
  }

  /// As RFC 3339 writes a time, in UTC: "2026-11-23T10:00:00.250Z".
  package static func rfc3339(_ milliseconds: Int64) -> String {
    var seconds = time_t(milliseconds / 1000)
    var parts = unsafe tm()
    unsafe gmtime_r(&seconds, &parts)
    let date = unsafe [Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday)]
    let time = unsafe [Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec)]
    let padded = { (number: Int, width: Int) in
      String(repeating: "0", count: max(0, width - "\(number)".count)) + "\(number)"
    }
    return date.map { padded($0, 2) }.joined(separator: "-") + "T"
      + time.map { padded($0, 2) }.joined(separator: ":")
      + ".\(padded(Int(milliseconds % 1000), 3))Z"
  }
}
