internal import OrgKeyWire

/// A backup on its way, apart from how it travels: says what to ask next, and takes the answers.
struct BackupCopy {
  private let caller: ActingCaller
  private var id = ""
  private var offset: UInt64 = 0
  /// nil: the copy is not yet taken.
  private(set) var backup: Backup?

  init(_ caller: ActingCaller) { self.caller = caller }

  /// Whether all of it was read.
  var isWhole: Bool { offset == backup?.totalBytes }

  /// Asks for the next chunk, with the first one for the copy to be taken.
  func next() throws(QueryError) -> Call<BackupResponse, QueryError> {
    let request = BackupRequest(backupID: id, offset: offset)
    return try .administration(.backup(request), caller, mayRepeat: false) {
      [id, offset, backup] (result) throws(QueryError) in
      guard case .backup(let answer) = result else { return nil }
      // Anything else would make a file that is no database.
      let isNext =
        answer.offset == offset && !answer.chunk.isEmpty && answer.offset <= answer.totalBytes
        && UInt64(answer.chunk.count) <= answer.totalBytes - answer.offset
      let isSame =
        backup.map { answer.backupID == id && answer.totalBytes == $0.totalBytes }
        ?? !answer.backupID.isEmpty
      return isNext && isSame ? answer : nil
    }
  }

  /// Takes an answer, whose chunk it returns.
  mutating func take(_ answer: BackupResponse) -> Backup.Chunk {
    if backup == nil {
      id = answer.backupID
      backup = Backup(totalBytes: answer.totalBytes, auditSequence: answer.auditSequence)
    }
    offset += UInt64(answer.chunk.count)
    return Backup.Chunk(
      offset: answer.offset, bytes: answer.chunk, totalBytes: answer.totalBytes)
  }
}
