/// The settings among the words of a command line that was parsed.
struct CommandLineSettings {
  private(set) var names: Set<String> = []
  private(set) var words: [String] = []

  init(_ arguments: [String]) {
    var rest = arguments[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("--") else { continue }
      let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1)
      guard let name = parts.first.map(String.init), let setting = Setting.named(name) else {
        continue
      }
      names.insert(name)
      words.append(word)
      if setting.kind != .flag && !word.contains("="), let value = rest.popFirst() {
        words.append(value)
      }
    }
  }
}
