internal import ArgumentParser
internal import Glibc
internal import OrgKey

/// Where the text of a key comes from.
struct KeySource: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Read the key from this file; - is standard input (default: $ORGKEY_API_KEY if it is set, "
        + "else standard input).", valueName: "file"),
    completion: .file())
  var keyFile: String?

  /// The key's text, without the line break at its end.
  func read() throws(Failure) -> KeyText {
    if let keyFile, keyFile != "-" { return try read(file: keyFile) }
    if keyFile == nil, let text = SecretInput.environment("ORGKEY_API_KEY") {
      StandardStream.talk("taking the key from ORGKEY_API_KEY")
      return text
    }
    if Descriptor.isTerminal(STDIN_FILENO) {
      throw Failure(
        .usage,
        "no key: pipe it in, or use --key-file FILE or ORGKEY_API_KEY; "
          + "typed here it would stay on the screen")
    }
    do throws(SystemMessage) { return try SecretInput.read(STDIN_FILENO) } catch {
      throw Failure(.usage, "can't read the key from standard input: \(error)")
    }
  }

  private func read(file: String) throws(Failure) -> KeyText {
    do throws(SystemMessage) {
      let descriptor = try Descriptor.open(file)
      defer { close(descriptor) }
      return try SecretInput.read(descriptor)
    } catch {
      throw Failure(.usage, "--key-file \(file): \(error)")
    }
  }
}

/// A key put on the command line, by verbs that take none there: caught, so that no error message
/// repeats it.
struct NoArguments: ParsableArguments {
  @Argument(help: .hidden)
  var misplaced: [String] = []

  func validate() throws {
    if !misplaced.isEmpty { throw ValidationError(SecretGuard.explanation + ".") }
  }
}
