/// The fields of a method as they came, for another thread to decode.
package struct EncodedMethod: Sendable {
  // A Request's body with nothing but them.
  private let body: [UInt8]

  init(body: [UInt8]) { self.body = body }

  package var byteCount: Int { body.count }

  package func decode() throws(BodyFault) -> Request.Method? {
    try RequestDecoder().request(body).method
  }

  /// What it is of an import, by a look at it.
  package var importParts: [ImportPart] {
    unsafe body.withUnsafeBytes { unsafe RequestDecoder.importParts(in: $0) }
  }
}

/// A request of an import, which takes some 10 ms to unpack, taken apart without looking at its
/// rows: into what says who calls and what, and the fields of its method.
struct LongBody {
  /// A Request's body whose method has no fields.
  let head: [UInt8]
  let method: EncodedMethod

  /// More than a Caller has at most.
  private static let headBytes = 12 << 10

  /// - Returns: nil: it is no import, or something is wrong with it: decode it whole.
  init?(_ body: UnsafeRawBufferPointer) {
    var reader = unsafe FieldReader(body)
    var head: [UInt8] = []
    var method: [UInt8]?
    do {
      while true {
        let start = reader.offset
        guard let field = try reader.next() else { break }
        let bytes = unsafe body[start..<reader.offset]
        if MethodName.imports.contains(where: { $0.rawValue == field.number }), method == nil {
          unsafe method = Array(bytes)
          head += LongBody.empty(field.number)
        } else {
          guard unsafe head.count + bytes.count <= LongBody.headBytes else { return nil }
          unsafe head += bytes
        }
      }
    } catch {
      return nil
    }
    guard let method else { return nil }
    self.head = head
    self.method = EncodedMethod(body: method)
  }

  /// A message field without fields of its own. Its tag, as that of any field from 16 on, takes two
  /// bytes.
  private static func empty(_ number: UInt32) -> [UInt8] {
    let tag = number << 3 | UInt32(WireType.lengthDelimited.rawValue)
    return [UInt8(tag & 0x7F | 0x80), UInt8(tag >> 7), 0]
  }
}

extension RequestDecoder {
  /// Only an import's body is longer, or a hostile one.
  private static let longBody = 16 << 10

  /// Decodes all of a long request of an import but the fields of its method.
  ///
  /// - Returns: nil: it is none; `decode` it.
  package func decodeLong(
    _ body: UnsafeRawBufferPointer
  ) throws(BodyFault) -> (Request, EncodedMethod)? {
    guard body.count > RequestDecoder.longBody, let long = unsafe LongBody(body) else { return nil }
    return (try request(long.head), long.method)
  }

  fileprivate func request(_ body: [UInt8]) throws(BodyFault) -> Request {
    let incoming = try unsafe body.span.withUnsafeBytes { (body) throws(BodyFault) in
      try unsafe decode(body)
    }
    guard case .other(let request) = incoming else { throw .unparsable }
    return request
  }
}
