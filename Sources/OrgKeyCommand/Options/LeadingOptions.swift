/// Options that nearly every verb has may also stand before it: `orgkey --socket PATH health`.
enum LeadingOptions {
  private static let names: Set<Substring> = ["--socket", "--timeout", "--output"]

  /// The arguments with such options moved behind the verb and its own.
  static func moved(_ arguments: [String]) -> [String] {
    var verb = arguments[...]
    var moved: [String] = []
    while let first = verb.first, let name = first.split(separator: "=").first,
      names.contains(name)
    {
      let words = first.contains("=") ? 1 : 2
      moved += verb.prefix(words)
      verb = verb.dropFirst(words)
    }
    let end = verb.firstIndex(of: "--") ?? verb.endIndex
    return verb[..<end] + moved + verb[end...]
  }
}
