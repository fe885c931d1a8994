extension Directory {
  /// Applies one committed change.
  /// - Returns: false, and nothing changes, when it does not fit what is here: then this is not
  ///   the state that the change was checked against, and no decision should be made from it.
  package mutating func apply(_ mutation: Mutation) -> Bool {
    switch mutation {
    case .addOrganization(let record): insert(record)
    case .suspendOrganization(let number, let suspended): suspendOrganization(number, suspended)
    case .moveOrganization(let number, let parent): moveOrganization(number, under: parent)
    case .removeOrganization(let number): removeOrganization(number)
    case .addPermissionSet(let number, let patterns):
      insert(PermissionSet(patterns: patterns), number: number)
    case .addKey(let record): insert(record)
    case .markExpired(let numbers): numbers.reduce(true) { markExpired(key: $1, true) && $0 }
    case .updateKey(let record): updateKey(record)
    case .revokeKeys(let numbers, let time): revokeKeys(numbers, at: time)
    case .removeKeys(let numbers): numbers.reduce(true) { removeKey($1) && $0 }
    case .addSecret(let record): isServed(record.key) ? insert(record) : true
    case .retireSecret(let key, let version, let time, let revoked):
      retireSecret(key: key, version: version, at: time, revoked: revoked)
    }
  }

  /// Whether a key is here. One that was quarantined is not, though the store can change it: it
  /// goes on denying until the next start.
  private func isServed(_ key: Int64) -> Bool { keyNumbers.handle(of: key) != 0 }

  private mutating func updateKey(_ record: KeyRecord) -> Bool {
    let key = keyNumbers.handle(of: record.number)
    let permissionSet = permissionSetNumbers.handle(of: record.permissionSet)
    if key == 0 { return true }
    guard permissionSet != 0, record.rateLimit?.isValid ?? true,
      !keys[key].flags.contains(.revoked)
    else { return false }
    setLimit(of: key, to: record.rateLimit)
    change(key) { row in
      // Who has the same end as before may be past it; nothing is changed to end in the past.
      let staysExpired = row.flags.contains(.markedExpired) && row.end.time == record.expiresAt
      row.permissionSet = permissionSet
      row.end = PackedTime(record.expiresAt)
      row.flags = record.disabled ? .disabled : []
      if staysExpired { row.flags.insert(.markedExpired) }
    }
    return true
  }

  /// A new limit opens a new window; the same one leaves it.
  private mutating func setLimit(of key: UInt32, to limit: RateLimit?) {
    let old = keys[key].limiter
    if old == 0 ? limit == nil : limiters.limit(old) == limit { return }
    if old != 0 { limiters.remove(old) }
    keys[key].limiter = limit.map { limiters.insert($0) } ?? 0
  }

  /// The first time stays. Keys of one organization that follow each other cost one climb.
  private mutating func revokeKeys(_ numbers: [Int64], at time: Int64) -> Bool {
    var organization: UInt32 = 0
    var ended: UInt32 = 0
    for number in numbers {
      let key = keyNumbers.handle(of: number)
      if key == 0 || keys[key].flags.contains(.revoked) { continue }
      if keys[key].organization != organization {
        adjustKeyCounts(of: organization, by: 0 &- ended)
        organization = keys[key].organization
        ended = 0
      }
      if keys[key].countsAsActive { ended += 1 }
      recount(key) { row in
        row.flags.insert(.revoked)
        row.end = PackedTime(time)
      }
    }
    adjustKeyCounts(of: organization, by: 0 &- ended)
    return true
  }

  /// A secret that was revoked stays so, from the first time on.
  private mutating func retireSecret(
    key number: Int64, version: UInt32, at time: Int64, revoked: Bool
  ) -> Bool {
    if !isServed(number) { return true }
    var handle = keys[keyNumbers.handle(of: number)].firstSecret
    while handle != 0, secrets[handle].version != version { handle = secrets[handle].next }
    // Quarantined, or dead for so long that it was forgotten.
    if handle == 0 || secrets[handle].isRevoked { return true }
    secrets[handle].retiresAt = time
    if revoked { secrets[handle].revoke() }
    return true
  }
}
