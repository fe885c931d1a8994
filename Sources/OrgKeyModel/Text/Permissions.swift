/// The patterns of one grant, at most 64: a permission, one that ends in `:*` (covers everything
/// below it, not itself), or `*`. No pattern, no access.
package struct PermissionSet: Equatable, Sendable {
  // As the Directory keeps it: each pattern as its length, its bytes and a NUL.
  let encoded: [UInt8]
  /// How many patterns it has.
  package let count: Int

  /// - Parameter patterns: as `Validation.permissions` lets pass; a pattern over 100 bytes, or
  ///   one behind the 64th, is left out, which never widens the grant.
  package init(patterns: [String]) {
    var encoded: [UInt8] = []
    var count = 0
    for pattern in patterns.prefix(Limits.permissionsPerKey)
    where (1...Limits.permissionBytes).contains(pattern.utf8.count) {
      encoded.append(UInt8(pattern.utf8.count))
      encoded.append(contentsOf: pattern.utf8)
      encoded.append(0)
      count += 1
    }
    self.encoded = encoded
    self.count = count
  }

  init(encoded: [UInt8], count: Int) {
    self.encoded = encoded
    self.count = count
  }

  /// Whether a concrete permission is granted.
  package func covers(_ permission: Span<UInt8>) -> Bool {
    PermissionPatterns.cover(encoded.span, permission)
  }

  /// The first pattern that grants a concrete permission.
  package func pattern(covering permission: Span<UInt8>) -> String? {
    PermissionPatterns.covering(encoded.span, permission).map {
      String(decoding: encoded[$0], as: UTF8.self)
    }
  }

  /// Whether all that this set grants, `other` grants too.
  package func isCovered(by other: PermissionSet) -> Bool {
    // A pattern read as if it were concrete is covered by just those patterns that cover all
    // that it stands for: its `*` lies below whatever prefix its other segments lie below.
    patterns.allSatisfy { other.covers($0.utf8.span) }
  }

  /// The patterns, in the order in which they were granted.
  package var patterns: [String] {
    var patterns: [String] = []
    var start = 0
    while start < encoded.count {
      let end = start + 1 + Int(encoded[start])
      patterns.append(String(decoding: encoded[start + 1..<end], as: UTF8.self))
      start = end + 1
    }
    return patterns
  }
}

/// Coverage over the flat encoding of a set.
enum PermissionPatterns {
  static func cover(_ encoded: Span<UInt8>, _ permission: Span<UInt8>) -> Bool {
    covering(encoded, permission) != nil
  }

  /// Where the first pattern lies that covers the permission.
  static func covering(_ encoded: Span<UInt8>, _ permission: Span<UInt8>) -> Range<Int>? {
    if permission.isEmpty { return nil }
    var start = 0
    while start < encoded.count {
      let end = start + 1 + Int(encoded[start])
      if covers(encoded, start + 1..<end, permission) { return start + 1..<end }
      start = end + 1
    }
    return nil
  }

  private static func covers(
    _ encoded: Span<UInt8>, _ pattern: Range<Int>, _ permission: Span<UInt8>
  ) -> Bool {
    var compared = pattern.count
    if encoded[pattern.upperBound - 1] == UInt8(ascii: "*") {
      if compared == 1 { return true }
      compared -= 1
      // `contacts:*` needs something behind the colon; `contact*` is no pattern.
      guard permission.count > compared, encoded[pattern.upperBound - 2] == UInt8(ascii: ":")
      else { return false }
    } else if permission.count != compared {
      return false
    }
    for index in 0..<compared
    where encoded[pattern.lowerBound + index] != permission[index] { return false }
    return true
  }
}
