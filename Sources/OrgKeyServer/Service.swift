internal import Logging
internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeySystem
internal import OrgKeyWire
internal import Synchronization

/// What all reactors and threads share.
final class Service: Sendable {
  /// Kept for backups, the reserve file and what SQLite opens, however many clients there are.
  private static let reservedDescriptors = 8

  let settings: DaemonSettings
  let access: AccessPolicy
  let policy: Policy
  let databaseID: String
  let files: DatabaseFiles
  /// Rows that failed their checksum when the database was loaded: not served.
  let quarantinedRowCount: Int
  /// Tables, and the log, of which something was lost, which was accepted.
  let acceptedDamageCount: Int
  let directory: SharedDirectory
  let writer = Writer()
  let reading = ReadWorker()
  let backups = Backups()
  let usage = UsageLedger()
  let activity = Activity()
  let importMemory = ImportMemory()
  let bufferMemory = BufferMemory()
  let connections: ConnectionCounts
  /// Descriptors of connections have lesser numbers: what is left is for files.
  let descriptorsEnd = ThisProcess.descriptorLimit - Service.reservedDescriptors
  let log: Logger
  let collapsed: CollapsedLog
  let startedAt = Clock.wallMilliseconds()
  /// When the process was started, which has loaded the database since; nil: nobody knows.
  let processStartedAt = ProcessFigures.startedAt
  /// The writer's: how long its commits took, and writing usage.
  let commitTimes = Durations.ofWrites()
  let flushTimes = Durations.ofWrites()

  private let draining = Atomic<Bool>(false)
  private let changes = Atomic<UInt64>(0)
  private let refused = Atomic<UInt64>(0)
  private let stalled = Atomic<UInt64>(0)
  private let denied = Atomic<UInt64>(0)

  init(
    settings: DaemonSettings, databaseID: String, files: DatabaseFiles,
    directory: consuming Directory, _ report: LoadReport, log: Logger
  ) {
    self.settings = settings
    self.access = settings.access
    self.policy = Policy(
      keyPrefix: settings.keyPrefix, requiredEnvironment: settings.requiredEnvironment)
    self.databaseID = databaseID
    self.files = files
    quarantinedRowCount = report.quarantinedCount
    acceptedDamageCount = report.acceptedTables.count + (report.acceptedLogDamage == nil ? 0 : 1)
    self.directory = SharedDirectory(directory, reactors: settings.threads)
    connections = ConnectionCounts(settings)
    self.log = log
    self.collapsed = CollapsedLog(log)
  }

  /// Changes committed since the start.
  var changeCount: UInt64 { changes.load(ordering: .relaxed) }

  func changesCommitted(_ count: Int) { changes.add(UInt64(count), ordering: .relaxed) }

  /// Whether Health says SERVING.
  var isServing: Bool { !draining.load(ordering: .relaxed) }

  func beginDraining() { draining.store(true, ordering: .relaxed) }

  /// Connections that were not served, or no longer, for want of what all of them share.
  var refusedCount: UInt64 { refused.load(ordering: .relaxed) }
  /// Connections that were closed because they stalled.
  var stalledCount: UInt64 { stalled.load(ordering: .relaxed) }
  /// Calls that their peers had not the role for.
  var deniedPeerCount: UInt64 { denied.load(ordering: .relaxed) }

  func connectionRefused(_ peer: Peer, _ reason: String) {
    refused.add(1, ordering: .relaxed)
    collapsed.notice("refused a connection of uid \(peer.uid): \(reason)")
  }

  func peerDenied(_ reason: String) {
    denied.add(1, ordering: .relaxed)
    collapsed.notice("refused: \(reason)")
  }

  func stalledConnectionClosed(_ peer: Peer) {
    stalled.add(1, ordering: .relaxed)
    collapsed.notice("closed a connection of uid \(peer.uid) that stalled")
  }
}
