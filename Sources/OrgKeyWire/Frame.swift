/// The frame around each message: gRPC's length prefix. One byte of flags, always 0; four bytes
/// of length, big-endian; the body.
package enum Frame {
  package static let headerLength = 5
  /// Bytes of a body; checked before one of them is read.
  package static let maximumBody = 1 << 20

  /// What stands at the front of what has arrived.
  package enum Front: Equatable, Sendable {
    /// Not yet a whole frame.
    case incomplete
    /// A whole frame: `length` bytes of body behind the header.
    case body(length: Int)
    /// A body over the maximum is announced.
    case tooLong(announced: UInt32)
    /// The first byte is no flag of ours: another protocol, or compression.
    case foreign(firstByte: UInt8)
  }

  package static func front(of bytes: UnsafeRawBufferPointer) -> Front {
    guard bytes.count > 0 else { return .incomplete }
    if unsafe bytes[0] != 0 { return unsafe .foreign(firstByte: bytes[0]) }
    guard bytes.count >= headerLength else { return .incomplete }
    let length = unsafe UInt32(
      bigEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt32.self))
    if length > maximumBody { return .tooLong(announced: length) }
    let whole = headerLength + Int(length)
    return bytes.count < whole ? .incomplete : .body(length: Int(length))
  }

  static func writeHeader(_ length: Int, to bytes: UnsafeMutableRawBufferPointer) {
    unsafe bytes.storeBytes(of: 0, as: UInt8.self)
    unsafe bytes.storeBytes(of: UInt32(length).bigEndian, toByteOffset: 1, as: UInt32.self)
  }
}
