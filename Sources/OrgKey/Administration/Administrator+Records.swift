/// The calls about what was done, and about the daemon itself.
extension Administrator {
  /// All changes that pass the filter, by their sequence.
  ///
  /// - Parameters:
  ///   - filter: which changes; by default all in reach.
  ///   - order: which way, and from where.
  ///   - timeout: for each page; nil: the client's for administration.
  public func auditEvents(
    _ filter: AuditFilter = AuditFilter(), order: AuditOrder = .newestFirst(),
    timeout: Duration? = nil
  ) -> PagedSequence<AuditEvent, QueryError> {
    PagedSequence { (token) async throws(QueryError) in
      let place = token.flatMap { UInt64($0) }.map { order.going(on: $0) } ?? order
      let page = try await self.auditEventsPage(filter, order: place, timeout: timeout)
      return Page(elements: page.events, nextPageToken: page.next?.sequence.map { String($0) })
    }
  }

  /// One page of `auditEvents`.
  ///
  /// - Parameters:
  ///   - filter: the same for each page.
  ///   - order: which way, and from where: for the next page, `AuditPage.next`.
  ///   - pageSize: at most 1000; nil: 100.
  ///   - timeout: nil: the client's for administration.
  public func auditEventsPage(
    _ filter: AuditFilter = AuditFilter(), order: AuditOrder = .newestFirst(),
    pageSize: Int? = nil, timeout: Duration? = nil
  ) async throws(QueryError) -> AuditPage {
    try await client.send(
      .auditEvents(filter, order, pageSize: pageSize, caller), timeout: timeout)
  }

  /// What the daemon counts about itself. Refused when acting for an organization.
  public func statistics(timeout: Duration? = nil) async throws(QueryError) -> Statistics {
    try await client.send(.statistics(caller), timeout: timeout)
  }

  /// The same and more in Prometheus' text format 0.0.4. Refused when acting for an organization.
  public func metrics(timeout: Duration? = nil) async throws(QueryError) -> String {
    try await client.send(.metrics(caller), timeout: timeout)
  }

  /// Takes a consistent copy of the database while the daemon serves, chunk by chunk over a
  /// connection of its own. Refused when acting for an organization.
  ///
  /// - Parameters:
  ///   - timeout: for each chunk; the first takes as long as the copying does. nil: the client's for
  ///     administration.
  ///   - body: is given the chunks in their order. What they make up is a backup only when this call
  ///     has returned.
  /// - Throws: `QueryError`, or what `body` throws.
  public nonisolated(nonsending) func backup(
    timeout: Duration? = .seconds(60),
    _ body: nonisolated(nonsending) (Backup.Chunk) async throws -> Void
  ) async throws -> Backup {
    try await client.lentConnections.lend { connection in
      var copy = BackupCopy(caller)
      while true {
        let answer = try await client.send(copy.next(), over: connection, timeout: timeout)
        try await body(copy.take(answer))
        if copy.isWhole, let backup = copy.backup { return backup }
      }
    }
  }
}
