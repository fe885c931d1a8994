internal import Glibc

/// The question before something that stops what works.
struct Confirmation {
  private let isSkipped: Bool

  /// - Throws: off a terminal, where nobody can be asked, unless it is skipped.
  init(skipped: Bool) throws(Failure) {
    isSkipped = skipped
    guard skipped || Descriptor.isTerminal(STDIN_FILENO) && Descriptor.isTerminal(STDERR_FILENO)
    else { throw Failure(.usage, "there is no terminal to ask on: --yes says that you mean it") }
  }

  /// - Parameters:
  ///   - effect: what becomes of the targets.
  ///   - targets: says what will be hit; not called if nobody is asked.
  func ask(
    _ effect: String = "This stops working at once and can't be undone:",
    _ targets: () throws -> [String]
  ) throws {
    if isSkipped { return }
    let list = try targets().map { "  \(Printable.line($0))\n" }.joined()
    let answer = StandardStream.ask("\(effect)\n\(list)Type yes to go on: ")
    if answer != "yes" { throw Failure(.usage, "nothing was done") }
  }
}
