internal import Logging
internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeySystem
internal import OrgKeyWire

/// Tells a service manager, as often as it wants to hear, that the daemon does its work: each reactor
/// has decided an Authorize, and the reading thread has read from the database. Unless all have, it
/// tells nothing, and the manager ends the process and starts another.
///
/// The writer is not asked: while a disk makes changes wait, keys are still decided.
package final class Watchdog: Sendable {
  private let stopped = Condition(false)
  private let thread: Thread

  /// - Parameters:
  ///   - interval: within which the manager wants to hear of it, milliseconds.
  ///   - ask: hands a probe to each of the threads, and says to how many.
  init(
    _ manager: ServiceManager, interval: Int64, _ log: Logger,
    ask: @escaping @Sendable (Probe) -> Int
  ) throws(SystemError) {
    // Four times within it, so that one late answer is not the end, nor are two.
    let pause = max(1, interval / 4)
    let stopped = stopped
    thread = try Thread("orgkey-watchdog") {
      while true {
        let began = Clock.monotonicMilliseconds()
        let probe = Probe()
        let missing = probe.missing(of: ask(probe), until: began + pause)
        if missing == 0 {
          manager.tell(.alive)
        } else {
          log.error("threads do not answer", metadata: ["orgkey.count": "\(missing)"])
        }
        let end = stopped.wait(untilMilliseconds: began + pause, for: { $0 }, { $0 })
        if end { return }
      }
    }
  }

  package func stop() {
    stopped.change { $0 = true }
    thread.join()
  }
}

/// A question of the daemon to its own threads: whether they do their work, or have done what they were
/// told.
final class Probe: Sendable {
  /// Of a key that nobody has.
  static let key = Array("watchdog".utf8)

  private let answers = Condition(0)

  func answered() { answers.change { $0 += 1 } }

  /// - Returns: how many of `count` have not answered by `deadline`, on the monotonic clock.
  func missing(of count: Int, until deadline: Int64) -> Int {
    answers.wait(untilMilliseconds: deadline, for: { $0 >= count }, { count - $0 })
  }
}

extension RunningDaemon {
  /// - Returns: nil: the manager does not want to hear of it.
  func startWatchdog(_ manager: ServiceManager, _ log: Logger) -> Watchdog? {
    guard let interval = manager.watchdogMilliseconds else { return nil }
    let (reactors, reading) = (reactors, service.reading)
    do throws(SystemError) {
      return try Watchdog(manager, interval: interval, log) { probe in
        for reactor in reactors { reactor.mailbox.put(.probe(probe)) }
        reading.submit(probe, by: reactors[0].mailbox)
        return reactors.count + 1
      }
    } catch {
      log.error("there is no thread for the watchdog, so it will end the daemon: \(error)")
      return nil
    }
  }
}

extension ReadWorker {
  /// - Parameter mailbox: gets what nobody waits for, if reading fails.
  fileprivate func submit(_ probe: Probe, by mailbox: Mailbox) {
    let address = ReturnAddress(mailbox: mailbox, presence: Presence(), token: 0, callID: 0)
    let run = { @Sendable (records: Records) throws(Refusal) -> Response.Result? in
      // No organization has this number, and the database has to be asked to know.
      _ = try records.read { (reader) throws(StoreError) in try reader.organizations([0]) }
      probe.answered()
      return nil
    }
    _ = submit(
      PendingRead(scan: false, run: run, deadline: nil, address: address), always: true)
  }
}

extension CallHandler {
  /// Decides an Authorize as for a client, and counts it nowhere.
  func answer(_ probe: Probe) {
    let isDenied = service.directory.read(by: reactor) { directory in
      unsafe Probe.key.withUnsafeBufferPointer { key in
        var question = unsafe Question(
          presented: key, digest: Digest.init(ofKey:), environment: .init(start: nil, count: 0),
          organization: .init(start: nil, count: 0), permission: key)
        unsafe withUnsafeMutablePointer(to: &question) {
          unsafe directory.authorize(
            .init(start: $0, count: 1), policy: service.policy, now: Instant.now)
        }
        return !question.verdict.isAllowed
      }
    }
    if isDenied { probe.answered() }
  }
}
