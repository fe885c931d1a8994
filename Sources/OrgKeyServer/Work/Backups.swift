internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeySystem
internal import OrgKeyWire
internal import Synchronization

/// The copies of the database that clients are reading. Each belongs to the connection that asked
/// for it, and is dropped with its last chunk or with that connection.
final class Backups: Sendable {
  /// Being made, waiting to be, or being read: each takes as much of the disk as the database.
  static let atOnce = 4
  /// Bytes in an answer: half of what a frame holds.
  static let chunkBytes = 512 << 10

  private struct Held {
    let id: String
    let file: BackupFile
    let client: Presence
  }

  private struct State {
    var held: [Held] = []
    /// Those that are not held yet.
    var underway = 0
    var lastNumber = 0
  }

  private let state = Mutex(State())

  /// Counts one that is asked for. `keep` or `giveUp` must follow.
  ///
  /// - Throws: there are as many as there may be.
  func admit() throws(Refusal) {
    try state.withLock { (state) throws(Refusal) in
      guard state.held.count + state.underway < Backups.atOnce else {
        throw Refusal(
          .resourceExhausted,
          "\(Backups.atOnce) backups are being made or read, and there are no more at once: try "
            + "again when one is done")
      }
      state.underway += 1
    }
  }

  func giveUp() { state.withLock { $0.underway -= 1 } }

  /// Keeps a copy that is whole for its client.
  ///
  /// - Returns: its id; nil if the client is gone.
  func keep(_ file: BackupFile, for client: Presence) -> String? {
    state.withLock { state in
      state.underway -= 1
      // Under the lock under which `release` looks: one of both sees the other.
      if client.isGone { return nil }
      state.lastNumber += 1
      let id = "backup_\(state.lastNumber)"
      state.held.append(Held(id: id, file: file, client: client))
      return id
    }
  }

  /// A chunk of a copy; after the last one it is dropped.
  func chunk(of id: String, at offset: UInt64, for client: Presence) throws(Refusal)
    -> BackupResponse
  {
    let file = state.withLock { state in
      state.held.first { $0.id == id && $0.client === client }?.file
    }
    guard let file else {
      throw Refusal(
        .notFound,
        "no such backup: it is dropped with its last chunk, and with the connection that made it")
    }
    guard offset < UInt64(file.size) else {
      throw .invalid("offset", "offset is \(offset), but the backup has \(file.size) bytes")
    }
    let chunk: [UInt8]
    do throws(SystemError) {
      chunk = try file.read(Backups.chunkBytes, at: Int64(offset))
    } catch {
      drop(id)
      throw Refusal(.internal, "the backup cannot be read any more: \(error)")
    }
    if Int64(offset) + Int64(chunk.count) >= file.size { drop(id) }
    return BackupResponse(
      backupID: id, totalBytes: UInt64(file.size), offset: offset, chunk: chunk,
      auditSequence: UInt64(file.auditSequence))
  }

  private func drop(_ id: String) {
    state.withLock { state in state.held.removeAll { $0.id == id } }
  }

  /// Takes away what a client held that is gone.
  func release(of client: Presence) -> [BackupFile] {
    state.withLock { state in
      let released = state.held.filter { $0.client === client }.map(\.file)
      if !released.isEmpty { state.held.removeAll { $0.client === client } }
      return released
    }
  }
}

extension Service {
  /// Drops the backups of a client that is gone: never on a reactor, for it takes a moment to
  /// free so much of the disk.
  func dropBackups(of client: Presence) {
    for file in backups.release(of: client) { reading.letGo(of: file) }
  }
}
