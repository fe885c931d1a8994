/// A key's text, in memory that is wiped when the last holder lets go of it.
///
/// Never held in a `String` or an array: their copies can't be wiped. Descriptions and mirrors
/// are redacted.
@safe
package final class SecretText: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
  // Immutable after init and NUL-terminated, hence safe to share.
  private nonisolated(unsafe) let memory: UnsafeMutablePointer<CChar>
  /// Bytes, without the terminating NUL.
  package let count: Int

  package static let empty = SecretText(capacity: 0) { _ in 0 }

  /// Lends `capacity` bytes to `fill`, which returns how many it used.
  package init(capacity: Int, fill: (inout MutableSpan<UInt8>) -> Int) {
    unsafe memory = .allocate(capacity: capacity + 1)
    unsafe memory.initialize(repeating: 0, count: capacity + 1)
    let bytes = unsafe UnsafeMutableBufferPointer(
      start: UnsafeMutableRawPointer(memory).assumingMemoryBound(to: UInt8.self), count: capacity)
    var span = unsafe MutableSpan(_unsafeElements: bytes)
    let used = fill(&span)
    precondition(used <= capacity)
    count = used
  }

  /// A copy of `text`, whose own storage this class can't wipe.
  package convenience init(_ text: String) {
    var text = text
    self.init(capacity: text.utf8.count) { span in
      text.withUTF8 { utf8 in
        unsafe span.withUnsafeMutableBufferPointer { _ = unsafe $0.update(from: utf8) }
        return utf8.count
      }
    }
  }

  /// A copy of a NUL-terminated text of protobuf-c's.
  convenience init(_ text: UnsafeMutablePointer<CChar>?) {
    guard let text = unsafe text else {
      self.init(capacity: 0) { _ in 0 }
      return
    }
    var length = 0
    while unsafe text[length] != 0 { length += 1 }
    self.init(capacity: length) { span in
      for index in 0..<length { unsafe span[index] = UInt8(bitPattern: text[index]) }
      return length
    }
  }

  deinit { unsafe wipe(UnsafeMutableRawPointer(memory), count); unsafe memory.deallocate() }

  /// For protobuf-c, which never writes through it.
  var pointer: UnsafeMutablePointer<CChar> { unsafe memory }

  /// Lends the bytes.
  package func withBytes<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    let start = unsafe UnsafeRawPointer(memory).assumingMemoryBound(to: UInt8.self)
    return try body(unsafe Span(_unsafeStart: start, count: count))
  }

  /// A copy that can't be wiped: only where the text must leave OrgKey's hands.
  package var string: String { unsafe String(cString: memory) }

  package static func == (a: SecretText, b: SecretText) -> Bool {
    // Not in constant time: only tests compare secrets; decisions compare digests.
    a.string == b.string
  }

  package var description: String { "<secret>" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Overwrites memory that held secrets. Not inlined, so that no optimizer sees that the memory
/// is about to be freed and leaves the writing out.
@inline(never)
package func wipe(_ memory: UnsafeMutableRawPointer, _ count: Int) {
  unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: count)
}
