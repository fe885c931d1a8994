internal import OrgKey

// What the daemon is asked to carry.

extension Finding {
  static func connections(_ statistics: Statistics) -> Finding {
    let count = statistics.connectionCount
    guard let most = statistics.counter("max_connections"), most > 0 else {
      return Finding(.connections, .ok, "\(Amount.grouped(count))")
    }
    let found = "\(Amount.grouped(count)) of \(Amount.grouped(most))"
    let refused = statistics.counter("connections_refused") ?? 0
    if refused > 0 {
      return Finding(
        .connections, .warning,
        "\(found); \(Amount.grouped(refused)) \(refused == 1 ? "was" : "were") refused since the "
          + "daemon's start", advice: "its log says whose, and why: journalctl -u orgkeyd")
    }
    guard count >= most - most / 5 else { return Finding(.connections, .ok, found) }
    return Finding(
      .connections, .warning, "\(found): at that, further ones are refused",
      advice: "ss -xp shows who holds them: one for each process will do; "
        + "or start orgkeyd with a higher --max-connections")
  }
}
