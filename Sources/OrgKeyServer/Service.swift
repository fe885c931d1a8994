internal import Logging
internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeySystem
internal import OrgKeyWire
internal import Synchronization

/// What all reactors and threads share.
final class Service: Sendable {
  let settings: DaemonSettings
  let access: AccessPolicy
  let policy: Policy
  let databaseID: String
  let files: DatabaseFiles
  /// Rows that failed their checksum when the database was loaded: not served.
  let quarantinedRowCount: Int
  let directory: SharedDirectory
  let writer = Writer()
  let reading = ReadWorker()
  let backups = Backups()
  let usage = UsageLedger()
  let activity = Activity()
  let importMemory = ImportMemory()
  let log: Logger
  let collapsed: CollapsedLog
  let startedAt = Clock.wallMilliseconds()

  private let connections = Atomic<Int>(0)
  private let draining = Atomic<Bool>(false)
  private let changes = Atomic<UInt64>(0)

  init(
    settings: DaemonSettings, databaseID: String, files: DatabaseFiles,
    directory: consuming Directory, quarantinedRowCount: Int, log: Logger
  ) {
    self.settings = settings
    self.access = settings.access
    self.policy = Policy(
      keyPrefix: settings.keyPrefix, requiredEnvironment: settings.requiredEnvironment)
    self.databaseID = databaseID
    self.files = files
    self.quarantinedRowCount = quarantinedRowCount
    self.directory = SharedDirectory(directory, reactors: settings.threads)
    self.log = log
    self.collapsed = CollapsedLog(log)
  }

  var connectionCount: Int { connections.load(ordering: .relaxed) }

  /// Counts a connection; false if there are as many as there may be.
  func connectionOpened() -> Bool {
    connections.add(1, ordering: .relaxed).newValue <= settings.maxConnections
  }

  func connectionClosed() { connections.subtract(1, ordering: .relaxed) }

  /// Changes committed since the start.
  var changeCount: UInt64 { changes.load(ordering: .relaxed) }

  func changesCommitted(_ count: Int) { changes.add(UInt64(count), ordering: .relaxed) }

  /// Whether Health says SERVING.
  var isServing: Bool { !draining.load(ordering: .relaxed) }

  func beginDraining() { draining.store(true, ordering: .relaxed) }

  func stalledConnectionClosed(_ peer: Peer) {
    collapsed.notice("closed a connection of uid \(peer.uid) that stalled")
  }
}
