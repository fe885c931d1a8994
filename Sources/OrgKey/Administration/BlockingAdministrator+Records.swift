/// The calls about what was done, and about the daemon itself.
extension BlockingAdministrator {
  /// As `Administrator.auditEventsPage`.
  public func auditEventsPage(
    _ filter: AuditFilter = AuditFilter(), order: AuditOrder = .newestFirst(),
    pageSize: Int? = nil, timeout: Duration? = nil
  ) throws(QueryError) -> AuditPage {
    try client.send(
      .auditEvents(filter, order, pageSize: pageSize, caller), timeout: timeout)
  }

  /// As `Administrator.statistics`.
  public func statistics(timeout: Duration? = nil) throws(QueryError) -> Statistics {
    try client.send(.statistics(caller), timeout: timeout)
  }

  /// As `Administrator.metrics`.
  public func metrics(timeout: Duration? = nil) throws(QueryError) -> String {
    try client.send(.metrics(caller), timeout: timeout)
  }

  /// As `Administrator.backup`.
  public func backup(
    timeout: Duration? = .seconds(60), _ body: (Backup.Chunk) throws -> Void
  ) throws -> Backup {
    var loan = BlockingLoan(client.client.pool)
    var copy = BackupCopy(caller)
    while true {
      let answer = try client.send(copy.next(), over: &loan, timeout: timeout)
      try body(copy.take(answer))
      if copy.isWhole, let backup = copy.backup { return backup }
    }
  }
}
