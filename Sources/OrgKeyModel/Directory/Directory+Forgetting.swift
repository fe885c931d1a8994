// What is dead stays in memory for 30 days, so that whoever still uses it is told why it fails.

extension Directory {
  /// Removes a revoked key. Its secrets stay known as dead, though no longer as whose.
  /// - Returns: false, and nothing changes, when the key is not revoked.
  mutating func removeKey(_ number: Int64) -> Bool {
    let key = keyNumbers.handle(of: number)
    if key == 0 { return true }
    guard keys[key].flags.contains(.revoked) else { return false }
    let revokedAt = keys[key].end.time
    var handle = keys[key].firstSecret
    while handle != 0 {
      let next = secrets[handle].next
      let retiredAt = secrets[handle].retiresAt
      secrets[handle].key = 0
      secrets[handle].next = 0
      secrets[handle].retiresAt = retiredAt == 0 ? revokedAt : min(retiredAt, revokedAt)
      handle = next
    }
    unlinkKey(key)
    return true
  }

  /// Adds the digest of a secret whose key was deleted.
  /// - Returns: false when it is known.
  package mutating func insert(deadDigest digest: Digest, diedAt: Int64) -> Bool {
    guard secret(digest: digest) == nil else { return false }
    let record = SecretRecord(
      number: 0, key: 0, version: 0, digest: digest, retiresAt: diedAt, revoked: true)
    let handle = secrets.insert(SecretRow(record, number: 0, key: 0, next: 0))
    secretIndex.insert(seed.hash(digest), handle)
    secretCount += 1
    return true
  }

  /// Looks through a part of the secrets for those that died at or before `time`.
  /// - Parameter position: where to begin; 0 at first. Left where to go on, 0 at the end.
  package func deadSecrets(
    until time: Int64, from position: inout UInt32, examining count: UInt32
  ) -> [SecretHandle] {
    var dead: [SecretHandle] = []
    let first = max(position, 1)
    let end = min(first + count, secrets.endHandle)
    for handle in first..<max(first, end) where isDead(handle, time) {
      dead.append(SecretHandle(index: handle))
    }
    position = end < secrets.endHandle ? end : 0
    return dead
  }

  private func isDead(_ handle: UInt32, _ time: Int64) -> Bool {
    let secret = secrets[handle]
    if secret.retiresAt != 0 && secret.retiresAt <= time { return true }
    return keys[secret.key].flags.contains(.revoked) && keys[secret.key].end.time <= time
  }

  /// Forgets a secret that has been dead for so long that it may as well be unknown; with the
  /// last secret of a revoked key, the key. Their handles may be given out again.
  /// - Parameter dead: from `deadSecrets`, and nothing was changed since.
  package mutating func forget(_ dead: SecretHandle) {
    let key = secrets[dead.index].key
    if key != 0 { unlinkSecret(dead.index, of: key) }
    secretIndex.remove(seed.hash(secrets[dead.index].digest), dead.index)
    // So that the free row is not taken for a secret that is dead.
    secrets[dead.index].key = 0
    secrets[dead.index].retiresAt = 0
    secrets.remove(dead.index)
    secretCount -= 1
    if key != 0, keys[key].firstSecret == 0, keys[key].flags.contains(.revoked) { unlinkKey(key) }
  }

  private mutating func unlinkSecret(_ handle: UInt32, of key: UInt32) {
    let next = secrets[handle].next
    if keys[key].firstSecret == handle {
      keys[key].firstSecret = next
      return
    }
    var previous = keys[key].firstSecret
    while secrets[previous].next != handle { previous = secrets[previous].next }
    secrets[previous].next = next
  }

  /// - Parameter key: revoked, so that it counts no longer, and without secrets.
  private mutating func unlinkKey(_ key: UInt32) {
    let row = keys[key]
    organizations[row.organization].heldKeyCount -= 1
    if row.limiter != 0 { limiters.remove(row.limiter) }
    keyNumbers.set(row.number, to: 0)
    keys.remove(key)
    keysByFlags[row.flags] -= 1
  }
}
