import CLinux
import Glibc

/// What this process does to itself.
package enum ThisProcess {
  /// Keeps its memory out of core files, out of what is printed of a crash, and away from other
  /// processes of the same user.
  package static func hideMemory() throws(SystemError) {
    // Swift's runtime prints registers and the memory that they point to.
    for number in [SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGBUS, SIGSEGV, SIGQUIT] {
      _ = signal(number, SIG_DFL)
    }
    guard clinux_hide_memory() == 0 else { throw SystemError("prctl", on: "PR_SET_DUMPABLE") }
  }

  /// A variable of its environment, which nothing in it changes; nil: it is not set, or empty.
  package static func variable(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// All of its environment, as `NAME=value`.
  package static var environment: [String] {
    var entries: [String] = []
    var next = unsafe clinux_environment()
    while let place = unsafe next, let entry = unsafe place.pointee {
      entries.append(unsafe String(cString: entry))
      unsafe next = place + 1
    }
    return entries
  }

  /// Opens /dev/null in the place of standard descriptors that are closed: a file or socket of ours
  /// that got such a number would be written to as if it were standard error.
  package static func fillStandardDescriptors() {
    for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 {
      _ = unsafe open("/dev/null", O_RDWR)
    }
  }

  /// Descriptors have lesser numbers than this: the soft RLIMIT_NOFILE.
  package static var descriptorLimit: Int {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      return 1_024
    }
    return Int(clamping: limit.rlim_cur)
  }

  /// Raises the soft RLIMIT_NOFILE to `count`, or as far as it may go.
  ///
  /// - Returns: the limit as it then is.
  package static func allowDescriptors(_ count: Int) -> Int {
    var limit = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    if unsafe getrlimit(resource, &limit) == 0, limit.rlim_cur < UInt(count) {
      limit.rlim_cur = min(UInt(count), limit.rlim_max)
      _ = unsafe setrlimit(resource, &limit)
    }
    return descriptorLimit
  }

  /// Ends it at once, without running anything that was left to run at exit.
  package static func end(_ status: Int32) -> Never { _exit(status) }
}
