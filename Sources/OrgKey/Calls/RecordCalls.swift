internal import OrgKeyWire

extension Call where Success == AuditPage, Failure == QueryError {
  static func auditEvents(
    _ filter: AuditFilter, _ order: AuditOrder, pageSize size: Int?, _ caller: ActingCaller
  ) throws(QueryError) -> Call {
    var request = ListAuditEventsRequest(
      keyID: try given(filter.keyID, "key_id"),
      organizationID: try given(filter.organizationID, "organization_id"),
      pageSize: pageSize(size), includeDescendants: filter.includesDescendants,
      fromUnixMs: filter.from.wireBound, toUnixMs: filter.to.wireBound)
    switch order {
    case .oldestFirst(let sequence): request.afterSequence = sequence ?? 0
    case .newestFirst(let sequence):
      request.newestFirst = true
      // Nothing is before the first event; on the wire 0 is the newest.
      request.beforeSequence = sequence.map { max($0, 1) } ?? 0
    }
    return try .administration(.listAuditEvents(request), caller, mayRepeat: true) {
      (result) throws(QueryError) in
      guard case .listAuditEvents(let answer) = result else { return nil }
      return AuditPage(
        events: answer.events.map(AuditEvent.init),
        next: answer.nextSequence == 0 ? nil : order.going(on: answer.nextSequence))
    }
  }
}

extension Call where Success == Statistics, Failure == QueryError {
  static func statistics(_ caller: ActingCaller) throws(QueryError) -> Call {
    try .administration(.getStatistics(GetStatisticsRequest()), caller, mayRepeat: true) {
      (result) throws(QueryError) in
      guard case .getStatistics(let answer) = result else { return nil }
      return Statistics(answer)
    }
  }
}

extension Call where Success == String, Failure == QueryError {
  static func metrics(_ caller: ActingCaller) throws(QueryError) -> Call {
    try .administration(.getMetrics(GetMetricsRequest()), caller, mayRepeat: true) {
      (result) throws(QueryError) in
      guard case .getMetrics(let answer) = result else { return nil }
      return answer.text
    }
  }
}
