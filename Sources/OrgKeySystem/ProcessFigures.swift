import Glibc

/// What the kernel tells of this process. nil: /proc can't be read.
package enum ProcessFigures {
  /// Time that it has had of all processors.
  package static var processorNanoseconds: Int64 { Clock.processNanoseconds() }

  /// Descriptors that are open.
  package static var openDescriptors: Int? {
    guard let directory = unsafe opendir("/proc/self/fd") else { return nil }
    defer { unsafe closedir(directory) }
    var entries = 0
    while unsafe readdir(directory) != nil { entries += 1 }
    // Two are the directory itself and its parent, and one it is read by.
    return max(0, entries - 3)
  }

  /// When it was started, in Unix milliseconds.
  package static var startedAt: Int64? {
    guard let text = try? Files.prefix(1_024, of: "/proc/self/stat"),
      // Its name, which may hold anything, ends with the last parenthesis: proc(5).
      let fields = String(decoding: text, as: UTF8.self).split(separator: ")").last?
        .split(separator: " "),
      fields.count > 19, let ticks = Int64(fields[19])
    else { return nil }
    let startedAfter = ticks * 1_000 / Int64(sysconf(Int32(_SC_CLK_TCK)))
    return Clock.wallMilliseconds() - Clock.bootMilliseconds() + startedAfter
  }
}
