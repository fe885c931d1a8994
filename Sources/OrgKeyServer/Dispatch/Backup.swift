internal import OrgKeyModel
internal import OrgKeyWire

extension CallHandler {
  /// The first call has the copy taken, the following ones read it.
  func backup(_ request: BackupRequest, _ call: Call) throws(Refusal) -> Work {
    let (backups, client) = (service.backups, call.client)
    guard request.backupID.isEmpty else {
      return .read(scan: true) { (_) throws(Refusal) in
        .backup(try backups.chunk(of: request.backupID, at: request.offset, for: client))
      }
    }
    guard request.offset == 0 else {
      throw .invalid("backup_id", "offset is given without the backup_id it is of")
    }
    try backups.admit()
    return .backup
  }
}
