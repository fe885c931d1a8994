import Glibc
import Logging
import OrgKeyModel
import OrgKeySystem

@testable import OrgKeyServer
@testable import OrgKeyStore

// Beginning and ending.
extension World {
  var present: Served {
    get throws {
      guard let served else { throw Violation("the daemon has ended") }
      return served
    }
  }

  func open() throws {
    if opened != nil { return }
    let store = try Store(opening: settings.database)
    opened = (store, try Reader(store.files))
  }

  func close() throws {
    served = nil
    opened?.reader.close()
    try opened?.store.close()
    opened = nil
  }

  func begin() throws {
    try open()
    guard let (store, reader) = opened else { return }
    let now = Clock.wallMilliseconds()
    let directory = try load(store, now)
    let service = Service(
      settings: settings, databaseID: store.databaseID, files: store.files, directory: directory,
      LoadReport(), log: Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() })
    // Told to stop, both do what waits whenever they are run, and return.
    service.writer.stop()
    service.reading.stop()
    let usage = UsageRecorder()
    service.usage.add(usage)
    served = Served(
      store: store, service: service, upkeep: Upkeep(settings, expiredUntil: now),
      records: Records(reader, service),
      calls: CallHandler(service, mailbox, usage, reactor: 0))
    lines = Array(repeating: nil, count: Program.lines)
  }

  private func load(_ store: Store, _ now: Int64) throws -> Directory {
    var directory = Directory(seed: HashSeed((1, 2, 3, 4)))
    let report = try Loading.load(store, into: &directory, settings, now: now)
    try Violation.unless(report.quarantinedCount == 0, "rows are damaged")
    return directory
  }

  /// Ends as the daemon does: what was sent is answered.
  func end() throws {
    for token in table.tokens { table[token]?.connection.endsWhenIdle = true }
    for case let line? in lines where !line.isClosed && !line.isForeign { line.endSending() }
    try serve()
    try Violation.unless(table.isEmpty, "a connection outlives the daemon")
    lines = []
    served = nil
  }

  /// What is on disk must decide as what is in memory.
  func compareWithWhatIsLoaded() throws {
    try serve()
    let now = Instant.now
    let present = try present
    let live = present.service.directory.read { decisions($0, now) }
    let loaded = decisions(try load(present.store, now.wall), now)
    for (question, (live, loaded)) in zip(witness.questions, zip(live, loaded))
    where live != .rateLimited {
      try Violation.unless(
        live == loaded, "\(question): \(live) in memory, \(loaded) by what is on disk")
    }
  }

  private func decisions(
    _ directory: borrowing Directory, _ now: Instant
  ) -> [OrgKeyModel.Reason] {
    let policy = Policy(keyPrefix: settings.keyPrefix)
    return witness.questions.map { $0.decide(directory, policy, now) }
  }
}
