internal import Glibc

/// Standard output for results and standard error for talk.
enum StandardStream {
  /// A result, and a line break.
  static func print(_ text: String) throws(Failure) {
    try write(Array((text + "\n").utf8).span)
  }

  /// All the bytes to standard output, or a failure that says why not.
  static func write(_ bytes: Span<UInt8>) throws(Failure) {
    if let error = Descriptor.write(bytes, to: STDOUT_FILENO) {
      throw Failure(.fault, "can't write to standard output: \(error)")
    }
  }

  /// Something for the person in front of it.
  static func talk(_ text: String) {
    // Where standard error can't be written to there is nobody left to tell.
    _ = Descriptor.write(Array((Printable.line(text) + "\n").utf8).span, to: STDERR_FILENO)
  }

  /// Why something was not done.
  static func complain(_ text: String) { talk("orgkey: \(text)") }

  /// Asks on standard error and reads the answer from standard input.
  static func ask(_ question: String) -> String? {
    _ = Descriptor.write(Array(question.utf8).span, to: STDERR_FILENO)
    return readLine()
  }
}
