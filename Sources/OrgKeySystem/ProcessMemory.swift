import CLinux
import Glibc

/// What this process takes of the machine.
package enum ProcessMemory {
  /// Bytes of memory in use now, from /proc/self/statm; 0 if that can't be read.
  package static var residentBytes: Int64 {
    guard let text = try? Files.prefix(128, of: "/proc/self/statm") else { return 0 }
    let fields = String(decoding: text, as: UTF8.self).split(separator: " ")
    guard fields.count > 1, let pages = Int64(fields[1]) else { return 0 }
    return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
  }

  /// Makes the allocator give large pieces back as soon as they are freed; left to itself, it
  /// keeps the more the larger they were.
  package static func keepLittle() {
    mallopt(M_MMAP_THRESHOLD, 1 << 20)
    mallopt(M_TRIM_THRESHOLD, 1 << 20)
  }

  /// Gives back the gaps that what was freed has left.
  package static func giveBack() { malloc_trim(0) }
}
