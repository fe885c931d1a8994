internal import ArgumentParser
internal import OrgKey

struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Look for what is wrong with the daemon, its files and its keys, and say what to do.",
    discussion: """
      ✓ all is well, ! something to look at soon, ✗ a fault, – can't be told, or not to this user. \
      Changes nothing. Readers and administrators are told all; whoever has no role learns \
      whether the socket opens, who answers and which option would show the rest.

        orgkey doctor
        orgkey doctor --output jsonl | jq -r 'select(.state == "fault").check'

      Exit status: 0 no fault, warnings or not; 1 at least one fault, a daemon that can't be \
      reached among them.
      """)

  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() throws {
    let findings = Examination(client: connection.client(), now: .now).findings()
    try output.all(findings, as: FindingJSON.init) { screen, findings in
      try screen.show(findings)
      StandardStream.talk(Self.summary(findings))
    }
    if findings.contains(where: { $0.state == .fault }) { throw ExitCode.failure }
  }

  /// "1 fault, 2 warnings; 4 checks skipped".
  static func summary(_ findings: [Finding]) -> String {
    func count(_ state: Finding.State) -> Int { findings.count { $0.state == state } }
    let bad = [(count(.fault), "fault"), (count(.warning), "warning")].filter { $0.0 > 0 }
    let skipped = count(.skipped)
    if bad.isEmpty && skipped == 0 { return "all is well" }
    let summary =
      bad.isEmpty
      ? "nothing wrong seen" : bad.map { Amount.counted($0, $1) }.joined(separator: ", ")
    return skipped == 0 ? summary : "\(summary); \(Amount.counted(skipped, "check")) skipped"
  }
}
