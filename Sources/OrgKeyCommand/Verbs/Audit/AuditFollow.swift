internal import Glibc
internal import OrgKey

/// The audit trail as it grows. Each event is told once and none is left out, also when the daemon
/// is restarted in between.
struct AuditFollow {
  private let client: BlockingClient
  private let administrator: BlockingAdministrator
  private let databaseID: String
  private let filter: AuditFilter
  /// Of the last event that was told or is not wanted.
  private var position: UInt64
  /// An event that was seen: by this it is known whether the trail is still the same.
  private var witness: (sequence: UInt64, at: Timestamp)?

  /// - Parameter start: the event behind which to begin; nil: the last one there is.
  init(
    _ client: BlockingClient, _ administrator: BlockingAdministrator, _ filter: AuditFilter,
    after start: UInt64?
  ) throws {
    self.client = client
    self.administrator = administrator
    self.filter = filter
    databaseID = try client.health().databaseID
    let newest = try Self.newest(administrator)
    witness = newest.map { ($0.sequence, $0.at) }
    position = start ?? newest?.sequence ?? 0
    HeldSignals.endOrdinarily()
    StandardStream.talk("following the audit trail from event \(position) on; Ctrl-C ends it")
  }

  /// A page may be empty though more follow.
  private static func newest(_ administrator: BlockingAdministrator) throws -> AuditEvent? {
    var order: AuditOrder? = .newestFirst()
    while let place = order {
      let page = try administrator.auditEventsPage(order: place, pageSize: 1)
      if let event = page.events.first { return event }
      order = page.next
    }
    return nil
  }

  /// Goes on until the process is told to stop.
  mutating func run(_ tell: (AuditEvent) throws -> Void) throws -> Never {
    var absence = Absence()
    while true {
      try absence.outlast {
        // A daemon that was gone for a moment only is not noticed otherwise.
        try requireSameTrail()
        try goOn(tell)
      }
      sleep(1)
    }
  }

  /// Tells what there is behind the last event.
  private mutating func goOn(_ tell: (AuditEvent) throws -> Void) throws {
    while true {
      let page = try administrator.auditEventsPage(
        filter, order: .oldestFirst(after: position), pageSize: 1000)
      for event in page.events {
        try tellWhole(event, tell)
        position = event.sequence
        witness = (event.sequence, event.at)
      }
      guard case .oldestFirst(let examined?) = page.next else { return }
      // Behind events that are not wanted, which are not looked through again.
      position = max(position, examined)
    }
  }

  /// No line is left half written.
  private func tellWhole(
    _ event: AuditEvent, _ tell: (AuditEvent) throws -> Void
  ) throws {
    let signals = HeldSignals()
    try tell(event)
    _ = consume signals
  }

  /// - Throws: the database is another one, or the event that was seen is another now: numbers
  ///   mean other events than before.
  private func requireSameTrail() throws {
    guard let witness else { return }
    let found = try administrator.auditEventsPage(
      AuditFilter(), order: .oldestFirst(after: witness.sequence - 1), pageSize: 1
    ).events.first
    // The event itself may have been given up for its age, or be out of reach by now.
    let isAnother = found.map { $0.sequence == witness.sequence && $0.at != witness.at } ?? false
    guard try !isAnother && client.health().databaseID == databaseID else {
      throw Failure(
        .fault,
        "event \(witness.sequence) is not the one it was: the daemon has another database, or one "
          + "restored from a backup; begin anew, with --since for what may have been missed")
    }
  }
}
