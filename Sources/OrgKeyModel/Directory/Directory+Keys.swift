extension Directory {
  /// Makes room at once for what is about to be loaded.
  package mutating func reserve(secrets: Int) {
    secretIndex.reserve(secrets)
  }

  /// Adds a set of permission patterns under the store's number.
  /// - Returns: false when the number is taken or out of bounds.
  package mutating func insert(_ set: PermissionSet, number: Int64) -> Bool {
    guard let index = UInt32(exactly: number), index != 0,
      permissionSetNumbers.handle(of: number) == 0
    else { return false }
    let row = PermissionSetRow(
      text: texts.insert(set.encoded.span), bytes: UInt16(set.encoded.count),
      count: UInt8(set.count))
    permissionSetNumbers.set(index, to: permissionSets.insert(row))
    return true
  }

  /// Adds a key to its organization.
  /// - Returns: false, and nothing changes, when the organization or the permission set is not
  ///   known, the rate limit can't be one, or the number is taken or out of bounds.
  package mutating func insert(_ record: KeyRecord) -> Bool {
    guard let key = insertRow(record) else { return false }
    organizations[keys[key].organization].heldKeyCount += 1
    if keys[key].countsAsActive { adjustKeyCounts(of: keys[key].organization, by: 1) }
    return true
  }

  /// A key that its organization does not know of yet; nil if it does not fit.
  mutating func insertRow(_ record: KeyRecord) -> UInt32? {
    let organization = organizationNumbers.handle(of: record.organization)
    let permissionSet = permissionSetNumbers.handle(of: record.permissionSet)
    guard let number = UInt32(exactly: record.number), number != 0,
      keyNumbers.handle(of: record.number) == 0, organization != 0, permissionSet != 0,
      record.rateLimit?.isValid ?? true,
      let environment = intern(record.environment)
    else { return nil }
    var row = KeyRow()
    row.number = number
    row.id = record.id
    row.organization = organization
    row.permissionSet = permissionSet
    row.environment = environment
    row.limiter = record.rateLimit.map { limiters.insert($0) } ?? 0
    row.end = PackedTime(record.revokedAt == 0 ? record.expiresAt : record.revokedAt)
    if record.revokedAt != 0 { row.flags.insert(.revoked) }
    if record.disabled { row.flags.insert(.disabled) }
    let handle = keys.insert(row)
    keyNumbers.set(number, to: handle)
    keysByFlags[row.flags] += 1
    return handle
  }

  /// Adds a secret to its key.
  /// - Returns: false, and nothing changes, when the key is not known, the digest or the version
  ///   is taken, or a number is out of bounds.
  package mutating func insert(_ record: SecretRecord) -> Bool {
    let key = keyNumbers.handle(of: record.key)
    guard let number = UInt32(exactly: record.number), number != 0, key != 0,
      record.version < SecretRow.versionBound, secret(digest: record.digest) == nil
    else { return false }
    // Newest first.
    var previous: UInt32 = 0
    var next = keys[key].firstSecret
    while next != 0, secrets[next].version > record.version {
      previous = next
      next = secrets[next].next
    }
    if next != 0, secrets[next].version == record.version { return false }
    let handle = secrets.insert(SecretRow(record, number: number, key: key, next: next))
    secretIndex.insert(seed.hash(record.digest), handle)
    secretCount += 1
    if previous == 0 {
      keys[key].firstSecret = handle
    } else {
      secrets[previous].next = handle
    }
    return true
  }

  /// Counts the key as expired, or as not: for the counters alone. No decision depends on it.
  /// - Returns: false when there is no such key.
  package mutating func markExpired(key number: Int64, _ expired: Bool) -> Bool {
    let key = keyNumbers.handle(of: number)
    if key == 0 { return false }
    change(key) { row in
      if expired {
        row.flags.insert(.markedExpired)
      } else {
        row.flags.remove(.markedExpired)
      }
    }
    return true
  }

  /// Changes a key's row, and the counters above it with it.
  mutating func change(_ key: UInt32, _ body: (inout KeyRow) -> Void) {
    let wasActive = keys[key].countsAsActive
    recount(key, body)
    let isActive = keys[key].countsAsActive
    if isActive != wasActive {
      adjustKeyCounts(of: keys[key].organization, by: isActive ? 1 : .max)
    }
  }

  /// Changes a key's row, and how many keys have its flags, but not the counters above it.
  mutating func recount(_ key: UInt32, _ body: (inout KeyRow) -> Void) {
    keysByFlags[keys[key].flags] -= 1
    body(&keys[key])
    keysByFlags[keys[key].flags] += 1
  }

  /// - Parameter change: by wrapping, so that a negated number takes away.
  mutating func adjustKeyCounts(of organization: UInt32, by change: UInt32) {
    if organization == 0 || change == 0 { return }
    organizations[organization].keyCount &+= change
    adjustCounts(from: organization, organizations: 0, keys: change)
  }

  /// How many keys in memory, dead ones included, are in each state.
  package var keyCounts: KeyCounts { KeyCounts(keysByFlags) }

  /// The handle of an environment's one row; nil when there are too many to tell apart.
  private mutating func intern(_ environment: Environment) -> UInt32? {
    let (low, high) = environment.short.words
    let hash = seed.hash(low, high)
    var probe = environmentIndex.probe(hash)
    while true {
      let handle = environmentIndex.next(&probe)
      if handle == 0 { break }
      if environments[handle].environment == environment { return handle }
    }
    guard environments.endHandle < KeyRow.environmentBound else { return nil }
    let handle = environments.insert(EnvironmentRow(environment))
    environmentIndex.insert(hash, handle)
    return handle
  }
}

/// How many keys are in each state. As everywhere, one that was revoked is not told to be expired,
/// nor one that is expired to be disabled.
package struct KeyCounts: Equatable, Sendable {
  package private(set) var active = 0
  package private(set) var disabled = 0
  /// Marked so.
  package private(set) var expired = 0
  /// Those that are in memory.
  package private(set) var revoked = 0

  init(_ byFlags: InlineArray<8, UInt32>) {
    for value in byFlags.indices {
      let flags = KeyRow.Flags(rawValue: UInt8(value))
      let count = Int(byFlags[flags])
      if flags.contains(.revoked) {
        revoked += count
      } else if flags.contains(.markedExpired) {
        expired += count
      } else if flags.contains(.disabled) {
        disabled += count
      } else {
        active += count
      }
    }
  }
}

extension InlineArray<8, UInt32> {
  subscript(flags: KeyRow.Flags) -> UInt32 {
    get { self[Int(flags.rawValue)] }
    set { self[Int(flags.rawValue)] = newValue }
  }
}
