internal import COrgKeyProto

/// From protobuf-c's structures to Swift's values. What is read has passed the walk: strings are
/// UTF-8 without NUL, counts are what was on the wire.
enum Read {
  static func text(_ c: UnsafeMutablePointer<CChar>?) -> String {
    guard let c = unsafe c else { return "" }
    return unsafe String(cString: c)
  }

  static func texts(
    _ count: Int, _ c: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
  ) -> [String] {
    unsafe list(count, c) { unsafe text($0) }
  }

  static func bytes(_ c: ProtobufCBinaryData) -> [UInt8] {
    unsafe Array(UnsafeBufferPointer(start: c.data, count: c.len))
  }

  static func list<C, T>(_ count: Int, _ c: UnsafeMutablePointer<C>?, _ read: (C) -> T) -> [T] {
    unsafe UnsafeBufferPointer(start: c, count: count).map(read)
  }

  static func messages<C, T>(
    _ count: Int, _ c: UnsafeMutablePointer<UnsafeMutablePointer<C>?>?, _ read: (C) -> T
  ) -> [T] {
    unsafe UnsafeBufferPointer(start: c, count: count).compactMap {
      unsafe $0.map { unsafe read($0.pointee) }
    }
  }
}
