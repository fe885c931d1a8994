/// What the figures don't say.
enum Footer {
  static func text(_ session: Session) -> String {
    let missed = session.figures.reduce(0) { count, figure in
      count + figure.comparisons.count { $0.reached == false }
    }
    let asked = session.figures.reduce(0) { count, figure in
      count + figure.comparisons.count { $0.reached != nil }
    }
    let cores = session.cores
    let place =
      cores.load == cores.server
      ? "There is one core only: load and server share it, and no figure is worth much."
      : "Servers ran on core \(cores.server), the load on core \(cores.load)."
    return """

      \(session.options.rounds) rounds of \(Text.fixed(session.options.seconds, 2)) s; \
      \(asked - missed) of \(asked) goals reached.

      \(place)
      The echo server does less than orgkeyd: it looks at no byte, hashes and decides nothing, \
      counts nothing.
      Redis does less: it hashes no secret (a key lies there as it is), knows no tree, no permission \
      and no expiry of these keys, counts no use of a key, and writes nothing to disk.
      Usage counts go to disk in bursts of at most one fiftieth of the time; one that is on its way \
      when a round ends is waited for.
      "load busy" is the time that the generator's one thread was on a core: what it reaches with \
      the echo server is what it can do.
      Latencies of the closed loop are corrected for coordinated omission; in the open loop they \
      count from when a call was due.
      """
  }
}
