import TestSupport
import Glibc
import OrgKeySystem
import Synchronization

@testable import OrgKeyWire

/// A daemon under mixed load, which is told apart from a right one by every answer it gives.
///
/// Load comes in phases, each with a fault in its midst. Between two of them nobody asks: then all
/// that the daemon has is compared with all that was done. Members change only then.
final class Soak: @unchecked Sendable {
  private let daemon: DaemonProcess
  private let tally = Tally()
  let log = SoakLog()
  private let administrators: [Administrator]
  private let slots: [Slot]
  private let stopped = Atomic<Bool>(false)
  /// Which run of the daemon this is, from 1.
  private var run = 1
  private var fault = SoakFault.none
  /// Up to where the audit trail was read. The auditor's alone while there is load.
  private var sequence: UInt64 = 0
  private(set) var descriptors = 0
  /// Of the present run of the daemon: at each pause, how many secrets were made until then, and
  /// what was before.
  private(set) var residence: [(bytes: Int, secrets: Int, after: SoakFault)] = []

  init() throws {
    daemon = try DaemonProcess(["--usage-flush-interval", "100ms"])
    let (tally, log) = (tally, log)
    administrators = (0..<4).map { Administrator("root-\($0)", tally, log) }
    slots = administrators.flatMap(\.slots)
    let client = try RawClient(daemon.socket)
    for administrator in administrators { try administrator.begin(client) }
    try outgrowPageCache(client)
  }

  /// SQLite keeps up to 2 MB of pages for each connection. A database that is larger from the start
  /// has them in memory before any is measured, at the first backup too.
  private func outgrowPageCache(_ client: RawClient) throws {
    try client.put("large")
    let key = try client.issue(.init(organizationID: "large", name: "of many events"))
    // The audit trail keeps what was granted before and after.
    for round in 0..<300 {
      let grants = (0..<64).map {
        "round-\(round % 2).grant-\($0)." + String(repeating: "x", count: 70)
      }
      try client.update(.init(keyID: key.id, fields: ["permissions"], permissions: grants))
    }
  }

  /// Load, a fault in its midst, and a look at everything.
  func phase(_ fault: SoakFault, milliseconds: Int64) throws {
    self.fault = fault
    stopped.store(false, ordering: .sequentiallyConsistent)
    let threads = try startLoad()
    wait(milliseconds / 2)
    do {
      for fault in try fault.strike(daemon) { log.note(fault) }
      log.count("\(fault)")
      if !fault.endsTheDaemon { wait(milliseconds / 2) }
    } catch {
      log.note("\(fault): \(error)")
    }
    stopped.store(true, ordering: .sequentiallyConsistent)
    for thread in threads { thread.join() }
    if fault.endsTheDaemon {
      try daemon.start()
      run += 1
      residence = []
      descriptors = 0
    }
    // What is wrong already needs no second look.
    if log.faults.isEmpty { try compare() }
  }

  /// Ends the daemon, which must end well.
  func end() { if daemon.end(SIGTERM) != 0 { log.note("the daemon did not end well") } }

  private func startLoad() throws -> [OrgKeySystem.Thread] {
    let run = run
    return try administrators.map { administrator in
      try start { try administrator.step($0, run: run) }
    } + (0..<2).map { _ in try start(watch) } + [try start(audit)]
  }

  private func start(_ body: @escaping (RawClient) throws -> Void) throws -> OrgKeySystem.Thread {
    let client = try RawClient(daemon.socket)
    nonisolated(unsafe) let body = body
    return try OrgKeySystem.Thread("soak") { [self] in
      do {
        while !stopped.load(ordering: .sequentiallyConsistent) { try body(client) }
      } catch {
        log.count("connections lost")
        if !fault.endsTheDaemon { log.note("\(fault): \(error)") }
      }
    }
  }

  private func wait(_ milliseconds: Int64) {
    let end = Clock.monotonicMilliseconds() + milliseconds
    while Clock.monotonicMilliseconds() < end, log.faults.count < 20 { usleep(1_000) }
  }
}

// Those who ask without changing anything.
extension Soak {
  /// Presents what is shown to everybody, while its administrator changes it.
  private func watch(_ client: RawClient) throws {
    guard let slot = slots.randomElement(), let entry = slot.current else { return }
    let answer: AuthorizeResponse
    do { answer = try client.authorize(entry.text, "", "a:read") } catch {
      tally.countLost(entry.keyID)
      throw error
    }
    tally.count(answer)
    log.answers.add(1, ordering: .relaxed)
    guard let right = slot.reasons(since: entry) else { return log.count("not judged") }
    log.count(right.count == 1 ? "watched" : "watched amid a change")
    let isAllowed = answer.decision == .allowed
    if !right.contains(answer.reason) || isAllowed != (answer.reason == .unspecified) {
      log.note("\(entry) was answered \(answer), not \(right)")
    }
  }

  /// Lists everything while it changes, and follows the audit trail.
  private func audit(_ client: RawClient) throws {
    let keys = try client.keys(.init(pageSize: 20)).map(\.keyID)
    if Set(keys).count != keys.count { log.note("a key was listed twice") }
    let organizations = try client.organizations().map(\.organizationID)
    if Set(organizations).count != organizations.count { log.note("one was listed twice") }
    for event in try client.auditEvents(.init(afterSequence: sequence)) {
      if event.sequence <= sequence { log.note("event \(event.sequence) after \(sequence)") }
      sequence = event.sequence
    }
    if let id = keys.randomElement() {
      // Unless it was deleted meanwhile.
      let status = try client.status(.getUsage(.init(keyID: id)))
      if status != nil, status?.code != .notFound { log.note("usage: \(status as Any)") }
    }
    log.count("listings")
  }
}

// What is looked at while nobody asks.
extension Soak {
  private func compare() throws {
    let client = try RawClient(daemon.socket)
    try compareUsage(client)
    for administrator in administrators {
      try administrator.settle(client)
      try administrator.askEverything(client, run: run)
    }
    compareDescriptors()
    residence.append((daemon.residentBytes, log.count(of: "secrets"), fault))
  }

  private func compareUsage(_ client: RawClient) throws {
    // A flush that took long, on a slow disk, is followed by fifty times as long without one.
    let isOnDisk = try eventually(within: 180) { try client.usageAge() == 0 }
    if !isOnDisk { log.note("usage stays in memory") }
    let keys = try client.keys(.init(pageSize: 1_000))
    for key in keys {
      let fault = tally.fault(key, mayHaveForgotten: fault.mayForgetCounts)
      if let fault { log.note(fault) }
      let days = try client.usage(key.keyID)
      if days.allowed != key.allowedCount || days.denied != key.deniedCount {
        log.note("\(key.keyID): \(days) by days, \(key.allowedCount) and \(key.deniedCount)")
      }
    }
    tally.rebase(keys)
  }

  private func compareDescriptors() {
    // One client, whose calls opened what is opened when it is needed.
    if descriptors == 0 { descriptors = daemon.descriptors.count }
    let areClosed = eventually { daemon.descriptors.count == descriptors }
    if !areClosed { log.note("not \(descriptors) descriptors: \(daemon.descriptors)") }
  }
}
