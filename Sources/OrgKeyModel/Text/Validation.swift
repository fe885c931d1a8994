/// What may be asked of OrgKey: each check throws a refusal that names the field, says what is
/// wrong and what is right, and quotes nothing, since a secret may stand in the wrong field.
package enum Validation {
  // Written once: Authorize passes them along with every call and allocates nothing.
  private static let organizationIDRule =
    "1 to \(Limits.organizationIDBytes) characters of printable ASCII without space"
  private static let permissionRule =
    "segments of a-z, 0-9, '_', '.' and '-' joined by ':', "
    + "at most \(Limits.permissionBytes) bytes, as in contacts:read"

  /// 1 to 128 bytes of printable ASCII without space.
  package static func organizationID(
    _ id: Span<UInt8>, field: String = "organization_id"
  ) throws(Refusal) {
    let rule = organizationIDRule
    try require(id, 1...Limits.organizationIDBytes, field, rule)
    if Grammar.areVisible(id) { return }
    for index in id.indices where !Grammar.isVisible(id[index]) {
      throw fault(id, index, field, rule)
    }
  }

  /// 1 to 128 bytes of printable ASCII without space.
  package static func organizationID(
    _ id: String, field: String = "organization_id"
  ) throws(Refusal) {
    try organizationID(id.utf8.span, field: field)
  }

  /// A concrete permission, as `contacts:read`.
  package static func permission(
    _ permission: Span<UInt8>, field: String = "permission"
  ) throws(Refusal) {
    let rule = permissionRule
    try require(permission, 1...Limits.permissionBytes, field, rule)
    if let index = Grammar.permissionFault(permission) {
      throw fault(permission, index, field, rule)
    }
  }

  /// What is granted: each a permission, one that ends in `:*`, or `*`; at most 64.
  /// - Returns: the patterns in their order, without those repeated.
  package static func permissions(
    _ patterns: [String], field: String = "permissions"
  ) throws(Refusal) -> [String] {
    guard patterns.count <= Limits.permissionsPerKey else {
      throw .invalid(
        field, "\(field) has \(patterns.count) entries; at most \(Limits.permissionsPerKey)")
    }
    var kept: [String] = []
    for pattern in patterns {
      try permissionPattern(pattern.utf8.span, field: field)
      if !kept.contains(where: { $0.utf8.elementsEqual(pattern.utf8) }) { kept.append(pattern) }
    }
    return kept
  }

  private static func permissionPattern(_ pattern: Span<UInt8>, field: String) throws(Refusal) {
    let rule =
      "a permission as in contacts:read, or one that ends in ':*', or '*', "
      + "at most \(Limits.permissionBytes) bytes"
    try require(pattern, 1...Limits.permissionBytes, field, rule)
    let star = UInt8(ascii: "*")
    var concrete = pattern.count
    if pattern[concrete - 1] == star {
      if concrete == 1 { return }
      guard concrete > 2, pattern[concrete - 2] == UInt8(ascii: ":") else {
        throw fault(pattern, concrete - 1, field, rule)
      }
      concrete -= 2
    }
    if let index = Grammar.permissionFault(pattern.extracting(0..<concrete)) {
      throw fault(pattern, index, field, rule)
    }
  }

  /// "live", "test", …
  package static func environment(
    _ text: Span<UInt8>, field: String = "environment"
  ) throws(Refusal) -> Environment {
    guard let environment = Environment(text) else { throw shortFault(text, field) }
    return environment
  }

  /// "live", "test", …
  package static func environment(
    _ text: String, field: String = "environment"
  ) throws(Refusal) -> Environment {
    try environment(text.utf8.span, field: field)
  }

  /// What the daemon's secrets begin with.
  package static func keyPrefix(
    _ text: String, field: String = "key-prefix"
  ) throws(Refusal) -> KeyPrefix {
    guard let prefix = KeyPrefix(text) else { throw shortFault(text.utf8.span, field) }
    return prefix
  }

  /// `key_` and 16 characters.
  package static func keyID(_ text: String, field: String = "key_id") throws(Refusal) -> KeyID {
    guard let id = KeyID(text) else {
      throw .invalid(field, "\(field) is not a key's id: \"key_\" and 16 characters of 0-9 and a-z")
    }
    return id
  }

  private static func shortFault(_ text: Span<UInt8>, _ field: String) -> Refusal {
    let rule =
      "a letter a-z and up to \(Limits.environmentBytes - 1) more of a-z and 0-9, as in live"
    if text.isEmpty { return .invalid(field, "\(field) is missing: it is \(rule)") }
    for index in text.indices
    where !Grammar.isLowercase(text[index]) && !(index > 0 && Grammar.isDigit(text[index])) {
      return fault(text, index, field, rule)
    }
    return .invalid(field, "\(field) has \(text.count) bytes: it is \(rule)")
  }

  static func require(
    _ text: Span<UInt8>, _ length: ClosedRange<Int>, _ field: String,
    _ rule: @autoclosure () -> String
  ) throws(Refusal) {
    if text.isEmpty, length.lowerBound > 0 {
      throw .invalid(field, "\(field) is missing: it is \(rule())")
    }
    guard length.contains(text.count) else {
      throw .invalid(field, "\(field) has \(text.count) bytes: it is \(rule())")
    }
  }

  private static func fault(
    _ text: Span<UInt8>, _ index: Int, _ field: String, _ rule: String
  ) -> Refusal {
    let what = index < text.count ? described(text[index]) : "an end"
    return .invalid(field, "\(field) has \(what) at byte \(index + 1): it is \(rule)")
  }

  private static func described(_ byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: " "): "a space"
    case 0x21...0x7E: "'\(Character(Unicode.Scalar(byte)))'"
    default: "the byte 0x\(String(byte, radix: 16, uppercase: true))"
    }
  }
}
