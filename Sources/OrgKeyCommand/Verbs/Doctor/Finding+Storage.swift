internal import OrgKey

// What is on disk.

extension Finding {
  /// The daemon folds its log in at 8 MiB; somebody who reads for long can keep it from doing so.
  private static let longWAL: UInt64 = 256 << 20
  /// Below this the next change may be the last.
  private static let noSpace: UInt64 = 64 << 20
  private static let littleSpace: UInt64 = 256 << 20

  static func database(_ statistics: Statistics) -> Finding {
    guard statistics.databaseBytes > 0 else {
      return Finding(
        .database, .fault, "its file is gone: the daemon goes on with what it holds open",
        advice: "before stopping it save that with orgkey backup FILE; "
          + "then orgkeyd --restore FILE puts it back")
    }
    return Finding(
      .database, .ok,
      "\(Amount.bytes(statistics.databaseBytes)), "
        + "\(Amount.counted(statistics.organizationCount, "organization")), "
        + Amount.counted(statistics.keyCount, "active key"))
  }

  static func wal(_ statistics: Statistics) -> Finding {
    let found = "\(Amount.bytes(statistics.walBytes)) of write-ahead log"
    guard statistics.walBytes > longWAL else { return Finding(.wal, .ok, found) }
    return Finding(
      .wal, .warning, "\(found) that can't be folded into the database",
      advice: "end the program that reads the database beside the daemon: "
        + "fuser -v on the file whose name ends in -wal shows it")
  }

  static func disk(_ statistics: Statistics) -> Finding {
    let free = statistics.freeDiskBytes
    let needed = statistics.databaseBytes + statistics.walBytes
    let found = "\(Amount.bytes(free)) free"
    if free < noSpace {
      return Finding(
        .disk, .fault, found,
        advice: "make room: on a full disk keys can only be revoked and organizations suspended")
    }
    guard free < max(littleSpace, needed) else { return Finding(.disk, .ok, found) }
    return Finding(
      .disk, .warning, found,
      advice: "make room: a backup takes \(Amount.bytes(needed)) for as long as it is made")
  }

  static func quarantine(_ statistics: Statistics) -> Finding {
    let count = statistics.quarantinedRowCount
    if count == 0, statistics.counter("accepted_damage") ?? 0 > 0 {
      return Finding(
        .quarantine, .warning, "no row is damaged, but --accept-damage did without what was lost",
        advice: "its log says what that is; revoke again what may be among it, or "
          + "put a backup back with orgkeyd --restore BACKUP")
    }
    guard count > 0 else { return Finding(.quarantine, .ok, "no row is damaged") }
    return Finding(
      .quarantine, .fault,
      "\(Amount.counted(count, "row")) \(count == 1 ? "is" : "are") damaged: what belongs to "
        + "\(count == 1 ? "it" : "them") is denied",
      advice: "orgkey backup COPY, then orgkeyd --check-database COPY names each; "
        + "stop the daemon and put an older backup back with orgkeyd --restore BACKUP")
  }

  static func usage(_ statistics: Statistics) -> Finding {
    let age = statistics.usageAge
    if age == .zero { return Finding(.usage, .ok, "all counts are on disk") }
    let milliseconds = Int64(age / .milliseconds(1))
    let text = age < .seconds(1) ? "\(milliseconds) ms" : TimeText.length(age)
    let found = "the oldest count that is not on disk is \(text) old"
    let interval = statistics.counter("usage_flush_interval_ms") ?? 1_000
    // Many counts take a while, for they may not take more than a share of a core.
    let late = Duration.milliseconds(Int64(clamping: interval)) * 2 + .seconds(60)
    guard age > late else { return Finding(.usage, .ok, found) }
    return Finding(
      .usage, .warning, "\(found): a crash would lose it and all since",
      advice: "see whether the disk is full or slow; \(log)")
  }
}
