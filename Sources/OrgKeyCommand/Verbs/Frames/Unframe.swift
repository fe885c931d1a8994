internal import ArgumentParser

struct Unframe: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unframe",
    abstract: "Take the socket's frame off a message: standard input to standard output.",
    discussion: """
      Checks the header. See orgkey frame for the whole pipeline.
      """)

  @Flag(help: "Take several frames, and write their bodies one after the other.")
  var all = false

  func run() throws {
    let limit = 1 << 30
    let input = try StandardInput.read(
      atMost: limit, tooLong: Failure(.refused, "the input is longer than \(limit) bytes"))
    let bodies = try Framing.bodies(input)
    if bodies.isEmpty {
      throw Failure(.refused, "there is no frame: the input is empty; did the daemon answer?")
    }
    if bodies.count > 1 && !all {
      throw Failure(
        .refused, "there are \(bodies.count) frames; --all writes their bodies one after the other")
    }
    for body in bodies { try StandardStream.write(body.span) }
  }
}
