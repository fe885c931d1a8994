/// The calls that bring in many keys or organizations at once.
extension Administrator {
  /// Takes over keys issued elsewhere: all or, if there is any fault, none. Refused when acting for
  /// an organization.
  ///
  /// The rows travel over a connection of their own, as many at a time as fit into a request. An
  /// import that breaks off has changed nothing, unless it throws `.outcomeUnknown`; it is not
  /// repeated. A row that can't be sent at all is misuse of the field "rows[17]", counted from 1.
  ///
  /// - Parameters:
  ///   - rows: read as they are sent.
  ///   - isDryRun: looks for faults and changes nothing.
  ///   - timeout: for each request; the last one, with which the daemon makes the keys, takes
  ///     longest. nil: the client's for administration.
  ///   - progress: is told after each request how many rows the daemon has.
  /// - Returns: whether it was done, and if not, why: look at `faults`.
  /// - Throws: `ChangeError`, or what `rows` throws: then nothing was imported.
  public nonisolated(nonsending) func importKeys<Rows: AsyncSequence>(
    _ rows: Rows, isDryRun: Bool = false, timeout: Duration? = .seconds(60),
    progress: (UInt64) -> Void = { _ in }
  ) async throws -> ImportResult where Rows.Element == ImportedKey {
    var iterator = rows.makeAsyncIterator()
    return try await importRows(
      isDryRun: isDryRun, timeout: timeout, progress
    ) { () async throws in
      try await iterator.next(isolation: #isolation)
    } failure: {
      $0
    }
  }

  /// The other `importKeys`, for rows that are there already.
  public nonisolated(nonsending) func importKeys(
    _ rows: some Sequence<ImportedKey>, isDryRun: Bool = false, timeout: Duration? = .seconds(60),
    progress: (UInt64) -> Void = { _ in }
  ) async throws(ChangeError) -> ImportResult {
    var iterator = rows.makeIterator()
    return try await importRows(
      isDryRun: isDryRun, timeout: timeout, progress
    ) { () async throws(ChangeError) in
      iterator.next()
    } failure: {
      $0
    }
  }

  /// Makes many organizations: all or, if there is any fault, none. Rows that exist as given are
  /// skipped, so that it may be done again. The rest is as for `importKeys`.
  public nonisolated(nonsending) func importOrganizations<Rows: AsyncSequence>(
    _ rows: Rows, isDryRun: Bool = false, timeout: Duration? = .seconds(60),
    progress: (UInt64) -> Void = { _ in }
  ) async throws -> ImportResult where Rows.Element == ImportedOrganization {
    var iterator = rows.makeAsyncIterator()
    return try await importRows(
      isDryRun: isDryRun, timeout: timeout, progress
    ) { () async throws in
      try await iterator.next(isolation: #isolation)
    } failure: {
      $0
    }
  }

  /// The other `importOrganizations`, for rows that are there already.
  public nonisolated(nonsending) func importOrganizations(
    _ rows: some Sequence<ImportedOrganization>, isDryRun: Bool = false,
    timeout: Duration? = .seconds(60), progress: (UInt64) -> Void = { _ in }
  ) async throws(ChangeError) -> ImportResult {
    var iterator = rows.makeIterator()
    return try await importRows(
      isDryRun: isDryRun, timeout: timeout, progress
    ) { () async throws(ChangeError) in
      iterator.next()
    } failure: {
      $0
    }
  }

  /// - Parameter failure: how this call tells that the daemon did not import.
  private nonisolated(nonsending) func importRows<Row: ImportRow, Failure: Error>(
    isDryRun: Bool, timeout: Duration?, _ progress: (UInt64) -> Void,
    next: nonisolated(nonsending) () async throws(Failure) -> Row?,
    failure: (ChangeError) -> Failure
  ) async throws(Failure) -> ImportResult {
    try await client.lentConnections.lend {
      (connection) async throws(Failure) in
      var rows = RowImport<Row>(isDryRun: isDryRun, caller)
      while !rows.isOver {
        let row = try await next()
        do throws(ChangeError) {
          guard let call = try rows.add(row) else { continue }
          rows.take(try await client.send(call, over: connection, timeout: timeout))
        } catch {
          throw failure(error)
        }
        progress(rows.result.stagedCount)
      }
      return rows.result
    }
  }
}
