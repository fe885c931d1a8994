internal import ArgumentParser
internal import OrgKeyModel

/// Keeps keys off the command line: whoever may list processes reads arguments there, and the
/// shell's history keeps them. Looks before anything else can repeat an argument in an error.
enum SecretGuard {
  static let explanation = """
    a key's text is never taken from the command line, where every user of this host and the \
    shell's history can see it: give it on standard input, with --key-file FILE or in \
    ORGKEY_API_KEY. If it was a real key, replace it
    """

  static func check(_ arguments: some Sequence<String>) throws(Failure) {
    for argument in arguments where holdsKey(argument) { throw Failure(.usage, explanation) }
  }

  private static func holdsKey(_ argument: String) -> Bool {
    let value = argument.split(separator: "=", maxSplits: 1).last.map(String.init) ?? argument
    return isKey(argument) || isKey(value)
  }

  /// Whether this can hardly be anything but a key's text, or a sign-in's.
  static func isKey(_ text: some StringProtocol) -> Bool {
    switch KeyDiagnosis(Array(text.utf8).span) {
    case .sound, .wrongCheck, .webToken: true
    default: false
    }
  }
}
