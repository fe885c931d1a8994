internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeyWire

extension CallHandler {
  func listAuditEvents(_ request: ListAuditEventsRequest, _ call: Call) throws(Refusal) -> Work {
    let filter = try filter(request)
    let order = try order(request)
    let limit = try PageSize.check(request.pageSize, default: 100, atMost: 1_000)
    let (organizationID, author) = (request.organizationID, call.author)
    return .read(scan: true) { (records) throws(Refusal) in
      .listAuditEvents(
        try records.auditEvents(filter, in: organizationID, author, order, limit: limit))
    }
  }

  private func filter(_ request: ListAuditEventsRequest) throws(Refusal) -> AuditFilter {
    var filter = AuditFilter()
    if !request.keyID.isEmpty { filter.keyID = try Validation.keyID(request.keyID).text }
    if !request.organizationID.isEmpty { try Validation.organizationID(request.organizationID) }
    filter.includeDescendants = request.includeDescendants
    let from = try time(request.fromUnixMs, "from_unix_ms")
    let to = try time(request.toUnixMs, "to_unix_ms")
    guard to == 0 || from <= to else {
      throw .invalid("from_unix_ms", "from_unix_ms is after to_unix_ms")
    }
    if from != 0 || to != 0 { filter.times = from...(to == 0 ? .max : to) }
    return filter
  }

  private func order(_ request: ListAuditEventsRequest) throws(Refusal) -> AuditOrder {
    if request.newestFirst {
      guard request.afterSequence == 0 else {
        throw .invalid(
          "after_sequence", "after_sequence goes on oldest first: take before_sequence back")
      }
      let sequence = request.beforeSequence
      return .newestFirst(before: sequence == 0 ? .max : Int64(clamping: sequence))
    }
    guard request.beforeSequence == 0 else {
      throw .invalid("before_sequence", "before_sequence needs newest_first")
    }
    return .oldestFirst(after: Int64(clamping: request.afterSequence))
  }
}

extension Records {
  func auditEvents(
    _ filter: AuditFilter, in organizationID: String, _ author: Author, _ order: AuditOrder,
    limit: Int
  ) throws(Refusal) -> ListAuditEventsResponse {
    var filter = filter
    let scope = try scope(of: author)
    filter.actingFor = scope ?? 0
    if !organizationID.isEmpty {
      filter.organizations = try numbers(of: organizationID, in: scope)
    } else if let scope {
      filter.organizations = [scope]
      filter.includeDescendants = true
    }
    let page = try read { (reader) throws(StoreError) in
      try reader.auditEvents(filter, order, limit: limit, bytes: Records.pageBytes)
    }
    return ListAuditEventsResponse(
      events: page.events.map(AuditEvent.init), nextSequence: UInt64(page.next))
  }

  /// The organization that has an identifier; else those that had it. One that has it now shows
  /// nothing of those before it, and whoever acts for an organization can't name one that is gone.
  private func numbers(of id: String, in scope: Int64?) throws(Refusal) -> [Int64] {
    do throws(Refusal) {
      return [try number(of: id, in: scope)]
    } catch {
      guard scope == nil else { throw error }
      let deleted = try read { (reader) throws(StoreError) in try reader.deletedOrganizations(id) }
      if deleted.isEmpty { throw error }
      return deleted
    }
  }
}

extension AuditEvent {
  init(_ event: AuditEntry) {
    self.init(
      sequence: UInt64(clamping: event.sequence), atUnixMs: event.at, method: event.method,
      keyID: event.keyID, organizationID: event.organizationID, actor: event.actor,
      peerUid: event.uid, peerGid: event.gid, peerPid: event.pid, detail: event.detail,
      actingOrganizationID: event.actingOrganizationID, secretVersion: event.secretVersion)
  }
}
