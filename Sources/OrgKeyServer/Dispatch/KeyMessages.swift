internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeySystem
internal import OrgKeyWire

extension Service {
  /// A key's record as it goes out, with all that was counted.
  func message(for key: KeyDetails) -> OrgKeyWire.Key {
    usage.consistently { message(for: key, $0) }
  }

  /// A key's record as it goes out, with the counts that are not on disk yet.
  ///
  /// - Parameter pending: those counts, for secrets by number.
  func message(for key: KeyDetails, _ pending: ([Int64]) -> [UsageCounts]) -> OrgKeyWire.Key {
    // By the numbers on disk: a dead secret may have left memory sooner than its last counts.
    let secrets = key.secretNumbers
    let counts = pending(secrets)
    var key = key
    for count in counts { key.usage.add(count) }
    var message = Key(key, at: Clock.wallMilliseconds())
    for index in message.secrets.indices {
      guard let place = secrets.firstIndex(of: key.secrets[index].number) else { continue }
      message.secrets[index].allowedCount += counts[place].allowed
      message.secrets[index].lastUsedAtUnixMs = max(
        message.secrets[index].lastUsedAtUnixMs, counts[place].lastAllowedAt)
    }
    return message
  }
}

extension OrgKeyWire.Key {
  /// The record as the store gave it.
  init(_ key: KeyDetails, at now: Int64) {
    self.init(
      keyID: key.id, organizationID: key.organizationID, name: key.name,
      environment: key.environment, permissions: key.permissions,
      state: .init(rawValue: UInt32(key.state(at: now).rawValue)) ?? .unspecified,
      createdAtUnixMs: key.createdAt, expiresAtUnixMs: key.expiresAt,
      revokedAtUnixMs: key.revokedAt, revokedReason: key.revokedReason,
      rateLimit: key.rateLimit?.message, secrets: key.secrets.map(OrgKeyWire.Secret.init),
      allowedCount: key.usage.allowed,
      deniedCount: key.usage.denied,
      lastUsedAtUnixMs: key.usage.lastAllowedAt, createdBy: key.createdBy,
      lastDeniedAtUnixMs: key.usage.lastDeniedAt,
      lastDeniedReason: key.usage.lastDeniedReason.message,
      disabled: key.disabled,
      labels: key.labels.map { .init(name: $0.name, value: $0.value) })
  }
}

extension OrgKeyWire.Secret {
  init(_ secret: SecretDetails) {
    self.init(
      version: secret.version, hint: secret.hint, createdAtUnixMs: secret.createdAt,
      retiresAtUnixMs: secret.retiresAt, allowedCount: secret.allowed,
      lastUsedAtUnixMs: secret.lastUsedAt)
  }
}
