package import Logging
internal import OrgKeyModel
internal import OrgKeyStore
package import OrgKeySystem

/// A daemon that serves, until it is stopped.
package final class RunningDaemon {
  /// How long a reactor may take to stop listening, milliseconds.
  private static let patience: Int64 = 5_000

  let service: Service
  private let listeners: [Listener]
  let reactors: [Reactor]
  private let reactorThreads: [Thread]
  private let writerThread: Thread
  private let readerThread: Thread

  /// Opens and loads the database, makes the sockets, starts the threads. When it returns, calls
  /// are answered.
  ///
  /// - Parameters:
  ///   - inherited: sockets that somebody else has made, to be served in the place of its own.
  ///   - failed: called on a thread of the daemon's when it can't go on: the outcome of a commit is
  ///     unknown, or a reactor can't wait for its clients. The process must end and recover from the
  ///     file; nothing of that commit was answered.
  package init(
    _ settings: DaemonSettings, inherited: [InheritedSocket] = [], log: Logger,
    failed: @escaping @Sendable (StartError) -> Void
  ) throws(StartError) {
    let (service, store, reader, loadedAt) = try RunningDaemon.load(settings, log)
    self.service = service
    listeners = try Listeners(settings, inherited: inherited, log).all
    do throws(SystemError) {
      var reactors: [Reactor] = []
      for number in 0..<settings.threads {
        reactors.append(try Reactor(number, service: service, listeners: listeners))
      }
      self.reactors = reactors
      for reactor in reactors { service.usage.add(reactor.usage) }
      writerThread = try RunningDaemon.startWriter(store, service, loadedAt: loadedAt, failed)
      readerThread = try RunningDaemon.startReader(reader, service)
      reactorThreads = try reactors.enumerated().map { (index, reactor) throws(SystemError) in
        try Thread("orgkey-\(index)") { reactor.run(failed) }
      }
    } catch {
      throw StartError(.internal, "cannot start: \(error)")
    }
    log.info("serving", metadata: ["orgkey.socket": "\(socketPath)"])
  }

  /// Where everybody is served.
  package var socketPath: String { listeners[0].path }

  /// Stops accepting, answers what was received, puts everything on disk and closes the database.
  package func stop() {
    service.beginDraining()
    for listener in listeners { listener.unlink() }
    // None closes a connection while another one still accepts: who is sent away and comes again
    // waits for the next daemon.
    let probe = Probe()
    for reactor in reactors { reactor.mailbox.put(.stopListening(probe)) }
    _ = probe.missing(
      of: reactors.count, until: Clock.monotonicMilliseconds() + RunningDaemon.patience)
    for reactor in reactors { reactor.mailbox.put(.drain) }
    for thread in reactorThreads { thread.join() }
    service.reading.stop()
    readerThread.join()
    service.writer.stop()
    writerThread.join()
  }

  private static func load(
    _ settings: DaemonSettings, _ log: Logger
  ) throws(StartError) -> (Service, Handover<Store>, Handover<Reader>, loadedAt: Int64) {
    do throws(StoreError) {
      ProcessMemory.keepLittle()
      let began = Clock.monotonicMilliseconds()
      let loadedAt = Clock.wallMilliseconds()
      let store = try Store(
        opening: settings.database, acceptDamage: settings.acceptDamage)
      var directory = Directory(seed: try Loading.seed())
      let report = try Loading.load(store, into: &directory, settings, now: loadedAt)
      ProcessMemory.giveBack()
      let reader = try Reader(store.files)
      Loading.log(report, milliseconds: Clock.monotonicMilliseconds() - began, log)
      let service = Service(
        settings: settings, databaseID: store.databaseID, files: store.files,
        directory: directory, report, log: log)
      return (service, Handover(store), Handover(reader), loadedAt)
    } catch {
      throw StartError(error)
    }
  }

  private static func startWriter(
    _ store: Handover<Store>, _ service: Service, loadedAt: Int64,
    _ failed: @escaping @Sendable (StartError) -> Void
  ) throws(SystemError) -> Thread {
    let upkeep = Handover(Upkeep(service.settings, expiredUntil: loadedAt))
    return try Thread("orgkey-write") {
      do throws(StoreError) {
        try service.writer.run(store.value, service, upkeep.value)
        try store.value.close()
      } catch {
        failed(StartError(error))
      }
    }
  }

  private static func startReader(
    _ reader: Handover<Reader>, _ service: Service
  ) throws(SystemError) -> Thread {
    try Thread("orgkey-read") {
      service.reading.run(Records(reader.value, service))
      reader.value.close()
    }
  }
}

/// Something that goes from the thread that made it to the one that will use it, and is used by
/// one of them at a time.
private struct Handover<Value>: @unchecked Sendable {
  let value: Value

  init(_ value: Value) { self.value = value }
}

extension StartError {
  init(_ error: StoreError) {
    var text = error.description
    // SQLite's own words say neither where nor what to do.
    if error.category == .damaged && error.code != 0 {
      text += "; orgkeyd --check-database tells more, and --restore puts a backup in its place"
    }
    self.init(Status(rawValue: error.exitStatus) ?? .internal, text)
  }
}
