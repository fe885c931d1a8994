internal import COrgKeyProto

/// A request as the daemon receives it.
package enum Incoming {
  /// The call that this daemon exists for: its fields are lent where they lie.
  case authorize(AuthorizeCall)
  case other(Request)
}

/// Takes requests out of frames' bodies. Keeps its memory from one to the next.
package struct RequestDecoder: ~Copyable {
  /// Bytes that one body may unpack into. The largest that is meant, an import of 1 MiB, takes a
  /// quarter of it.
  private static let budget = 16 << 20

  private let arena = Arena(budget: RequestDecoder.budget)

  package init() {}

  /// Decodes one body. What it returns lies in the decoder's memory until `reset`.
  package func decode(_ body: UnsafeRawBufferPointer) throws(BodyFault) -> Incoming {
    let message = try unsafe Body.unpack(body, as: .request, strict: true, in: arena)
    let c = unsafe UnsafePointer(message.assumingMemoryBound(to: Orgkey__V1__Request.self))
    if unsafe c.pointee.method_case == ORGKEY__V1__REQUEST__METHOD_AUTHORIZE {
      return unsafe .authorize(AuthorizeCall(c))
    }
    return unsafe .other(Request(c.pointee))
  }

  /// The call_id of a body that was refused, so that the refusal finds its caller; 0 if the
  /// body can't be parsed.
  package static func callID(of body: UnsafeRawBufferPointer, after fault: BodyFault) -> UInt64 {
    fault == .unparsable ? 0 : unsafe Body.callID(in: body)
  }

  /// Wipes what was decoded since the last reset.
  package func reset() { arena.reset() }
}

extension ByteBuffer {
  /// Appends a request's frame, packed by way of `arena`, which is reset.
  ///
  /// - Returns: false, with nothing appended, if it is larger than a frame may be, or if a text
  ///   holds a NUL, behind which it would be lost.
  package mutating func append(_ request: Request, by arena: borrowing Arena) -> Bool {
    defer { arena.reset() }
    let c = unsafe request.written(in: arena)
    if arena.holdsCutText { return false }
    return unsafe append(packing: UnsafePointer(c))
  }

  /// Appends a response's frame, packed by way of `arena`, which is reset.
  ///
  /// - Returns: false, with nothing appended, if it is larger than a frame may be.
  package mutating func append(_ response: Response, by arena: borrowing Arena) -> Bool {
    defer { arena.reset() }
    let c = unsafe response.written(in: arena)
    return unsafe append(packing: UnsafePointer(c))
  }
}
