import OrgKeyWire

// What is written down of changes and of use: the audit trail, usage by day, and explanations.

extension Model {
  /// One event of the audit trail.
  struct Event: Equatable {
    let method: String
    var key = ""
    var organization = ""
    var version: UInt32 = 0
    let actor: String
    let acting: String
  }

  /// What one call did. The contract leaves the order of its events open.
  struct Change {
    let events: [Event]
    let wall: ClosedRange<Int64>
    /// Whether it changed anything that can be seen.
    let isCertain: Bool
  }

  /// Notes what a call changed: one event for each key or organization.
  mutating func note(
    _ exchange: Exchange, isCertain: Bool = true, _ events: [(MethodName, String, String, UInt32)]
  ) {
    let caller = exchange.caller
    let events = events.map { method, key, organization, version in
      Event(
        method: method.text, key: key, organization: organization, version: version,
        actor: caller.actor, acting: caller.actingOrganizationID)
    }
    if events.isEmpty { return }
    changes.append(Change(events: events, wall: exchange.reading.wall, isCertain: isCertain))
  }

  /// All events since the last that were told: one for each thing that changed, in the order of
  /// the calls.
  mutating func follow(_ told: [AuditEvent]) throws(Difference) {
    var rest = told[...]
    for change in changes {
      let part = rest.prefix(change.events.count)
      if isTold(change, by: part) {
        rest = rest.dropFirst(part.count)
      } else if change.isCertain {
        throw Difference("the audit trail", "\(change.events)", "\(Array(part))")
      }
    }
    try Difference.check("events behind the last", model: [], daemon: Array(rest))
    for (before, after) in zip(trail.suffix(1) + told, told)
    where before.sequence >= after.sequence && before != after {
      throw Difference("the order of events", "\(before) before the next", "\(after)")
    }
    changes = []
    trail = (trail + told).suffix(2_000)
  }

  private func isTold(_ change: Change, by told: ArraySlice<AuditEvent>) -> Bool {
    var open = change.events
    for event in told {
      let same = Event(
        method: event.method, key: event.keyID, organization: event.organizationID,
        version: event.secretVersion, actor: event.actor, acting: event.actingOrganizationID)
      guard change.wall.contains(event.atUnixMs), let place = open.firstIndex(of: same) else {
        return false
      }
      open.remove(at: place)
    }
    return open.isEmpty
  }

  /// One page of events, of one key or of all, as far as they were told before.
  func compare(
    _ request: ListAuditEventsRequest, _ told: ListAuditEventsResponse
  ) throws(Difference) {
    guard let first = trail.first, let last = trail.last else { return }
    let before = request.beforeSequence == 0 ? .max : request.beforeSequence
    let expected = trail.filter {
      (request.keyID.isEmpty || request.keyID == $0.keyID)
        && $0.sequence > request.afterSequence && $0.sequence < before
    }
    let known = told.events.filter { (first.sequence...last.sequence).contains($0.sequence) }
    let ordered = request.newestFirst ? expected.reversed() : expected
    let count = told.nextSequence == 0 ? ordered.count : known.count
    try Difference.check("the events", model: Array(ordered.prefix(count)), daemon: known)
  }

  /// Usage by day adds up to what was counted.
  func compare(
    _ request: GetUsageRequest, _ told: GetUsageResponse, _ reading: Reading
  ) throws(Difference) {
    var sums: [Reason: UInt64] = [:]
    for day in told.days {
      sums[.unspecified, default: 0] += day.allowedCount
      for denials in day.denials { sums[denials.reason, default: 0] += denials.count }
      let isMidnight = day.dayUnixMs % 86_400_000 == 0 && day.dayUnixMs <= reading.wall.upperBound
      try Difference.check("a day's beginning", model: true, daemon: isMidnight)
    }
    try Difference.check(
      "the sums of \(request.keyID)", model: keys[request.keyID]?.usage.counts ?? [:],
      daemon: sums.filter { $0.value > 0 })
  }

  func refusals(_ request: ExplainAuthorizeRequest) -> Set<Code> {
    if request.keyID.isEmpty { return [] }
    return keys[request.keyID] == nil ? [.notFound] : []
  }

  /// An explanation tells what Authorize would answer. The contract leaves open whether what
  /// remains of a limit is told as before or as after that.
  func compare(
    _ request: ExplainAuthorizeRequest, _ told: ExplainAuthorizeResponse, _ reading: Reading
  ) throws(Difference) {
    let secrets = keys[request.keyID]?.secrets ?? []
    let secret =
      request.secretVersion == 0
      ? secrets.last : secrets.first { $0.version == request.secretVersion }
    let question = AuthorizeRequest(
      apiKey: secret.map { SecretText($0.text) } ?? request.apiKey,
      organizationID: request.organizationID, permission: request.permission,
      environment: request.environment)
    guard let outcome = told.outcome else { throw Difference("the outcome", "one", "none") }
    var asBefore = outcome
    asBefore.rateLimit?.remaining -= outcome.rateLimit?.remaining == 0 ? 0 : 1
    var (trial, other) = (self, self)
    do throws(Difference) {
      try trial.compare(question, outcome, reading)
    } catch {
      guard asBefore != outcome else { throw error }
      try other.compare(question, asBefore, reading)
    }
  }
}
