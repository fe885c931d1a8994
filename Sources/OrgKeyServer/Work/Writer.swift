internal import Logging
internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeySystem
internal import OrgKeyWire

/// A change that waits for its turn.
struct PendingChange: Sendable {
  let method: MethodName
  let run: Work.Change
  /// On the monotonic clock; nil: the caller waits as long as it takes.
  let deadline: Int64?
  let address: ReturnAddress
}

/// The thread on which everything is written. Changes that wait together share one transaction
/// and one fsync; they are applied to the Directory, then answered. Between them, backups are
/// made.
final class Writer: Sendable {
  /// Changes in one transaction: bounds how long the first waits for the last.
  private static let groupSize = 256

  private struct Queue {
    var changes: [PendingChange] = []
    var backups: [PendingBackup] = []
    var stopping = false

    var isEmpty: Bool { changes.isEmpty && backups.isEmpty && !stopping }
  }

  private let queue = Condition(Queue())

  func submit(_ change: PendingChange) { queue.change { $0.changes.append(change) } }

  func submit(_ backup: PendingBackup) { queue.change { $0.backups.append(backup) } }

  /// Takes no new work and ends `run` when the work it has is done.
  func stop() { queue.change { $0.stopping = true } }

  /// Works until stopped. Returns when everything that was submitted is on disk.
  ///
  /// - Throws: the outcome of a commit is unknown. Nothing of that group was answered, and
  ///   nothing more may be: the process must end and recover from the file.
  func run(_ store: Store, _ service: Service, _ upkeep: Upkeep) throws(StoreError) {
    let backups = BackupMaker()
    while true {
      let (group, stopping) = next(wakingAt: min(upkeep.due, backups.due), backups)
      if !group.isEmpty { try write(group, to: store, service) }
      if stopping && group.isEmpty { break }
      try upkeep.run(store, service)
      backups.run(store, service)
    }
    backups.finish(service)
    try upkeep.finish(store, service)
  }

  private func next(
    wakingAt due: Int64, _ backups: BackupMaker
  ) -> ([PendingChange], stopping: Bool) {
    queue.wait(untilMilliseconds: due, for: { !$0.isEmpty }) { queue in
      let group = Array(Writer.group(of: queue.changes))
      queue.changes.removeFirst(group.count)
      backups.add(queue.backups)
      queue.backups = []
      return (group, queue.stopping)
    }
  }

  /// The changes that are made next. One of many rows is made alone: those before it are answered
  /// before.
  private static func group(of changes: [PendingChange]) -> ArraySlice<PendingChange> {
    if let first = changes.first, first.method.changesManyRows { return changes.prefix(1) }
    return changes.prefix(groupSize).prefix { !$0.method.changesManyRows }
  }

  private func write(
    _ group: [PendingChange], to store: Store, _ service: Service
  ) throws(StoreError) {
    do throws(StoreError) {
      try commit(group, to: store, service)
    } catch let error where error.category == .full {
      // A full disk undoes the whole group. One by one, those that fit may still pass; what
      // takes access away goes first.
      service.collapsed.error("\(error)")
      let urgent = group.filter { $0.method.takesAccessAway }
      let others = group.filter { !$0.method.takesAccessAway }
      for change in urgent + others { try writeAlone(change, to: store, service) }
    }
  }

  private func writeAlone(
    _ change: PendingChange, to store: Store, _ service: Service
  ) throws(StoreError) {
    do throws(StoreError) {
      try commit([change], to: store, service)
    } catch let error where error.category == .full {
      change.address.send(.failure(Refusal(.resourceExhausted, "the disk is full")))
    }
  }

  private func commit(
    _ group: [PendingChange], to store: Store, _ service: Service
  ) throws(StoreError) {
    var answers: [Result<Work.Answer, Refusal>] = []
    answers.reserveCapacity(group.count)
    do throws(StoreError) {
      let alone = group.count == 1
      try store.begin(now: Clock.wallMilliseconds(), alone: alone)
    } catch let error where error.category == .tryAgain {
      // Another program holds the database, or memory is short: nothing was begun.
      service.collapsed.error("\(error)")
      for change in group { change.address.send(.failure(.databaseBusy)) }
      return
    }
    for change in group {
      if let deadline = change.deadline, Clock.monotonicMilliseconds() >= deadline {
        answers.append(.failure(.deadlineExceeded))
      } else {
        answers.append(try store.member(change.run))
      }
    }
    let beganAt = Clock.monotonicNanoseconds()
    let mutations = try store.commit()
    let made = answers.count { if case .success = $0 { true } else { false } }
    if made > 0 { service.commitTimes.record(Clock.monotonicNanoseconds() - beganAt) }
    try apply(mutations, to: service.directory)
    service.changesCommitted(made)
    for (change, answer) in zip(group, answers) { change.address.send(answer.map { $0() }) }
  }

  /// Applies in commit order, a bounded piece under each hold of the lock: what is not applied yet
  /// was not answered yet, so it may still be decided as before.
  private func apply(_ mutations: [Mutation], to directory: SharedDirectory) throws(StoreError) {
    var rest = mutations[...]
    while !rest.isEmpty {
      let fits = directory.write { directory in
        var fits = true
        var rows = 0
        while rows < Limits.keysPerMutation, let mutation = rest.popFirst() {
          fits = directory.apply(mutation) && fits
          rows += mutation.rowCount
        }
        return fits
      }
      // What is in memory is not what was committed on: nobody may be answered from it.
      guard fits else {
        throw StoreError(.internal, "a committed change does not fit what is in memory")
      }
    }
  }
}

extension Refusal {
  static let databaseBusy = Refusal(
    .unavailable, "the database is held by another program; nothing was changed: try again")

  static let deadlineExceeded = Refusal(
    .deadlineExceeded, "the call's deadline passed before it was begun; nothing was changed")
}

extension MethodName {
  var changesManyRows: Bool {
    switch self {
    case .revokeKeys, .deleteOrganization, .importKeys, .importOrganizations: true
    default: false
    }
  }

  /// What must still be possible when nothing else is.
  var takesAccessAway: Bool {
    switch self {
    case .revokeKey, .revokeKeys, .suspendOrganization: true
    default: false
    }
  }
}
