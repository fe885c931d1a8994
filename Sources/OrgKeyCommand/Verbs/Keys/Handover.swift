internal import Glibc
internal import OrgKey

/// Where a new key's text goes: to standard output, or to a file made before the key is.
struct Handover: ~Copyable {
  private var file: SecretFile?
  private let path: String?

  init(_ path: String?) throws(Failure) {
    self.path = path
    file = if let path { try SecretFile(path) } else { nil }
  }

  /// - Parameter said: goes to standard error, before anything can go wrong with the text.
  consuming func deliver(
    _ issued: IssuedKey, _ format: OutputFormat, saying said: Announcement
  ) throws(Failure) {
    for line in said.lines { StandardStream.talk(line) }
    if let path {
      do throws(SystemMessage) { try file?.keep(issued.text) } catch {
        throw Failure(.fault, "can't write \(path): \(error): \(said.remedy)")
      }
      StandardStream.talk("its text is in \(path); it is not shown again")
    }
    do throws(Failure) { try write(issued, format) } catch {
      throw path == nil ? Failure(.fault, "\(error.message): \(said.remedy)") : error
    }
    if path == nil && Descriptor.isTerminal(STDOUT_FILENO) {
      StandardStream.talk(
        "its text is now on this screen and in what it scrolls back to; it is not shown again. "
          + "Next time: --out FILE, or \(said.capture)")
    }
  }

  private borrowing func write(_ issued: IssuedKey, _ format: OutputFormat) throws(Failure) {
    switch format {
    case .table:
      guard path == nil else { return }
      try issued.text.withBytes { text throws(Failure) in try StandardStream.write(text) }
      try StandardStream.print("")
    case .json, .jsonl:
      let isPretty = format == .json
      let (open, between) = isPretty ? ("{\n  ", ",\n  ") : ("{", ",")
      try StandardStream.write(open.utf8.span)
      if path == nil {
        // Put together here, because an encoder would leave copies of the text behind. It is made
        // of letters, digits and _, which JSON takes as they are.
        try StandardStream.write("\"api_key\"\(isPretty ? " : " : ":")\"".utf8.span)
        try issued.text.withBytes { text throws(Failure) in try StandardStream.write(text) }
        try StandardStream.write("\"\(between)".utf8.span)
      }
      let record = try JSON.text(KeyJSON(issued.key), pretty: isPretty)
      let indented =
        isPretty
        ? record.split(separator: "\n").joined(separator: "\n  ") : record
      try StandardStream.print(
        "\"key\"\(isPretty ? " : " : ":")\(indented)\(isPretty ? "\n" : "")}")
    }
  }
}
