internal import ArgumentParser
internal import OrgKey
internal import OrgKeyModel

struct KeyCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Say what is wrong with a key's text, without asking the daemon.",
    discussion: """
      Looks at the form and the checksum alone: a key that passes may still be unknown or revoked. \
      Never repeats the text. Exit status: 0 sound, 1 not.

        orgkey key check < key.txt
        orgkey key check --key-file key.txt && orgkey authorize --own --permission … < key.txt
      """)

  @OptionGroup var source: KeySource
  @OptionGroup var nothing: NoArguments
  @OptionGroup var output: OutputOptions

  func run() throws {
    let answer = try source.read().withBytes { Answer($0) }
    try output.one(answer) { screen in
      let found = answer.prefix.flatMap { prefix in
        answer.environment.map { ": prefix \(prefix), environment \($0)" }
      }
      let verdict =
        answer.sound
        ? screen.style.paint("sound", .good) : screen.style.paint("not a key", .bad)
      try screen.show(["\(verdict)\(found ?? ""): \(answer.explanation)"])
    }
    if !answer.sound { throw ExitCode(.denied) }
  }

  private struct Answer: Encodable {
    let sound: Bool
    let explanation: String
    let prefix: String?
    let environment: String?
    let hint: String?

    init(_ text: Span<UInt8>) {
      let diagnosis = KeyDiagnosis(text)
      sound = diagnosis == .sound
      explanation = diagnosis.explanation
      hint = sound ? OrgKeyModel.KeyText.hint(of: text) : nil
      let parts = hint?.split(separator: "_") ?? []
      prefix = parts.first.map(String.init)
      environment = parts.dropFirst().first.map(String.init)
    }
  }
}
