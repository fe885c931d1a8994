/// Tells HTTP on a socket that speaks frames: somebody pointed curl or a proxy at it.
enum HTTPGreeting {
  case http
  /// Too few bytes to tell.
  case perhaps
  case other

  private static let beginnings = ["GET ", "POST", "PUT ", "HEAD", "PRI ", "DELE", "OPTI", "PATC"]
    .map { Array($0.utf8) }

  init(_ bytes: UnsafeRawBufferPointer) {
    let start = unsafe Array(bytes.prefix(4))
    if HTTPGreeting.beginnings.contains(start) {
      self = .http
    } else if HTTPGreeting.beginnings.contains(where: { $0.starts(with: start) }) {
      self = .perhaps
    } else {
      self = .other
    }
  }

  static let answer: [UInt8] = {
    let line =
      "This socket speaks length-prefixed protobuf (orgkey.v1), not HTTP: use the OrgKey library "
      + "or the command orgkey.\n"
    let head =
      "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
      + "Content-Length: \(line.utf8.count)\r\nConnection: close\r\n\r\n"
    return Array((head + line).utf8)
  }()
}
