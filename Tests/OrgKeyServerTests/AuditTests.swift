import TestSupport
import Glibc
import OrgKeyModel
import OrgKeyServer
import OrgKeySystem
import Testing

@testable import OrgKeyWire

extension RawClient {
  func audit(_ request: ListAuditEventsRequest = .init(), caller: Caller? = nil) throws
    -> ListAuditEventsResponse
  {
    let result = try result(.listAuditEvents(request), caller: caller)
    guard case .listAuditEvents(let answer) = result else { return .init() }
    return answer
  }

  /// All events that a listing shows, page by page.
  func auditEvents(_ request: ListAuditEventsRequest = .init(), caller: Caller? = nil) throws
    -> [AuditEvent]
  {
    var request = request
    var events: [AuditEvent] = []
    while true {
      let page = try audit(request, caller: caller)
      events += page.events
      if page.nextSequence == 0 { return events }
      if request.newestFirst {
        request.beforeSequence = page.nextSequence
      } else {
        request.afterSequence = page.nextSequence
      }
    }
  }
}

extension AuditEvent {
  fileprivate var text: String { "\(method) \(organizationID)" }
}

/// acme ─ eu ─ berlin; other.
@Suite struct AuditTests {
  let daemon: InProcess
  let client: RawClient
  let acting = Caller(actor: "portal", actingOrganizationID: "eu")

  init() throws {
    daemon = try InProcess()
    client = try daemon.client()
    for (id, parent) in [("acme", ""), ("eu", "acme"), ("berlin", "eu"), ("other", "")] {
      try client.put(id, under: parent)
    }
  }

  private func delete(_ id: String) throws {
    _ = try client.result(
      .deleteOrganization(
        .init(organizationID: id, revokeKeys: true, includeDescendants: true)))
  }

  @Test func everyChangeIsToldWithItsPeer() throws {
    let before = Clock.wallMilliseconds()
    let issued = try client.issue(
      .init(organizationID: "berlin", name: "CRM"),
      caller: Caller(actor: "ana", actingOrganizationID: "eu", grantablePermissions: ["*"]))
    try client.revoke(issued.id)
    let events = try client.auditEvents(.init(keyID: issued.id))
    #expect(events.map(\.text) == ["IssueKey berlin", "RevokeKey berlin"])
    let event = try #require(events.first)
    #expect(event.actor == "ana" && event.actingOrganizationID == "eu")
    #expect(event.secretVersion == 1 && event.keyID == issued.id && event.sequence == 5)
    #expect(event.peerUid == AccountName.ownUser && event.peerPid > 0)
    #expect((before...Clock.wallMilliseconds()).contains(event.atUnixMs))
    #expect(event.detail.contains(#""name":"CRM""#))
    try daemon.alsoAfterRestart { client in
      let found = try client.auditEvents(.init(keyID: issued.id))
      #expect(found == events)
    }
  }

  @Test func pagesGoBothWaysAndFollow() throws {
    let forth = try client.auditEvents(.init(pageSize: 1)).map(\.sequence)
    let back = try client.auditEvents(.init(pageSize: 3, newestFirst: true)).map(\.sequence)
    #expect(forth == [1, 2, 3, 4] && back == forth.reversed())
    #expect(try client.audit(.init(afterSequence: 4)).events.isEmpty)
    try client.put("late")
    let late = try client.audit(.init(afterSequence: 4))
    #expect(late.events.map(\.organizationID) == ["late"] && late.nextSequence == 0)
    let page = try client.audit(.init(pageSize: 2, newestFirst: true, beforeSequence: 4))
    #expect(page.events.map(\.sequence) == [3, 2] && page.nextSequence == 2)
  }

  @Test func pagesStayWithinHalfAFrame() throws {
    let (id, _) = try client.issue("acme")
    for number in 0..<110 {
      let labels = (0..<14).map {
        Label(name: "label\($0)", value: String(repeating: "\(number % 10)", count: 250))
      }
      try client.update(.init(keyID: id, fields: ["labels"], labels: labels))
    }
    var events = 0
    var pages = 0
    var request = ListAuditEventsRequest(keyID: id, pageSize: 1_000)
    repeat {
      let page = try client.audit(request)
      #expect(page.events.reduce(0) { $0 + $1.detail.utf8.count } < 512 << 10)
      events += page.events.count
      pages += 1
      request.afterSequence = page.nextSequence
    } while request.afterSequence != 0
    #expect(pages >= 2 && events == 111)
  }

  @Test func organizationsAreFoundAfterTheyAreGone() throws {
    try delete("berlin")
    #expect(
      try client.auditEvents(.init(organizationID: "berlin")).map(\.text) == [
        "PutOrganization berlin", "DeleteOrganization berlin",
      ])
    #expect(
      try client.auditEvents(.init(organizationID: "acme", includeDescendants: true)).map(\.text)
        == [
          "PutOrganization acme", "PutOrganization eu", "PutOrganization berlin",
          "DeleteOrganization berlin",
        ])
    // The identifier is used again, elsewhere: it shows nothing of its predecessor.
    try client.put("berlin", under: "other")
    #expect(
      try client.auditEvents(.init(organizationID: "berlin")).map(\.sequence) == [6])
    #expect(
      try client.auditEvents(.init(organizationID: "other", includeDescendants: true))
        .map(\.sequence) == [4, 6])
    try delete("berlin")
    #expect(
      try client.auditEvents(.init(organizationID: "berlin")).map(\.sequence) == [3, 5, 6, 7])
    let never = try client.status(.listAuditEvents(.init(organizationID: "never")))
    #expect(never?.code == .notFound)
  }

  @Test func timesBoundAListing() throws {
    let events = try client.auditEvents()
    let (first, last) = (events[0].atUnixMs, events[3].atUnixMs)
    #expect(try client.auditEvents(.init(fromUnixMs: first, toUnixMs: last)) == events)
    #expect(try client.auditEvents(.init(fromUnixMs: last + 1)).isEmpty)
    #expect(try client.auditEvents(.init(toUnixMs: first - 1)).isEmpty)
    #expect(try client.auditEvents(.init(fromUnixMs: first, toUnixMs: first)).first == events[0])
  }

  @Test func refusesWhatCannotBeAsked() throws {
    let cases: [(ListAuditEventsRequest, String)] = [
      (.init(keyID: "x"), "key_id"), (.init(organizationID: "a b"), "organization_id"),
      (.init(pageSize: 1_001), "page_size"),
      (.init(afterSequence: 1, newestFirst: true), "after_sequence"),
      (.init(beforeSequence: 1), "before_sequence"),
      (.init(fromUnixMs: -1), "from_unix_ms"), (.init(toUnixMs: -1), "to_unix_ms"),
      (.init(fromUnixMs: 2, toUnixMs: 1), "from_unix_ms"),
    ]
    for (request, field) in cases {
      let status = try client.status(.listAuditEvents(request))
      #expect(status?.code == .invalidArgument && status?.field == field)
    }
    let far = ListAuditEventsRequest(afterSequence: .max)
    #expect(try client.audit(far).events.isEmpty)
    #expect(try client.audit(.init(newestFirst: true, beforeSequence: .max)).events.count == 4)
  }

  // MARK: On behalf of an organization

  @Test func whoeverActsSeesItsSubtreeAlone() throws {
    let (inside, _) = try client.issue("berlin")
    let (outside, _) = try client.issue("other")
    let (above, _) = try client.issue("acme")
    let own = ["PutOrganization eu", "PutOrganization berlin", "IssueKey berlin"]
    #expect(try client.auditEvents(caller: acting).map(\.text) == own)
    #expect(
      try client.auditEvents(.init(newestFirst: true), caller: acting).map(\.text)
        == own.reversed())
    #expect(try client.auditEvents(.init(keyID: inside), caller: acting).map(\.text) == [own[2]])
    for key in [outside, above, "key_0000000000000000"] {
      #expect(try client.audit(.init(keyID: key), caller: acting) == .init())
    }
    #expect(
      try client.auditEvents(.init(organizationID: "eu"), caller: acting).map(\.text) == [own[0]])
    #expect(
      try client.auditEvents(.init(organizationID: "eu", includeDescendants: true), caller: acting)
        .map(\.text) == own)
    #expect(
      try client.auditEvents(.init(keyID: outside, organizationID: "eu"), caller: acting).isEmpty)
    let refused = try client.status(
      .listAuditEvents(.init(organizationID: "nowhere")), caller: acting)
    #expect(refused?.code == .permissionDenied)
    for organization in ["acme", "other"] {
      for descends in [false, true] {
        let request = ListAuditEventsRequest(
          organizationID: organization, includeDescendants: descends)
        #expect(try client.status(.listAuditEvents(request), caller: acting) == refused)
      }
    }
  }

  @Test func whoeverActsSeesWhatWasDeletedBelowButCannotNameIt() throws {
    try client.put("spree", under: "berlin")
    try delete("berlin")
    #expect(
      try client.auditEvents(caller: acting).map(\.text) == [
        "PutOrganization eu", "PutOrganization berlin", "PutOrganization spree",
        "DeleteOrganization spree", "DeleteOrganization berlin",
      ])
    let named = try client.status(.listAuditEvents(.init(organizationID: "berlin")), caller: acting)
    let never = try client.status(.listAuditEvents(.init(organizationID: "never")), caller: acting)
    #expect(named?.code == .permissionDenied && named == never)
    // Somebody else takes the identifier: still nothing of either.
    try client.put("berlin", under: "other")
    #expect(try client.auditEvents(caller: acting).count == 5)
    #expect(
      try client.status(.listAuditEvents(.init(organizationID: "berlin")), caller: acting) == never)
  }

  @Test func whoeverActsLearnsNothingOfWhatLiesOutside() throws {
    try client.put("kiel", under: "acme")
    try client.move("kiel", under: "berlin")
    _ = try client.result(
      .putOrganization(.init(organizationID: "ulm", parentID: "berlin")),
      caller: Caller(actor: "root", actingOrganizationID: "acme"))
    try client.move("berlin", under: "other")
    try client.move("berlin", under: "eu")
    let events = try client.auditEvents(caller: acting)
    #expect(events.count == 7)
    for event in events {
      for text in [event.detail, event.actingOrganizationID, event.organizationID] {
        #expect(!text.contains("acme") && !text.contains("other"), "\(event)")
      }
    }
    #expect(
      events.map(\.detail).filter { $0.contains("from") } == [
        #"{"parent_id":{"from":"","to":"berlin"}}"#, #"{"parent_id":{"from":"eu","to":""}}"#,
        #"{"parent_id":{"from":"","to":"eu"}}"#,
      ])
    // All of this was told to whoever may see everything.
    let all = try client.auditEvents().map { $0.detail + $0.actingOrganizationID }.joined()
    #expect(all.contains(#"{"from":"eu","to":"other"}"#) && all.contains("acme"))
  }

  // MARK: Retention

  @Test func eventsThatAreTooOldGoAndSequencesAreNotGivenAgain() throws {
    let daemon = try InProcess { $0.auditRetention = 1_800_000 }
    try daemon.client().put("acme")
    daemon.stop()
    let now = Clock.wallMilliseconds()
    try PastStore.change(daemon) { past in
      for number in 0..<1_500 { try past.put("past\(number)", at: now - 3_600_000) }
    }
    try daemon.start()
    let client = try daemon.client()
    #expect(try eventually { try client.auditEvents().count <= 1 })
    #expect(try client.auditEvents().map(\.organizationID) == ["acme"])
    try client.put("late")
    #expect(try client.auditEvents().map(\.sequence) == [1, 1_502])
  }

  @Test(arguments: ["5m", "36501d", "week", "0"]) func retentionThatCannotBeIsRefused(text: String)
  {
    #expect(throws: DaemonProcess.DidNotServe.self) {
      _ = try DaemonProcess(["--audit-retention", text])
    }
  }

  @Test func retentionIsAnOptionOfTheDaemon() throws {
    let daemon = try DaemonProcess(["--audit-retention", "90d"])
    #expect(daemon.end(SIGTERM) == 0)
  }
}
