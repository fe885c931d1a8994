internal import Logging
internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeySystem
internal import OrgKeyWire

/// A backup that somebody waits for.
struct PendingBackup: Sendable {
  /// On the monotonic clock; nil: the caller waits as long as it takes.
  let deadline: Int64?
  let address: ReturnAddress
}

/// Makes backups one after the other, a slice at a time between the writer's groups. Belongs to
/// the writer's thread.
///
/// A backup that fails is the concern of whoever asked for it, never a reason to end.
final class BackupMaker {
  private var waiting: [PendingBackup] = []
  private var current: (backup: PendingBackup, copy: BackupCopy)?

  /// When to run next, on the monotonic clock.
  var due: Int64 { current == nil && waiting.isEmpty ? .max : 0 }

  func add(_ backups: [PendingBackup]) { waiting += backups }

  /// Copies one slice.
  func run(_ store: Store, _ service: Service) {
    guard let (backup, copy) = current else { return beginNext(store, service) }
    if let refusal = backup.reasonToStop {
      current = nil
      return end(backup, copy, refusal, service)
    }
    do throws(BackupError) {
      guard let file = try copy.step() else { return }
      current = nil
      hand(file, to: backup, service)
    } catch {
      current = nil
      service.collapsed.error("a backup failed: \(error.message)")
      end(backup, copy, Refusal(error), service)
    }
  }

  /// Gives up what is left: nobody waits for it any more.
  func finish(_ service: Service) {
    if let (backup, copy) = current { end(backup, copy, .backupGivenUp, service) }
    current = nil
    for backup in waiting { end(backup, nil, .backupGivenUp, service) }
    waiting = []
  }

  private func beginNext(_ store: Store, _ service: Service) {
    if waiting.isEmpty { return }
    let backup = waiting.removeFirst()
    if let refusal = backup.reasonToStop { return end(backup, nil, refusal, service) }
    do throws(BackupError) {
      current = (backup, try BackupCopy(of: store))
    } catch {
      service.collapsed.error("a backup failed: \(error.message)")
      end(backup, nil, Refusal(error), service)
    }
  }

  private func end(
    _ backup: PendingBackup, _ copy: BackupCopy?, _ refusal: Refusal, _ service: Service
  ) {
    if let left = copy?.giveUp() { service.reading.letGo(of: left) }
    service.backups.giveUp()
    backup.address.send(.failure(refusal))
  }

  /// The reading thread answers with the first chunk.
  private func hand(_ file: BackupFile, to backup: PendingBackup, _ service: Service) {
    let client = backup.address.presence
    guard let id = service.backups.keep(file, for: client) else {
      return service.reading.letGo(of: file)
    }
    service.log.info(
      "backup taken",
      metadata: ["orgkey.bytes": "\(file.size)", "orgkey.audit_sequence": "\(file.auditSequence)"])
    let backups = service.backups
    let first = PendingRead(
      scan: true,
      run: { _ throws(Refusal) in .backup(try backups.chunk(of: id, at: 0, for: client)) },
      deadline: nil, address: backup.address)
    // However many wait: else what was copied would have been copied for nothing.
    _ = service.reading.submit(first, always: true)
  }
}

extension PendingBackup {
  fileprivate var reasonToStop: Refusal? {
    if address.presence.isGone { return .backupGivenUp }
    guard let deadline, Clock.monotonicMilliseconds() >= deadline else { return nil }
    return Refusal(
      .deadlineExceeded,
      "the backup was not complete when the call's deadline passed: it was dropped")
  }
}

extension Refusal {
  fileprivate static let backupGivenUp = Refusal(.unavailable, "the backup was given up")

  fileprivate init(_ error: BackupError) {
    switch error.cause {
    case .noRoom: self.init(.resourceExhausted, error.message)
    case .copy: self.init(.internal, "the copy for the backup cannot be written")
    case .database: self.init(.internal, "the database cannot be read")
    }
  }
}
