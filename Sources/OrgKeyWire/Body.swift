internal import COrgKeyProto

/// From a frame's body to a message, with nothing in between that can be left out.
enum Body {
  /// Checks `body`, unpacks it into `arena` and returns protobuf-c's message.
  static func unpack(
    _ body: UnsafeRawBufferPointer, as type: MessageType, strict: Bool,
    in arena: borrowing Arena
  ) throws(BodyFault) -> UnsafeMutableRawPointer {
    try unsafe FieldWalk(strict: strict).check(body, as: type)
    let bytes = unsafe body.baseAddress?.assumingMemoryBound(to: UInt8.self)
    guard
      let message = unsafe protobuf_c_message_unpack(
        type.descriptor, arena.allocator, body.count, bytes)
    else { throw arena.exhausted ? .tooLarge : .unparsable }
    return UnsafeMutableRawPointer(message)
  }

  /// The call_id of a body whose fields were refused; 0 if it can't be read.
  static func callID(in body: UnsafeRawBufferPointer) -> UInt64 {
    var reader = unsafe FieldReader(body)
    var callID: UInt64 = 0
    do {
      while let field = try reader.next() {
        if field.number == 1 && field.type == .varint { callID = field.value }
      }
    } catch {
      return 0
    }
    return callID
  }
}

extension ByteBuffer {
  /// Appends a frame with `message`, one of protobuf-c's, as its body.
  ///
  /// - Returns: false, with nothing appended, if it is larger than a frame may be.
  mutating func append<C>(packing message: UnsafePointer<C>) -> Bool {
    let message = unsafe UnsafeRawPointer(message).assumingMemoryBound(to: ProtobufCMessage.self)
    let length = unsafe protobuf_c_message_get_packed_size(message)
    guard length <= Frame.maximumBody else { return false }
    let space = unsafe space(atLeast: Frame.headerLength + length)
    unsafe Frame.writeHeader(length, to: space)
    let body = unsafe (space.baseAddress.unsafelyUnwrapped + Frame.headerLength)
      .assumingMemoryBound(to: UInt8.self)
    _ = unsafe protobuf_c_message_pack(message, body)
    commit(Frame.headerLength + length)
    return true
  }
}
