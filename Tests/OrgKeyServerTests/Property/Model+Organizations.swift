import OrgKeyWire

// Changes of organizations: why each is refused, and what it does.

extension Model {
  func refusals(_ request: PutOrganizationRequest, _ caller: Caller) -> Set<Code> {
    let (id, parent) = (request.organizationID, request.parentID)
    guard Self.isIdentifier(id), parent.isEmpty || Self.isIdentifier(parent) else {
      return [.invalidArgument]
    }
    let acting = actingRefusals(caller, changing: true)
    if !acting.isEmpty { return acting }
    // Left open, for it is wrong in many ways: with the field, as a cycle, as another parent, as
    // one that is not there.
    if parent == id {
      return [.invalidArgument, .failedPrecondition, caller.outside]
    }
    if !parent.isEmpty && !sees(caller, parent) { return [caller.outside] }
    guard let existing = organizations[id] else {
      // A root can't be made when acting.
      if parent.isEmpty { return caller.isActing ? [.permissionDenied] : [] }
      return depth(parent) == Self.deepest ? [.failedPrecondition] : []
    }
    if !sees(caller, id) { return parent.isEmpty ? [.permissionDenied] : [.alreadyExists] }
    return parent.isEmpty || parent == existing.parent ? [] : [.failedPrecondition]
  }

  mutating func apply(
    _ request: PutOrganizationRequest, _ answer: PutOrganizationResponse, _ exchange: Exchange
  ) throws(Difference) {
    let id = request.organizationID
    let isNew = organizations[id] == nil
    if isNew || !request.name.isEmpty && request.name != organizations[id]?.name {
      note(exchange, [(.putOrganization, "", id, 0)])
    }
    if isNew {
      organizations[id] = Organization(parent: request.parentID, name: request.name)
      displaced.insert(id)
    } else if !request.name.isEmpty {
      organizations[id]?.name = request.name
    }
    try Difference.check("created", model: isNew, daemon: answer.created)
    try compare(answer.organization, id, exchange)
  }

  func refusals(_ request: MoveOrganizationRequest, _ caller: Caller) -> Set<Code> {
    let (id, parent) = (request.organizationID, request.parentID)
    guard Self.isIdentifier(id), request.toRoot ? parent.isEmpty : Self.isIdentifier(parent) else {
      return [.invalidArgument]
    }
    let acting = actingRefusals(caller, changing: true)
    if !acting.isEmpty { return acting }
    guard sees(caller, id) else { return [caller.outside] }
    var codes: Set<Code> = []
    if id == caller.actingOrganizationID { codes.insert(.failedPrecondition) }
    if request.toRoot {
      // "No root can be made" has no code of its own in the contract.
      if caller.isActing { codes.formUnion([.failedPrecondition, .permissionDenied]) }
    } else if !sees(caller, parent) {
      codes.insert(caller.outside)
    } else if organizations[id]?.parent != parent {
      let height = subtree(id).map { depth($0) - depth(id) }.max() ?? 0
      let isCycle = ancestry(parent).contains(id)
      if isCycle || depth(parent) + 1 + height > Self.deepest { codes.insert(.failedPrecondition) }
    }
    return codes
  }

  mutating func apply(
    _ request: MoveOrganizationRequest, _ answer: MoveOrganizationResponse, _ exchange: Exchange
  ) throws(Difference) {
    let id = request.organizationID
    if organizations[id]?.parent != request.parentID {
      note(exchange, [(.moveOrganization, "", id, 0)])
    }
    organizations[id]?.parent = request.parentID
    displaced.insert(id)
    try compare(answer.organization, id, exchange)
  }

  /// To suspend or to resume it.
  func suspensionRefusals(_ id: String, _ caller: Caller) -> Set<Code> {
    guard Self.isIdentifier(id) else { return [.invalidArgument] }
    let acting = actingRefusals(caller, changing: true)
    if !acting.isEmpty { return acting }
    guard sees(caller, id) else { return [caller.outside] }
    return id == caller.actingOrganizationID ? [.failedPrecondition] : []
  }

  mutating func suspend(
    _ id: String, _ suspended: Bool, _ answer: OrgKeyWire.Organization?, _ exchange: Exchange
  ) throws(Difference) {
    if organizations[id]?.suspended != suspended {
      note(exchange, [(suspended ? .suspendOrganization : .resumeOrganization, "", id, 0)])
    }
    organizations[id]?.suspended = suspended
    try compare(answer, id, exchange)
  }

  func refusals(_ request: DeleteOrganizationRequest, _ caller: Caller) -> Set<Code> {
    let id = request.organizationID
    let refusals = suspensionRefusals(id, caller)
    if !refusals.isEmpty { return refusals }
    let all = subtree(id)
    let keepsKeys = ids(of: Set(all)).contains { keys[$0]?.isRevoked == false }
    let isRefused =
      !request.includeDescendants && all.count > 1 || !request.revokeKeys && keepsKeys
    return isRefused ? [.failedPrecondition] : []
  }

  mutating func apply(
    _ request: DeleteOrganizationRequest, _ answer: DeleteOrganizationResponse,
    _ exchange: Exchange
  ) throws(Difference) {
    let all = subtree(request.organizationID)
    let lost = ids(of: Set(all))
    let revoked = lost.compactMap { keys[$0] }.filter { !$0.isRevoked }
    // The contract has no word for what becomes of the keys.
    note(
      exchange,
      revoked.map { (.revokeKeys, $0.id, $0.organization, 0) }
        + all.map { (.deleteOrganization, "", $0, 0) })
    for id in lost { remove(id) }
    for id in all {
      organizations[id] = nil
      carried[id] = nil
      displaced.insert(id)
    }
    try Difference.check(
      "the counts", model: [all.count, revoked.count],
      daemon: [Int(answer.deletedOrganizationCount), Int(answer.revokedKeyCount)])
  }

  /// Takes a key out of the records; its texts stay known as revoked.
  mutating func remove(_ id: String) {
    keys[id] = nil
    keyIDs.removeAll { $0 == id }
    deletedKeyIDs.append(id)
  }
}
