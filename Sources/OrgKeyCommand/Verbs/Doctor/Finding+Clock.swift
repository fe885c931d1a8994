internal import OrgKey

// The clock, which expiry follows. It is one for all programs of a host: what can be told is whether
// it runs behind what was written down, and whether something keeps it right.

extension Finding {
  static func timeSync(_ isSynchronized: Bool?) -> Finding {
    switch isSynchronized {
    case nil:
      Finding(.timeSync, .skipped, "the kernel doesn't tell whether the clock is kept right")
    case true?: Finding(.timeSync, .ok, "a time service keeps the clock right, says the kernel")
    case false?:
      Finding(
        .timeSync, .warning, "no time service keeps the clock right, says the kernel",
        advice: "run systemd-timesyncd or chrony: expiry follows the clock")
    }
  }

  /// Whether anything on record lies ahead of the clock.
  static func clock(
    _ statistics: Statistics, _ administrator: BlockingAdministrator, now: Timestamp
  ) -> Finding {
    var moments = [("the daemon's start", statistics.startedAt)]
    do throws(QueryError) {
      let latest = try administrator.auditEventsPage().events.max { $0.at < $1.at }
      if let latest { moments.append(("audit event \(latest.sequence)", latest.at)) }
    } catch {
      return Finding(
        .clock, .skipped, "the audit trail can't be read: \(Failure(error)?.message ?? "\(error)")")
    }
    return clock(moments, now: now, isSynchronized: HostClock.isSynchronized ?? false)
  }

  /// - Parameter moments: what is to have been before now, by its name.
  static func clock(
    _ moments: [(name: String, at: Timestamp)], now: Timestamp, isSynchronized: Bool
  ) -> Finding {
    // A second is what two readings of one clock can never be apart.
    guard let latest = moments.max(by: { $0.at < $1.at }),
      latest.at.duration(since: now) > .seconds(1)
    else {
      return Finding(
        .clock, .ok, "\(TimeText.rfc3339(now)), and nothing on record lies ahead of it")
    }
    return Finding(
      .clock, isSynchronized ? .warning : .fault,
      "\(TimeText.rfc3339(now)), but \(latest.name) lies ahead, "
        + "\(TimeText.relative(latest.at, now: now)): the clock is behind, or was ahead then",
      advice: "if it is behind, set it right: expired keys may be let in until then")
  }
}
