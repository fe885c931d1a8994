internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeyWire

// What a row alone tells: whether it is of good form.

extension ImportKeysRequestRow {
  /// - Throws: what is wrong with it.
  func checked(_ service: Service, now: Int64) throws(Refusal) -> ImportedKey {
    guard sha256.count == 32 else {
      throw .invalid(
        "sha256",
        "sha256 has \(sha256.count) bytes: it is the SHA-256 of the key's text, 32 bytes")
    }
    let digest = Digest(sha256.span)
    try Validation.hint(hint)
    guard Digest(ofKey: hint.utf8.span) != digest else {
      throw .invalid("hint", "hint is the key itself: give what people may see of it")
    }
    try Validation.organizationID(organizationID)
    try Validation.keyName(name)
    var key = ImportedKey(
      digest: digest, hint: hint, organizationID: organizationID, name: name,
      environment: try service.environment(named: environment))
    key.permissions = try Validation.permissions(permissions)
    try Validation.creation(createdAtUnixMs, now: now)
    key.createdAt = createdAtUnixMs
    try Validation.importedExpiry(expiresAtUnixMs)
    key.expiresAt = expiresAtUnixMs
    if let rateLimit { try Validation.rateLimit(RateLimit(rateLimit)) }
    key.rateLimit = rateLimit.map { RateLimit($0) } ?? service.settings.defaultRateLimit
    try Validation.labels(labels.map { ($0.name, $0.value) })
    key.labels = labels.map { Label(name: $0.name, value: $0.value) }
    return key
  }
}

extension ImportOrganizationsRequestRow {
  /// - Throws: what is wrong with it.
  func checked() throws(Refusal) -> ImportedOrganization {
    try Validation.organizationID(organizationID)
    if !parentID.isEmpty { try Validation.organizationID(parentID, field: "parent_id") }
    if parentID.utf8.elementsEqual(organizationID.utf8) {
      throw .invalid("parent_id", "parent_id: an organization can't be its own parent")
    }
    try Validation.organizationName(name)
    return ImportedOrganization(id: organizationID, parentID: parentID, name: name)
  }
}
