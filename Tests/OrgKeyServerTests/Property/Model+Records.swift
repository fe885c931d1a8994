import OrgKeyWire

// Records as they must be told. What is known only roughly (the time of a call that counted, say)
// is taken from the answer if it can be so, and must be told the same from then on.

extension Model {
  mutating func compare(
    _ told: OrgKeyWire.Key?, _ id: String, _ reading: Reading
  ) throws(Difference) {
    guard let told, var key = keys[id] else {
      throw Difference("the record of \(id)", "one", "\(told as Any)")
    }
    let record = key.record(toldAs: told, reading)
    keys[id] = key
    try Difference.check("the record of \(id)", model: record, daemon: told)
  }

  func compare(
    _ told: OrgKeyWire.Organization?, _ id: String, _ exchange: Exchange
  ) throws(Difference) {
    guard let told, let organization = organizations[id] else {
      throw Difference("the record of \(id)", "one", "\(told as Any)")
    }
    let below = subtree(id)
    // Of what lies above the acting organization nothing is told: not what, nor how much.
    let acting = exchange.caller.actingOrganizationID
    let parent = id == acting ? "" : organization.parent
    let depth = depth(id) - (acting.isEmpty ? 0 : depth(acting))
    let record = OrgKeyWire.Organization(
      organizationID: id, parentID: parent, name: organization.name,
      suspended: organization.suspended, suspendedByAncestor: isClosed(organization.parent),
      depth: UInt32(depth),
      keyCount: activeKeys(of: [id], exchange.reading, toldAs: told.keyCount),
      childCount: UInt64(children(id).count),
      subtreeKeyCount: activeKeys(of: below, exchange.reading, toldAs: told.subtreeKeyCount),
      subtreeOrganizationCount: UInt64(below.count))
    try Difference.check("the record of \(id)", model: record, daemon: told)
  }

  /// How many keys are active. One that expired is no longer counted when the daemon has found the
  /// time for it; once it was seen to have been counted off, it must stay so.
  func activeKeys(of organizations: [String], _ reading: Reading, toldAs told: UInt64) -> UInt64 {
    let counted = ids(of: Set(organizations)).compactMap { keys[$0] }
      .filter { !$0.isRevoked && !$0.disabled }
    let certain = counted.count { $0.expiresAt == 0 || $0.expiresAt > reading.wall.upperBound }
    let possible = counted.count {
      !$0.isCountedOff || $0.expiresAt == 0 || $0.expiresAt > reading.wall.lowerBound
    }
    return (UInt64(certain)...UInt64(possible)).contains(told) ? told : UInt64(certain)
  }
}

extension Model.Key {
  fileprivate mutating func record(
    toldAs told: OrgKeyWire.Key, _ reading: Reading
  ) -> OrgKeyWire.Key {
    let states = states(in: reading)
    return OrgKeyWire.Key(
      keyID: id, organizationID: organization, name: name, environment: environment,
      permissions: permissions, state: states.contains(told.state) ? told.state : states[0],
      createdAtUnixMs: createdAt, expiresAtUnixMs: expiresAt,
      revokedAtUnixMs: revokedAt.take(told.revokedAtUnixMs), revokedReason: revokedReason,
      rateLimit: limit, secrets: secretRecords(toldAs: told.secrets, reading),
      allowedCount: usage.allowed, deniedCount: usage.denied,
      lastUsedAtUnixMs: usage.lastUsed.take(told.lastUsedAtUnixMs), createdBy: createdBy,
      lastDeniedAtUnixMs: usage.lastDenial(toldAs: told.lastDeniedAtUnixMs),
      lastDeniedReason: usage.lastReason(toldAs: told.lastDeniedReason),
      disabled: disabled, labels: labels)
  }

  /// The daemon may look at the clock more than once in a call.
  func states(in reading: Reading) -> [KeyState] {
    [state(at: reading.now), state(at: reading.wall.upperBound)]
  }

  private mutating func secretRecords(
    toldAs told: [OrgKeyWire.Secret], _ reading: Reading
  ) -> [OrgKeyWire.Secret] {
    var records: [OrgKeyWire.Secret] = []
    let later = liveSecrets(at: reading.wall.upperBound)
    let now = later.count == told.count ? reading.wall.upperBound : reading.now
    for place in secrets.indices.reversed() where secrets[place].isLive(at: now) {
      let told = told.first { $0.version == secrets[place].version }
      records.append(secrets[place].record(toldAs: told))
    }
    return records
  }
}

extension Model.Secret {
  fileprivate mutating func record(toldAs told: OrgKeyWire.Secret?) -> OrgKeyWire.Secret {
    OrgKeyWire.Secret(
      version: version, hint: hint, createdAtUnixMs: createdAt,
      retiresAtUnixMs: retiresAt, allowedCount: allowed,
      lastUsedAtUnixMs: lastUsed.take(told?.lastUsedAtUnixMs ?? 0))
  }
}

extension Model.Usage {
  fileprivate mutating func lastDenial(toldAs told: Int64) -> Int64 {
    if lastDenials.isEmpty { return 0 }
    let at = lastDenials[lastDenials.count - 1].at.take(told)
    lastDenials.removeAll { !$0.at.range.contains(at) }
    return at
  }

  fileprivate func lastReason(toldAs told: Reason) -> Reason {
    lastDenials.contains { $0.reason == told } ? told : lastDenials.last?.reason ?? .unspecified
  }
}
