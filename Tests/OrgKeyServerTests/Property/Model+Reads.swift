import OrgKeyWire

// What can be read: why it is refused, and what must be told.

extension Model {
  func refusalsOfReading(key id: String, _ caller: Caller) -> Set<Code> {
    guard Self.isKeyID(id) else { return [.invalidArgument] }
    let acting = actingRefusals(caller, changing: false)
    if !acting.isEmpty { return acting }
    return key(id, caller) == nil ? [.notFound] : []
  }

  /// - Parameter organization: empty: none is named.
  func refusalsOfReading(_ organization: String, _ caller: Caller) -> Set<Code> {
    let acting = actingRefusals(caller, changing: false)
    if !acting.isEmpty { return acting }
    return organization.isEmpty || sees(caller, organization) ? [] : [caller.outside]
  }

  /// All pages of a listing: newest first, each that must be there, none that must not.
  mutating func compare(
    _ request: ListKeysRequest, _ told: [OrgKeyWire.Key], _ exchange: Exchange
  ) throws(Difference) {
    let top =
      request.organizationID.isEmpty ? exchange.caller.actingOrganizationID : request.organizationID
    let isDeep = request.organizationID.isEmpty || request.includeDescendants
    let organizations = Set(isDeep ? subtree(top) : [top])
    var rest = told[...]
    for id in ids(of: organizations).reversed() {
      guard let key = keys[id] else { continue }
      let isTold = rest.first?.keyID == id
      if let matches = key.matches(request, exchange.reading), matches != isTold {
        throw Difference(
          "the place of \(id) in the list", matches ? "here" : "nowhere",
          rest.first.map { "\($0.keyID) is here" } ?? "the list is at its end")
      }
      if isTold { try compare(rest.removeFirst(), id, exchange.reading) }
    }
    try Difference.check("keys behind the last", model: [], daemon: Array(rest))
  }

  /// All pages of a listing: all that must be there, once, parents before children.
  func compare(
    _ request: ListOrganizationsRequest, _ told: [OrgKeyWire.Organization], _ exchange: Exchange
  ) throws(Difference) {
    let top =
      request.organizationID.isEmpty ? exchange.caller.actingOrganizationID : request.organizationID
    let expected = request.includeDescendants ? subtree(top).dropFirst() : children(top)[...]
    try compare(told.map(\.organizationID), Array(expected))
    for organization in told {
      try compare(organization, organization.organizationID, exchange)
    }
  }

  private func compare(_ told: [String], _ expected: [String]) throws(Difference) {
    try Difference.check("what is listed", model: expected.sorted(), daemon: told.sorted())
    var seen: Set<String> = []
    for id in told {
      let parent = organizations[id]?.parent ?? ""
      if expected.contains(parent) && !seen.contains(parent) {
        throw Difference("the order of \(told)", "\(parent) before \(id)", "\(id) before it")
      }
      seen.insert(id)
    }
  }

  mutating func compare(
    _ request: IdentifyKeyRequest, _ told: IdentifyKeyResponse, _ reading: Reading
  ) throws(Difference) {
    let (reason, key) = goodness(request.apiKey.string, request.environment, reading.now)
    let expected = IdentifyKeyResponse(
      decision: Self.decision(reason ?? .unspecified), reason: reason ?? .unspecified,
      key: reason == nil ? told.key : nil)
    try Difference.check("the verdict", model: expected, daemon: told)
    if reason == nil, let key { try compare(told.key, key.id, reading) }
  }

  /// All pages of a listing: the key's own organization and all below, without what is suspended.
  func compare(
    _ request: ListAccessibleOrganizationsRequest, _ told: ListAccessibleOrganizationsResponse,
    _ reading: Reading
  ) throws(Difference) {
    let (reason, key) = goodness(request.apiKey.string, request.environment, reading.now)
    let isGood = reason == nil
    let expected = ListAccessibleOrganizationsResponse(
      decision: Self.decision(reason ?? .unspecified), reason: reason ?? .unspecified,
      organizationIDs: isGood ? told.organizationIDs : [])
    try Difference.check("the verdict", model: expected, daemon: told)
    guard isGood, let key else { return }
    try compare(told.organizationIDs, subtree(key.organization).filter { !isClosed($0) })
  }

  func compare(_ told: GetStatisticsResponse, _ reading: Reading) throws(Difference) {
    let all = Array(organizations.keys)
    try Difference.check(
      "the counts of all",
      model: [UInt64(all.count), activeKeys(of: all, reading, toldAs: told.keyCount)],
      daemon: [told.organizationCount, told.keyCount])
  }
}

extension Model.Key {
  /// Whether a listing shows it; nil where that depends on the clock, or on when it was used.
  fileprivate func matches(_ request: ListKeysRequest, _ reading: Reading) -> Bool? {
    let isOut =
      !request.environment.isEmpty && request.environment != environment
      || !request.nameContains.isEmpty && !name.contains(request.nameContains)
      || request.label.map { !labels.contains($0) } ?? false
      || request.expiresBeforeUnixMs != 0
        && (expiresAt == 0 || expiresAt >= request.expiresBeforeUnixMs)
      || !secrets.contains { $0.hint.hasSuffix(request.secretHint) }
    let ends = [reading.wall.lowerBound, reading.wall.upperBound]
    let due = ends.map { isDue(before: request.secretCreatedBeforeUnixMs, at: $0) }
    if isOut || !due.contains(true) { return false }
    if due.contains(false) { return nil }
    let answers = states(in: reading).map { request.states.isEmpty || request.states.contains($0) }
    if !answers.contains(true) { return false }
    if answers.contains(false) { return nil }
    return isUnused(since: request.unusedSinceUnixMs)
  }

  /// Whether the newest of its live secrets is older; without one there is nothing to rotate.
  private func isDue(before time: Int64, at now: Int64) -> Bool {
    time == 0 || liveSecrets(at: now).last.map { $0.createdAt < time } ?? false
  }

  private func isUnused(since time: Int64) -> Bool? {
    if time == 0 { return true }
    if createdAt >= time || usage.lastUsed.range.lowerBound >= time { return false }
    return usage.lastUsed.range.upperBound < time ? true : nil
  }
}
