internal import Glibc

/// Standard input as bytes.
enum StandardInput {
  /// All of it.
  ///
  /// - Parameter limit: how many bytes there may be at most; with more, `tooLong` is thrown.
  static func read(
    atMost limit: Int, tooLong: @autoclosure () -> Failure
  ) throws(Failure) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try fill(&chunk)
      bytes += chunk.prefix(count)
      if bytes.count > limit { throw tooLong() }
      if count < chunk.count { return bytes }
    }
  }

  private static func fill(_ chunk: inout [UInt8]) throws(Failure) -> Int {
    var span = chunk.mutableSpan
    do throws(SystemMessage) { return try Descriptor.read(STDIN_FILENO, into: &span) } catch {
      throw Failure(.usage, "can't read standard input: \(error)")
    }
  }
}
