import CLinux
import Glibc

/// What this process does to itself.
package enum ThisProcess {
  /// Keeps its memory out of core files and away from other processes of the same user.
  package static func hideMemory() throws(SystemError) {
    guard clinux_hide_memory() == 0 else { throw SystemError("prctl", on: "PR_SET_DUMPABLE") }
  }

  /// Descriptors have lesser numbers than this: the soft RLIMIT_NOFILE.
  package static var descriptorLimit: Int {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      return 1_024
    }
    return Int(clamping: limit.rlim_cur)
  }

  /// Ends it at once, without running anything that was left to run at exit.
  package static func end(_ status: Int32) -> Never { _exit(status) }
}
