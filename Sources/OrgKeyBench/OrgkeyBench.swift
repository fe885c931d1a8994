internal import ArgumentParser
internal import OrgKeySystem

/// The benchmark `orgkey-bench`.
@main
struct OrgkeyBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "orgkey-bench",
    abstract: "Measures orgkeyd beside what the Unix socket itself costs, and beside Redis.",
    discussion: """
      Starts an orgkeyd of its own (the one beside this program) on a private socket and a private \
      copy of a database of the chosen size, an echo server and, if there is one, a redis-server; \
      measures them in turns, round by round, so that a drift of the machine hits all alike; and \
      ends them. The server runs on one core, the load on another.

      A figure is the median of the rounds, with the lowest and the highest; a ratio is the median \
      of the ratios within each round. Latencies are corrected for coordinated omission.

      The database is made once, which takes minutes with a million keys, and kept.

      --json writes {"machine": {...}, "options": {...}, "figures": [...]}. A figure has \
      "scenario", "of" (who was measured), "metric", "unit", "value" ({"median", "lowest", \
      "highest", "rounds"}) and "comparisons", each with "against", "value", "ratio", and, where \
      there is one, "goal" ("at_least" or "at_most") and "reached". These names are stable.

      Exit status: 0 measured, whether or not goals are reached; 64 wrong usage; 69 a server can't \
      be had; 70 an answer was wrong, or an internal error.
      """,
    subcommands: [Echo.self])

  @OptionGroup var options: Options

  func validate() throws { try options.check() }

  func run() throws {
    if options.list { return Output.print(Scenario.list(options)) }
    Signals.prepare()
    let cleanup = Cleanup()
    defer { cleanup.all() }
    do {
      try cleanup.onTermination()
      try Session(options, cleanup).run()
    } catch let failure as Failure {
      Output.complain("orgkey-bench: \(failure.message)")
      cleanup.all()
      throw ExitCode(failure.status)
    } catch {
      Output.complain("orgkey-bench: \(error)")
      cleanup.all()
      throw ExitCode(70)
    }
  }
}

/// Why there are no figures.
struct Failure: Error {
  var status: Int32
  var message: String

  init(_ message: String, status: Int32 = 69) {
    self.message = message
    self.status = status
  }
}
