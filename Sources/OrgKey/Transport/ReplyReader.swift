internal import OrgKeyWire

/// Takes replies out of one connection's bytes.
struct ReplyReader: ~Copyable {
  /// How much is read at once.
  private static let chunk = 64 << 10

  private var inbox = ByteBuffer()
  private let decoder = ResponseDecoder()

  /// Reads once.
  mutating func receive(from socket: Descriptor) -> Platform.Transfer {
    let transfer = unsafe Platform.receive(
      into: inbox.space(atLeast: ReplyReader.chunk), from: socket)
    if case .bytes(let count) = transfer { inbox.commit(count) }
    return transfer
  }

  /// The next whole reply that was read; nil: there is none yet.
  ///
  /// - Throws: also what the daemon says of the connection, and not of a call of it: that it has too
  ///   many, for one.
  mutating func next() throws(Unavailable.Cause) -> Response? {
    switch unsafe Frame.front(of: inbox.bytes) {
    case .incomplete: return nil
    case .tooLong: throw .protocolFault("a frame over 1 MiB")
    case .foreign: throw .protocolFault("no frame")
    case .body(let length):
      defer { inbox.consume(Frame.headerLength + length) }
      let frame = unsafe inbox.bytes[Frame.headerLength..<Frame.headerLength + length]
      let response: Response
      do { response = try unsafe decoder.decode(UnsafeRawBufferPointer(rebasing: frame)) } catch {
        throw .protocolFault("a body that is no response")
      }
      if response.callID == 0, let status = response.status {
        throw .daemon(message: status.message)
      }
      return response
    }
  }

  /// Whether nothing is left that was read.
  var isEmpty: Bool { inbox.isEmpty }
}
