internal import OrgKeyModel

enum PageSize {
  /// - Parameter size: as asked for; 0: the default.
  static func check(
    _ size: UInt32, default standard: Int, atMost most: Int
  ) throws(Refusal) -> Int {
    guard size <= most else {
      throw .invalid("page_size", "page_size is \(size): it is at most \(most)")
    }
    return size == 0 ? standard : Int(size)
  }
}

/// Where a listing goes on, as text that means nothing to its holder.
enum PageToken {
  private static let longest = 1_024

  static func encode(number: Int64) -> String { "n" + String(number, radix: 36) }

  /// - Throws: it is no token of a listing by numbers.
  static func number(_ token: String) throws(Refusal) -> Int64 {
    guard token.utf8.count <= longest, token.first == "n",
      let number = Int64(token.dropFirst(), radix: 36), number > 0
    else { throw fault }
    return number
  }

  static func encode(_ cursor: WalkCursor) -> String {
    let parts = [Int64(cursor.epoch), Int64(cursor.stamp)] + cursor.path
    return "w" + parts.map { String($0, radix: 36) }.joined(separator: ".")
  }

  /// - Throws: it is no token of a walk through organizations.
  static func walk(_ token: String) throws(Refusal) -> WalkCursor {
    guard token.utf8.count <= longest, token.first == "w" else { throw fault }
    let parts = token.dropFirst().split(separator: ".", omittingEmptySubsequences: false)
      .map { Int64($0, radix: 36) }
    guard parts.count >= 2, let epoch = parts[0].flatMap({ UInt32(exactly: $0) }),
      let stamp = parts[1].flatMap({ UInt32(exactly: $0) })
    else { throw fault }
    let path = parts.dropFirst(2).compactMap { $0 }
    guard path.count == parts.count - 2, path.count <= Limits.depth + 1 else { throw fault }
    return WalkCursor(epoch: epoch, stamp: stamp, path: path)
  }

  private static var fault: Refusal {
    .invalid("page_token", "page_token is none that this listing gave")
  }
}
