import OrgKeyWire

// Changes that end keys and secrets: why each is refused, and what it does.

extension Model {
  /// The key that is meant, if it is in reach, and the secret that was presented.
  private func target(
    _ request: RevokeKeyRequest, _ caller: Caller
  ) -> (key: Key, presented: Secret?)? {
    if request.apiKey.count == 0 { return key(request.keyID, caller).map { ($0, nil) } }
    guard let owner = owners[request.apiKey.string], let key = key(owner.key, caller) else {
      return nil
    }
    return (key, key.secrets.first { $0.version == owner.version })
  }

  func refusals(_ request: RevokeKeyRequest, _ caller: Caller, at now: Int64) -> Set<Code> {
    guard request.keyID.isEmpty != (request.apiKey.count == 0),
      request.keyID.isEmpty || Self.isKeyID(request.keyID)
    else { return [.invalidArgument] }
    let acting = actingRefusals(caller, changing: true)
    if !acting.isEmpty { return acting }
    guard let (key, presented) = target(request, caller) else { return [.notFound] }
    // What is revoked stays as it is, whatever is named of it.
    let isOver = key.isRevoked || presented.map { !$0.isLive(at: now) } ?? false
    let isKnown =
      request.secretVersion == 0
      || key.secrets.contains { $0.version == request.secretVersion }
    return isOver || isKnown ? [] : [.notFound]
  }

  mutating func apply(
    _ request: RevokeKeyRequest, _ answer: RevokeKeyResponse, _ exchange: Exchange
  ) throws(Difference) {
    let now = exchange.reading.now
    guard let (found, presented) = target(request, exchange.caller) else { return }
    var key = found
    let retired = presented.map { $0.isLive(at: now) ? 0 : $0.version } ?? 0
    let version = retired == 0 ? request.secretVersion : retired
    if key.isRevoked {
      // The first time and reason stay.
    } else if version == 0 {
      key.revokedAt = Moment(exchange.reading.wall)
      key.revokedReason = request.reason
      note(exchange, [(.revokeKey, key.id, key.organization, 0)])
    } else {
      for place in key.secrets.indices where key.secrets[place].version == version {
        // One whose overlap is over is retired for good now, which nobody can see.
        let isCertain = key.secrets[place].isLive(at: now)
        if !key.secrets[place].revoked {
          note(
            exchange, isCertain: isCertain, [(.revokeKey, key.id, key.organization, version)])
        }
        key.secrets[place].revoked = true
      }
    }
    keys[key.id] = key
    try compare(answer.key, key.id, exchange.reading)
  }

  func refusals(_ request: RevokeKeysRequest, _ caller: Caller) -> Set<Code> {
    guard Self.isIdentifier(request.organizationID) else { return [.invalidArgument] }
    let acting = actingRefusals(caller, changing: true)
    if !acting.isEmpty { return acting }
    return sees(caller, request.organizationID) ? [] : [caller.outside]
  }

  mutating func apply(
    _ request: RevokeKeysRequest, _ answer: RevokeKeysResponse, _ exchange: Exchange
  ) throws(Difference) {
    let top = request.organizationID
    let hit = ids(of: Set(request.includeDescendants ? subtree(top) : [top]))
      .filter { keys[$0]?.isRevoked == false }
    note(exchange, hit.map { (.revokeKeys, $0, keys[$0]?.organization ?? "", 0) })
    for id in hit {
      keys[id]?.revokedAt = Moment(exchange.reading.wall)
      keys[id]?.revokedReason = request.reason
    }
    try Difference.check(
      "revoked_key_count", model: hit.count, daemon: Int(answer.revokedKeyCount))
  }

  func refusals(_ request: DeleteKeyRequest, _ caller: Caller) -> Set<Code> {
    guard Self.isKeyID(request.keyID) else { return [.invalidArgument] }
    let acting = actingRefusals(caller, changing: true)
    if !acting.isEmpty { return acting }
    guard let key = key(request.keyID, caller) else { return [.notFound] }
    return key.isRevoked ? [] : [.failedPrecondition]
  }

  mutating func apply(_ request: DeleteKeyRequest, _ exchange: Exchange) {
    note(exchange, [(.deleteKey, request.keyID, keys[request.keyID]?.organization ?? "", 0)])
    remove(request.keyID)
  }
}
