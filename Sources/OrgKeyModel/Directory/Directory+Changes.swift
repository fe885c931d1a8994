extension Directory {
  /// Applies one committed change.
  /// - Returns: false, and nothing changes, when it does not fit what is here: then this is not
  ///   the state that the change was checked against, and no decision should be made from it.
  package mutating func apply(_ mutation: Mutation) -> Bool {
    switch mutation {
    case .addOrganization(let record): insert(record)
    case .addPermissionSet(let number, let patterns):
      insert(PermissionSet(patterns: patterns), number: number)
    case .addKey(let record): insert(record)
    case .addSecret(let record): insert(record)
    case .revokeKey(let number, let time): revokeKey(number, at: time)
    case .retireSecret(let key, let version, let time, let revoked):
      retireSecret(key: key, version: version, at: time, revoked: revoked)
    }
  }

  /// The first time stays.
  private mutating func revokeKey(_ number: Int64, at time: Int64) -> Bool {
    let key = keyNumbers.handle(of: number)
    if key == 0 { return false }
    change(key) { row in
      if row.flags.contains(.revoked) { return }
      row.flags.insert(.revoked)
      row.end = PackedTime(time)
    }
    return true
  }

  /// A secret that was revoked stays so, from the first time on.
  private mutating func retireSecret(
    key number: Int64, version: UInt32, at time: Int64, revoked: Bool
  ) -> Bool {
    var handle = keys[keyNumbers.handle(of: number)].firstSecret
    while handle != 0, secrets[handle].version != version { handle = secrets[handle].next }
    if handle == 0 { return false }
    if secrets[handle].isRevoked { return true }
    secrets[handle].retiresAt = time
    if revoked { secrets[handle].revoke() }
    return true
  }
}
