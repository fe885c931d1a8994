extension ByteBuffer {
  /// Appends the frame of an Authorize call without a Caller: the bytes that protobuf-c would
  /// make, without its detours.
  ///
  /// - Returns: false, with nothing appended, if it must be packed in the general way: because a
  ///   text holds a NUL, or because it may be larger than a frame.
  package mutating func append(plain asked: AuthorizeRequest, callID: UInt64) -> Bool {
    let texts =
      asked.apiKey.count + asked.organizationID.utf8.count + asked.permission.utf8.count
      + asked.environment.utf8.count
    if texts > Frame.maximumBody / 2 { return false }
    let space = unsafe space(atLeast: Frame.headerLength + texts + PlainPacker.overhead)
    var packer = unsafe PlainPacker(space)
    guard packer.pack(asked, callID: callID) else {
      unsafe wipe(space.baseAddress.unsafelyUnwrapped, packer.count)
      return false
    }
    unsafe Frame.writeHeader(packer.count - Frame.headerLength, to: space)
    commit(packer.count)
    return true
  }
}

/// Writes one request into memory that is large enough.
@safe private struct PlainPacker {
  /// The most that tags, lengths and call_id take.
  static let overhead = 64
  private static let methodNumber: UInt64 = 16

  private let memory: UnsafeMutableRawBufferPointer
  private(set) var count = Frame.headerLength

  init(_ memory: UnsafeMutableRawBufferPointer) { unsafe self.memory = memory }

  /// - Returns: false if a text holds a NUL.
  mutating func pack(_ asked: AuthorizeRequest, callID: UInt64) -> Bool {
    if callID != 0 {
      varint(1 << 3 | UInt64(WireType.varint.rawValue))
      varint(callID)
    }
    tag(PlainPacker.methodNumber)
    varint(
      UInt64(
        PlainPacker.length(asked.apiKey.count) + PlainPacker.length(asked.organizationID.utf8.count)
          + PlainPacker.length(asked.permission.utf8.count)
          + PlainPacker.length(asked.environment.utf8.count)))
    return asked.apiKey.withBytes { unsafe $0.withUnsafeBytes { unsafe text(1, $0) } }
      && text(2, asked.organizationID)
      && text(3, asked.permission) && text(4, asked.environment)
  }

  /// How many bytes a text of so many takes with its tag.
  private static func length(_ count: Int) -> Int {
    if count == 0 { return 0 }
    var length = 2 + count
    var rest = count >> 7
    while rest > 0 {
      length += 1
      rest >>= 7
    }
    return length
  }

  private mutating func text(_ number: UInt64, _ text: String) -> Bool {
    var text = text
    return text.withUTF8 { unsafe self.text(number, UnsafeRawBufferPointer($0)) }
  }

  private mutating func text(_ number: UInt64, _ text: UnsafeRawBufferPointer) -> Bool {
    if unsafe text.isEmpty { return true }
    tag(number)
    varint(UInt64(text.count))
    unsafe UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: text)
    count += text.count
    return unsafe !text.contains(0)
  }

  private mutating func tag(_ number: UInt64) {
    varint(number << 3 | UInt64(WireType.lengthDelimited.rawValue))
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      unsafe memory[count] = UInt8(truncatingIfNeeded: rest) | 0x80
      count += 1
      rest >>= 7
    }
    unsafe memory[count] = UInt8(truncatingIfNeeded: rest)
    count += 1
  }
}
