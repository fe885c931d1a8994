internal import COrgKeyProto

/// A request as the daemon receives it.
package enum Incoming {
  /// The call that this daemon exists for: its fields are lent where they lie.
  case authorize(AuthorizeCall)
  case other(Request)
}

/// The fields of an Authorize call in the decoder's memory; gone when the decoder is reset.
@safe package struct AuthorizeCall {
  package let callID: UInt64
  /// Whether the request says anything of a Caller, which Authorize does not take.
  package let hasCaller: Bool
  private let request: UnsafePointer<Orgkey__V1__AuthorizeRequest>

  init(_ c: UnsafePointer<Orgkey__V1__Request>) {
    unsafe callID = c.pointee.call_id
    unsafe hasCaller = c.pointee.caller.map { unsafe Caller($0.pointee) != Caller() } ?? false
    unsafe request = UnsafePointer(c.pointee.authorize)
  }

  /// Lends the key, the organization's identifier, the permission and the environment.
  package func withFields<R>(
    _ body: (
      _ apiKey: Span<UInt8>, _ organizationID: Span<UInt8>, _ permission: Span<UInt8>,
      _ environment: Span<UInt8>
    ) -> R
  ) -> R {
    let c = unsafe request.pointee
    return unsafe AuthorizeCall.lend(c.api_key) { apiKey in
      unsafe AuthorizeCall.lend(c.organization_id) { organizationID in
        unsafe AuthorizeCall.lend(c.permission) { permission in
          unsafe AuthorizeCall.lend(c.environment) { environment in
            body(apiKey, organizationID, permission, environment)
          }
        }
      }
    }
  }

  private static func lend<R>(
    _ text: UnsafeMutablePointer<CChar>?, to body: (Span<UInt8>) -> R
  ) -> R {
    guard let text = unsafe text else { return body(Span()) }
    var count = 0
    while unsafe text[count] != 0 { count += 1 }
    let bytes = unsafe UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self)
    return body(unsafe Span(_unsafeStart: bytes, count: count))
  }
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
