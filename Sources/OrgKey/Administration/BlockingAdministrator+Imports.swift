/// The calls that bring in many keys or organizations at once.
extension BlockingAdministrator {
  /// As `Administrator.importKeys`.
  public func importKeys(
    _ rows: some Sequence<ImportedKey>, isDryRun: Bool = false,
    timeout: Duration? = .seconds(60), progress: (UInt64) -> Void = { _ in }
  ) throws(ChangeError) -> ImportResult {
    var iterator = rows.makeIterator()
    return try importRows(isDryRun: isDryRun, timeout: timeout, progress) {
      () throws(ChangeError) in
      iterator.next()
    } failure: {
      $0
    }
  }

  /// The same for rows that are read on the way: `next` gives the next one, or nil after the last.
  ///
  /// - Throws: `ChangeError`, or what `next` throws: then nothing was imported.
  public func importKeys(
    isDryRun: Bool = false, timeout: Duration? = .seconds(60),
    progress: (UInt64) -> Void = { _ in }, next: () throws -> ImportedKey?
  ) throws -> ImportResult {
    try importRows(isDryRun: isDryRun, timeout: timeout, progress, next: next) { $0 }
  }

  /// As `Administrator.importOrganizations`.
  public func importOrganizations(
    _ rows: some Sequence<ImportedOrganization>, isDryRun: Bool = false,
    timeout: Duration? = .seconds(60), progress: (UInt64) -> Void = { _ in }
  ) throws(ChangeError) -> ImportResult {
    var iterator = rows.makeIterator()
    return try importRows(isDryRun: isDryRun, timeout: timeout, progress) {
      () throws(ChangeError) in
      iterator.next()
    } failure: {
      $0
    }
  }

  /// The same for rows that are read on the way: `next` gives the next one, or nil after the last.
  ///
  /// - Throws: `ChangeError`, or what `next` throws: then nothing was imported.
  public func importOrganizations(
    isDryRun: Bool = false, timeout: Duration? = .seconds(60),
    progress: (UInt64) -> Void = { _ in }, next: () throws -> ImportedOrganization?
  ) throws -> ImportResult {
    try importRows(isDryRun: isDryRun, timeout: timeout, progress, next: next) { $0 }
  }

  /// - Parameter failure: how this call tells that the daemon did not import.
  private func importRows<Row: ImportRow, Failure: Error>(
    isDryRun: Bool, timeout: Duration?, _ progress: (UInt64) -> Void,
    next: () throws(Failure) -> Row?, failure: (ChangeError) -> Failure
  ) throws(Failure) -> ImportResult {
    var loan = BlockingLoan(client.client.pool)
    var rows = RowImport<Row>(isDryRun: isDryRun, caller)
    while !rows.isOver {
      let row = try next()
      do throws(ChangeError) {
        guard let call = try rows.add(row) else { continue }
        rows.take(try client.send(call, over: &loan, timeout: timeout))
      } catch {
        throw failure(error)
      }
      progress(rows.result.stagedCount)
    }
    return rows.result
  }
}
