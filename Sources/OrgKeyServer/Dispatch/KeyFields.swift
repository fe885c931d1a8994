internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeyWire

extension Overlap {
  /// From the contract: 0: until it is revoked; -1: not at all; else seconds.
  init(seconds: Int64) throws(Refusal) {
    switch seconds {
    case 0: self = .untilRevoked
    case -1: self = .none
    case 1...Limits.overlapSeconds: self = .length(seconds * 1_000)
    default:
      throw .invalid(
        "overlap_s",
        "overlap_s is \(seconds): it is 0 (until revoked), -1 (not at all) or 1 to "
          + "\(Limits.overlapSeconds) seconds")
    }
  }
}

extension UpdateKeyRequest {
  private static let known = [
    "name", "permissions", "expires_at_unix_ms", "rate_limit", "disabled", "labels",
  ]

  /// What `fields` names.
  ///
  /// - Throws: it names nothing, or something else; or a value is given that it does not name.
  func changes(now: Int64) throws(Refusal) -> KeyChanges {
    let known = Self.known.joined(separator: ", ")
    if fields.isEmpty {
      throw .invalid("fields", "fields is empty: it names what to set, of \(known)")
    }
    for field in fields where !Self.known.contains(field) {
      throw .invalid("fields", "fields names something that can't be set: it can name \(known)")
    }
    for field in given where !fields.contains(field) {
      throw .invalid(field, "\(field) is given, but fields does not name it: it would not be set")
    }
    return try named(now)
  }

  /// The fields with another value than the one that means nothing.
  private var given: [String] {
    let isGiven = [
      !name.isEmpty, !permissions.isEmpty, expiresAtUnixMs != 0, rateLimit != nil, disabled,
      !labels.isEmpty,
    ]
    return zip(Self.known, isGiven).compactMap { $1 ? $0 : nil }
  }

  private func named(_ now: Int64) throws(Refusal) -> KeyChanges {
    var changes = KeyChanges()
    if fields.contains("name") {
      try Validation.keyName(name)
      changes.name = name
    }
    if fields.contains("permissions") {
      changes.permissions = try Validation.permissions(permissions)
    }
    if fields.contains("expires_at_unix_ms") {
      try Validation.expiry(expiresAtUnixMs, now: now)
      changes.expiresAt = expiresAtUnixMs
    }
    if fields.contains("rate_limit") {
      if let rateLimit { try Validation.rateLimit(RateLimit(rateLimit)) }
      changes.rateLimit = .some(rateLimit.map { RateLimit($0) })
    }
    if fields.contains("disabled") { changes.disabled = disabled }
    if fields.contains("labels") {
      try Validation.labels(labels.map { ($0.name, $0.value) })
      changes.labels = labels.map { Label(name: $0.name, value: $0.value) }
    }
    return changes
  }
}
