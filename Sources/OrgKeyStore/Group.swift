package import OrgKeyModel

// Group commit: changes that wait together share one transaction and one fsync.

extension Store {
  /// Begins a group of changes.
  ///
  /// - Parameters:
  ///   - now: Unix milliseconds: when everything in the group happens.
  ///   - alone: it will have one member. For one that changes many rows: what undoes it is then
  ///     kept once, by the transaction, and not by a savepoint as well.
  /// - Throws: `.tryAgain` if another program holds the database; nothing was begun then.
  package func begin(now: Int64, alone: Bool = false) throws(StoreError) {
    precondition(group == nil, "a group of changes is open")
    try connection.run("BEGIN IMMEDIATE")
    hasSavepoints = !alone
    isRolledBack = false
    group = Transaction(
      connection: connection, files: files, now: max(now, 1), totals: totals,
      hasReserve: reserve.isHeld)
  }

  /// Makes one change of the group, seeing those before it. If `body` throws, nothing of it
  /// is kept and the group goes on.
  ///
  /// - Returns: what `body` returned, or why the change was refused.
  /// - Throws: the group is over and nothing of it was kept. `.full`: run its members again,
  ///   one by one. Anything else: what is in memory can't be trusted any more, so exit.
  package func member<Outcome>(
    _ body: (inout Transaction) throws -> Outcome
  ) throws(StoreError) -> Result<Outcome, Refusal> {
    guard var transaction = group else { preconditionFailure("no group of changes is open") }
    group = nil
    let (totals, numbers) = (transaction.totals, transaction.numbers)
    let mutations = transaction.mutations.count
    do {
      if hasSavepoints { try connection.run("SAVEPOINT member") }
      let outcome = try body(&transaction)
      if hasSavepoints { try connection.run("RELEASE member") }
      group = transaction
      return .success(outcome)
    } catch {
      let refusal = try undoMember(after: error)
      transaction.totals = totals
      transaction.numbers = numbers
      transaction.mutations.removeSubrange(mutations...)
      group = transaction
      return .failure(refusal)
    }
  }

  /// Makes the group durable.
  ///
  /// - Returns: what to apply to the Directory, in this order.
  /// - Throws: `.full`: nothing was kept; run the members again, one by one. Anything else:
  ///   the outcome is unknown; answer nobody, exit, recover from the file.
  package func commit() throws(StoreError) -> [Mutation] {
    guard let transaction = group else { preconditionFailure("no group of changes is open") }
    group = nil
    if isRolledBack { return [] }
    do throws(StoreError) {
      try transaction.totals.write(replacing: totals, on: connection)
      try connection.run("COMMIT")
    } catch {
      throw endGroup(after: error)
    }
    totals = transaction.totals
    return transaction.mutations
  }

  /// Gives the group up. Nothing of it is kept.
  package func rollback() throws(StoreError) {
    group = nil
    if connection.isInTransaction { try connection.run("ROLLBACK") }
  }

  private func undoMember(after error: any Error) throws(StoreError) -> Refusal {
    let refusal: Refusal
    switch error {
    case let error as Refusal: refusal = error
    // A damaged row or a broken constraint concerns this member alone.
    case let error as StoreError where error.category == .damaged || error.category == .internal:
      guard connection.isInTransaction else { throw endGroup(after: error) }
      refusal = Refusal(.internal, "\(error)")
    case let error as StoreError: throw endGroup(after: error)
    default: refusal = Refusal(.internal, "the change failed: \(type(of: error))")
    }
    do throws(StoreError) {
      if hasSavepoints {
        try connection.run("ROLLBACK TO member")
        try connection.run("RELEASE member")
      } else {
        try connection.run("ROLLBACK")
        isRolledBack = true
      }
    } catch {
      throw endGroup(after: error)
    }
    return refusal
  }

  /// Ends the transaction if SQLite has not done so by itself, and frees the reserve if the
  /// disk is full.
  private func endGroup(after error: StoreError) -> StoreError {
    do throws(StoreError) {
      try rollback()
      if error.category == .full { try reserve.release() }
      return error
    } catch {
      return error
    }
  }
}

extension Store {
  /// Whether the disk was found full and the reserve given up: nothing but revoking and
  /// suspending is accepted, and usage is not flushed.
  package var isFull: Bool { !reserve.isHeld }

  /// Call between groups, now and then: moves the log into the database when it has grown,
  /// and makes the reserve again when there is room. A full disk is no failure here: the
  /// log has it all.
  package func maintain() throws(StoreError) {
    precondition(group == nil, "a group of changes is open")
    do throws(StoreError) {
      try connection.shrinkCache()
      if connection.walFrames >= Self.checkpointFrames { try connection.checkpoint() }
      try reserve.makeIfRoom()
    } catch {
      guard error.category == .full else { throw error }
      try reserve.release()
    }
  }

  /// 8 MiB of pages: as long as the log gets, unless a reader holds an old state.
  private static var checkpointFrames: Int { 2000 }
}
