internal import COrgKeyProto

/// Takes responses out of frames' bodies. Keeps its memory from one to the next.
///
/// The daemon at the other end may be newer than this build, or broken, or hostile: what is
/// unknown is passed over, what is wrong is a fault, and nothing traps.
package struct ResponseDecoder: ~Copyable {
  private static let budget = 128 << 20

  private let arena = Arena(budget: ResponseDecoder.budget)

  package init() {}

  package func decode(_ body: UnsafeRawBufferPointer) throws(BodyFault) -> Response {
    if let reply = unsafe PlainAuthorizeReply.read(body) { return reply }
    return try unsafe unpack(body)
  }

  /// Decodes any response.
  func unpack(_ body: UnsafeRawBufferPointer) throws(BodyFault) -> Response {
    defer { arena.reset() }
    let message = try unsafe Body.unpack(body, as: .response, strict: false, in: arena)
    return unsafe Response(message.assumingMemoryBound(to: Orgkey__V1__Response.self).pointee)
  }
}
