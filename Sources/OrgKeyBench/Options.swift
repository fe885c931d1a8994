internal import ArgumentParser

/// The options of `orgkey-bench`.
struct Options: ParsableArguments {
  @Option(help: ArgumentHelp("Keys in the database.", valueName: "n"))
  var keys = 1_000_000

  @Option(help: ArgumentHelp("Organizations that the keys are spread over.", valueName: "n"))
  var organizations = 100_000

  @Option(help: ArgumentHelp("Levels of organizations below a root, at most 64.", valueName: "n"))
  var depth = 64

  @Option(
    help: ArgumentHelp(
      "Connections of the scenarios that don't bear their number in their name.", valueName: "n"))
  var connections = 64

  @Option(
    help: ArgumentHelp(
      "Calls that each connection keeps in flight in the pipelined scenario.", valueName: "n"))
  var inFlight = 16

  @Option(help: ArgumentHelp("Reactors of the daemon.", valueName: "n"))
  var threads = 1

  @Option(
    help: ArgumentHelp(
      "Calls a second of the open-loop scenario (default: half of what the daemon does in the "
        + "closed loop).", valueName: "n"))
  var rate: Double?

  @Option(help: ArgumentHelp("How often each figure is taken; an odd number.", valueName: "n"))
  var rounds = 5

  @Option(
    help: ArgumentHelp("How long each is measured in a round, in seconds.", valueName: "n"))
  var seconds = 0.3

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Only these scenarios, as --list names them.", valueName: "scenario"))
  var only: [String] = []

  @Flag(help: "Name the scenarios and end.")
  var list = false

  @Option(
    help: ArgumentHelp("Write all figures as JSON, too.", valueName: "file"), completion: .file())
  var json: String?

  @Option(
    help: ArgumentHelp(
      "Where databases are kept, and their private copies made. It should be on a real disk: "
        + "changes are synced to it. Remove it to have them made anew.", valueName: "path"),
    completion: .directory)
  var directory = ".build/bench"

  func check() throws {
    try within("keys", keys, 1_000...10_000_000)
    try within("depth", depth, 1...64)
    try within("organizations", organizations, 2 * (depth + 1)...1_000_000)
    try within("connections", connections, 1...4_000)
    try within("in-flight", inFlight, 1...64)
    try within("threads", threads, 1...64)
    try within("rounds", rounds, 1...99)
    guard rounds % 2 == 1 else { throw ValidationError("--rounds: an odd number has a median") }
    guard (0.05...60).contains(seconds) else {
      throw ValidationError("--seconds: \(seconds) is not 0.05 to 60")
    }
    guard rate.map({ $0 > 0 }) ?? true else { throw ValidationError("--rate: above 0, please") }
    for name in only where Scenario(rawValue: name) == nil {
      throw ValidationError("--only: there is no scenario \"\(name)\"; --list names them")
    }
  }

  private func within(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
    guard range.contains(value) else {
      throw ValidationError(
        "--\(name): \(value) is not \(range.lowerBound) to \(range.upperBound)")
    }
  }
}
