/// The frames of the socket, as these two filters need them: one byte of flags, always 0, the
/// body's length in four bytes, big-endian, and the body.
enum Framing {
  static let headerBytes = 5
  static let maximumBody = 1 << 20

  static func header(_ length: Int) -> [UInt8] {
    [0] + (0..<4).reversed().map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
  }

  /// The bodies of all the frames in `bytes`.
  static func bodies(_ bytes: [UInt8]) throws(Failure) -> [ArraySlice<UInt8>] {
    var bodies: [ArraySlice<UInt8>] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let length = try bodyLength(rest)
      rest = rest.dropFirst(headerBytes)
      guard rest.count >= length else {
        throw Failure(
          .refused, "the input ends after \(rest.count) of the \(length) bytes of a body")
      }
      bodies.append(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    return bodies
  }

  private static func bodyLength(_ frame: ArraySlice<UInt8>) throws(Failure) -> Int {
    if frame.starts(with: "HTTP/".utf8) {
      throw Failure(.refused, "no frame but HTTP: the daemon answers so to what begins like HTTP")
    }
    if let flags = frame.first, flags != 0 {
      throw Failure(
        .refused, "no frame: it begins with the byte \(flags) where the flags are, always 0")
    }
    guard frame.count >= headerBytes else {
      throw Failure(
        .refused, "the input ends inside a frame's header, of \(headerBytes) bytes")
    }
    let length = frame.dropFirst().prefix(4).reduce(0) { $0 << 8 | Int($1) }
    guard length <= maximumBody else {
      throw Failure(
        .refused, "a frame announces a body of \(length) bytes; at most \(maximumBody) are sent")
    }
    return length
  }
}
