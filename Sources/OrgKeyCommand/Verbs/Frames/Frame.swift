internal import ArgumentParser

struct Frame: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "frame",
    abstract: "Put the socket's frame around a message: standard input to standard output.",
    discussion: """
      For debugging with stock tools, without the library:

        echo 'call_id: 1 health {}' |
          protoc --encode=orgkey.v1.Request proto/orgkey.proto | orgkey frame |
          socat -t5 - UNIX-CONNECT:/run/orgkey/orgkey.sock | orgkey unframe |
          protoc --decode=orgkey.v1.Response proto/orgkey.proto
      """)

  func run() throws {
    let body = try StandardInput.read(
      atMost: Framing.maximumBody,
      tooLong: Failure(
        .refused, "the message is longer than a frame takes: \(Framing.maximumBody) bytes"))
    try StandardStream.write((Framing.header(body.count) + body).span)
  }
}
