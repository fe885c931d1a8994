internal import COrgKeyProto

/// A message type of the contract, as protoc-c described it.
@safe struct MessageType: Equatable, @unchecked Sendable {
  // Constant data of the generated code: nothing writes to it.
  let descriptor: UnsafePointer<ProtobufCMessageDescriptor>

  // Swift may copy an imported constant; a message that C initialized points to the original.
  static let request = {
    var message = unsafe Orgkey__V1__Request()
    unsafe orgkey__v1__request__init(&message)
    return unsafe MessageType(descriptor: message.base.descriptor)
  }()
  static let response = {
    var message = unsafe Orgkey__V1__Response()
    unsafe orgkey__v1__response__init(&message)
    return unsafe MessageType(descriptor: message.base.descriptor)
  }()

  static func == (a: MessageType, b: MessageType) -> Bool {
    unsafe a.descriptor == b.descriptor
  }

  var name: String { unsafe String(cString: descriptor.pointee.short_name) }

  /// The field of that number, if the contract has it.
  func field(_ number: UInt32) -> FieldType? {
    guard let field = unsafe protobuf_c_message_descriptor_get_field(descriptor, number)
    else { return nil }
    return unsafe FieldType(descriptor: field, index: field - descriptor.pointee.fields)
  }
}

/// A field of a message type.
@safe struct FieldType {
  enum Kind {
    case text, bytes, message, double, enumeration, uint32, otherVarint
  }

  // Constant data of the generated code.
  let descriptor: UnsafePointer<ProtobufCFieldDescriptor>
  /// Its place among the message's fields: no message of the contract has 64.
  let index: Int

  var name: String { unsafe String(cString: descriptor.pointee.name) }
  var isRepeated: Bool { unsafe descriptor.pointee.label == PROTOBUF_C_LABEL_REPEATED }
  var isOneof: Bool {
    unsafe descriptor.pointee.flags & UInt32(PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue) != 0
  }

  var kind: Kind {
    switch unsafe descriptor.pointee.type {
    case PROTOBUF_C_TYPE_STRING: .text
    case PROTOBUF_C_TYPE_BYTES: .bytes
    case PROTOBUF_C_TYPE_MESSAGE: .message
    case PROTOBUF_C_TYPE_DOUBLE: .double
    case PROTOBUF_C_TYPE_ENUM: .enumeration
    case PROTOBUF_C_TYPE_UINT32: .uint32
    default: .otherVarint
    }
  }

  /// Of a field of kind `.message`.
  var messageType: MessageType {
    unsafe MessageType(
      descriptor: descriptor.pointee.descriptor.assumingMemoryBound(
        to: ProtobufCMessageDescriptor.self))
  }

  /// Whether a field of kind `.enumeration` has this value in the contract.
  func hasValue(_ value: UInt64) -> Bool {
    guard let number = Int32(exactly: value) else { return false }
    let type = unsafe descriptor.pointee.descriptor.assumingMemoryBound(
      to: ProtobufCEnumDescriptor.self)
    return unsafe protobuf_c_enum_descriptor_get_value(type, number) != nil
  }
}
