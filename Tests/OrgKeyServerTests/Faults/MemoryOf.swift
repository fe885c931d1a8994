import Foundation
import Glibc

/// The memory of another process, as root may read it: /proc/PID/mem.
enum MemoryOf {
  /// How often any of some byte sequences is in what the process can write to.
  static func process(_ pid: pid_t, count needles: [[UInt8]]) throws -> Int {
    let memory = open("/proc/\(pid)/mem", O_RDONLY | O_CLOEXEC)
    guard memory >= 0 else { throw CocoaError(.fileReadNoPermission) }
    defer { close(memory) }
    var found = 0
    let longest = needles.map(\.count).max() ?? 1
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    for range in try writableRanges(pid) {
      // Pieces overlap, so that nothing is missed where one ends.
      var at = range.lowerBound
      while at < range.upperBound {
        let length = min(bytes.count, Int(range.upperBound - at))
        let got = pread(memory, &bytes, length, off_t(bitPattern: UInt(at)))
        bytes.withUnsafeBytes { all in
          let read = UnsafeRawBufferPointer(rebasing: all[..<max(0, got)])
          for needle in needles { found += offsets(of: needle, in: read).count }
        }
        guard length == bytes.count else { break }
        at += UInt64(length - longest + 1)
      }
    }
    return found
  }

  private static func writableRanges(_ pid: pid_t) throws -> [Range<UInt64>] {
    try String(contentsOfFile: "/proc/\(pid)/maps", encoding: .utf8).split(separator: "\n")
      .compactMap { line in
        let words = line.split(separator: " ")
        let bounds = words[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
        guard words[1].hasPrefix("rw"), bounds.count == 2 else { return nil }
        return bounds[0]..<bounds[1]
      }
  }

  /// Where a byte sequence is.
  static func offsets(of needle: [UInt8], in bytes: UnsafeRawBufferPointer) -> [Int] {
    guard let start = bytes.baseAddress, bytes.count >= needle.count else { return [] }
    var at = start
    let end = at + (bytes.count - needle.count + 1)
    var offsets: [Int] = []
    while at < end, let found = memchr(at, Int32(needle[0]), end - at) {
      if memcmp(found, needle, needle.count) == 0 {
        offsets.append(UnsafeRawPointer(found) - start)
      }
      at = UnsafeRawPointer(found) + 1
    }
    return offsets
  }
}
