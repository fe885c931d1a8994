import OrgKeyModel
@testable import OrgKeyStore
import Testing

/// acme ─ eu ─ berlin, acme ─ us; other.
@Suite struct AuditTests {
  let directory: TemporaryDirectory
  let store: Store
  let reader: Reader

  init() throws {
    directory = try TemporaryDirectory()
    store = try directory.open()
    reader = try Reader(store.files)
    for (id, parent) in [
      ("acme", ""), ("eu", "acme"), ("berlin", "eu"), ("us", "acme"), ("other", ""),
    ] { try store.put(id, under: parent) }
  }

  private func events(
    _ order: AuditOrder = .oldestFirst(after: 0), limit: Int = 1_000, bytes: Int = 500_000,
    _ change: (inout AuditFilter) -> Void = { _ in }
  ) throws -> AuditPage {
    var filter = AuditFilter()
    change(&filter)
    return try reader.auditEvents(filter, order, limit: limit, bytes: bytes)
  }

  private func sequences(
    _ order: AuditOrder = .oldestFirst(after: 0), _ change: (inout AuditFilter) -> Void
  ) throws -> [Int64] { try events(order, change).events.map(\.sequence) }

  private func number(_ id: String) throws -> Int64 {
    try store.count("SELECT number FROM organizations WHERE id = '\(id)'")
  }

  private func delete(_ id: String) throws {
    var deletion = OrganizationDeletion(id: id)
    deletion.revokesKeys = true
    deletion.includesDescendants = true
    try store.change { try $0.deleteOrganization(deletion, by: administrator) }
  }

  private func move(_ id: String, to parent: String?, by author: Author = administrator) throws {
    try store.change { try $0.moveOrganization(id: id, under: parent, by: author) }
  }

  // MARK: What is told

  @Test func eventTellsWhoDidWhatWhenAndForWhom() throws {
    try store.issue(newKey(1, in: "eu", permissions: []), at: now + 7, by: acting("acme"))
    let event = try #require(try events(.newestFirst(before: .max), limit: 1).events.first)
    #expect(event.sequence == 6 && event.at == now + 7 && event.method == "IssueKey")
    #expect(event.keyID == keyID(1).text && event.organizationID == "eu")
    #expect(event.actor == "bo" && event.uid == 33 && event.gid == 33 && event.pid == 2)
    #expect(event.actingOrganizationID == "acme" && event.secretVersion == 1)
    #expect(event.detail.contains(#""name":"CRM sync""#))
  }

  // MARK: Paging

  @Test func pagesCoverAllEachOnceInEitherOrder() throws {
    for number in 1...20 { try store.issue(newKey(number, in: "eu")) }
    var seen: [Int64] = []
    var next: Int64 = 0
    repeat {
      let page = try events(.oldestFirst(after: next), limit: 4)
      seen += page.events.map(\.sequence)
      next = page.next
    } while next != 0
    #expect(seen == Array(1...25))
    seen = []
    next = .max
    repeat {
      let page = try events(.newestFirst(before: next), limit: 4)
      seen += page.events.map(\.sequence)
      next = page.next
    } while next != 0
    #expect(seen == Array(1...25).reversed())
    #expect(try events(.oldestFirst(after: 25)).events.isEmpty)
    #expect(try events(.newestFirst(before: 1)).events.isEmpty)
    #expect(try events(.oldestFirst(after: .max)).next == 0)
  }

  @Test func pageUnderChangeGoesOnWhereItEnded() throws {
    let first = try events(.newestFirst(before: .max), limit: 2)
    #expect(first.events.map(\.sequence) == [5, 4] && first.next == 4)
    try store.put("late", under: "eu")
    #expect(try store.forgetAuditEvents(before: 0) == false)
    let second = try events(.newestFirst(before: first.next), limit: 2)
    #expect(second.events.map(\.sequence) == [3, 2])
    #expect(try events(.oldestFirst(after: 5)).events.map(\.organizationID) == ["late"])
  }

  @Test func pageEndsAtItsBytesAndHoldsAtLeastOneEvent() throws {
    let all = try events()
    let two = all.events[0].sizeBound + all.events[1].sizeBound
    let page = try events(bytes: two)
    #expect(page.events.map(\.sequence) == [1, 2] && page.next == 2)
    #expect(try events(bytes: 1).events.map(\.sequence) == [1])
    #expect(try events(.oldestFirst(after: 2), bytes: two).events.map(\.sequence).first == 3)
  }

  @Test func workOfOneCallIsBounded() throws {
    let us = try number("us")
    // Too many events for putting them into order, and none of them among the last.
    try fill(21_000, organization: us)
    try fill(45_000, organization: number("other"))
    var page = AuditPage(next: .max)
    var pages = 0
    repeat {
      page = try events(.newestFirst(before: page.next), limit: 3) {
        $0.organizations = [us]
        $0.includeDescendants = true
      }
      pages += 1
    } while page.events.isEmpty
    #expect(pages >= 3)
    #expect(page.events.map(\.sequence) == [21_005, 21_004, 21_003])
  }

  /// Events of one organization that lie a millisecond apart, from a day later on.
  private func fill(_ count: Int, organization: Int64, from: Int64 = now + 86_400_000) throws {
    try store.connection.run(
      """
      WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < \(count))
      INSERT INTO audit (at, method, key_id, organization, organization_id, actor, uid, gid, pid,
        acting_organization_id, secret_version, detail)
      SELECT \(from) + i, 'IssueKey', '', \(organization), 'x', '', 0, 0, 0, '', 0, '{}' FROM n
      """)
  }

  // MARK: Filters

  @Test func eventsAreThoseOfTheKeyEvenWhenItIsDeleted() throws {
    for number in 1...2 { try store.issue(newKey(number, in: "eu")) }
    try store.revoke(.id(keyID(1)))
    try store.change { try $0.deleteKey(keyID(1), by: administrator) }
    #expect(try sequences { $0.keyID = keyID(1).text } == [6, 8, 9])
    #expect(try sequences(.newestFirst(before: 9)) { $0.keyID = keyID(1).text } == [8, 6])
    #expect(try sequences { $0.keyID = keyID(9).text } == [])
    let (eu, us) = (try number("eu"), try number("us"))
    #expect(
      try sequences {
        $0.keyID = keyID(1).text
        $0.organizations = [us]
      } == [])
    #expect(
      try sequences {
        $0.keyID = keyID(1).text
        $0.organizations = [eu]
      } == [6, 8, 9])
  }

  @Test func eventsAreThoseOfTheOrganizationOrItsSubtree() throws {
    try store.issue(newKey(1, in: "berlin"))
    try store.issue(newKey(2, in: "us"))
    let eu = try number("eu")
    #expect(try sequences { $0.organizations = [eu] } == [2])
    let below: (inout AuditFilter) -> Void = {
      $0.organizations = [eu]
      $0.includeDescendants = true
    }
    #expect(try sequences(.oldestFirst(after: 0), below) == [2, 3, 6])
    #expect(try sequences(.newestFirst(before: 6), below) == [3, 2])
    // What was moved out takes its history along, and what was moved in brings it.
    try move("berlin", to: "us")
    #expect(try sequences(.oldestFirst(after: 0), below) == [2])
    try move("us", to: "eu")
    #expect(try sequences(.oldestFirst(after: 0), below) == [2, 3, 4, 6, 7, 8, 9])
  }

  @Test func subtreeHasWhatWasDeletedFromIt() throws {
    try store.issue(newKey(1, in: "berlin"))
    try delete("berlin")
    try store.put("berlin", under: "other")
    try delete("eu")
    let (acme, other) = (try number("acme"), try number("other"))
    let all = try events().events
    func subtree(_ number: Int64) throws -> [String] {
      try events {
        $0.organizations = [number]
        $0.includeDescendants = true
      }.events.map(\.text)
    }
    let below = [1, 2, 3, 4, 6, 7, 8, 10]
    #expect(all.count == 10)
    #expect(try subtree(acme) == below.map { all[$0 - 1].text })
    #expect(all[6].text == "7 RevokeKeys berlin" && all[7].text == "8 DeleteOrganization berlin")
    #expect(try subtree(other) == ["5 PutOrganization other", "9 PutOrganization berlin"])
    // By the identifier that was given up twice.
    #expect(try reader.deletedOrganizations("eu") == [2])
    #expect(try reader.deletedOrganizations("berlin") == [3])
    #expect(try reader.deletedOrganizations("none") == [])
    // The large way round finds the same.
    try fill(21_000, organization: acme)
    let page = try events(limit: 8) {
      $0.organizations = [acme]
      $0.includeDescendants = true
    }
    #expect(page.events.map(\.text) == below.map { all[$0 - 1].text })
  }

  @Test func eventsAreThoseOfTheTimes() throws {
    try store.issue(newKey(1, in: "eu"), at: now + 10)
    try store.issue(newKey(2, in: "eu"), at: now + 20)
    // The clock was set back.
    try store.issue(newKey(3, in: "eu"), at: now + 5)
    #expect(try sequences { $0.times = now + 10...now + 20 } == [6, 7])
    #expect(try sequences { $0.times = now + 1...now + 19 } == [6, 8])
    #expect(
      try sequences(.newestFirst(before: .max)) { $0.times = now + 1...Int64.max } == [8, 7, 6])
    #expect(try sequences { $0.times = now + 21...Int64.max } == [])
  }

  @Test func timesFarApartAreReachedInOneLeap() throws {
    try fill(15_000, organization: 1)
    try store.issue(newKey(1, in: "eu"), at: now + 500 * 86_400_000)
    try fill(15_000, organization: 1)
    // Recorded while the clock was wrong.
    try store.issue(newKey(2, in: "eu"), at: now + 501 * 86_400_000)
    try fill(5_000, organization: 1)
    let late = now + 400 * 86_400_000...Int64.max
    let forth = try leaping(.oldestFirst(after: 0), late)
    #expect(forth.events.map(\.keyID) == [keyID(1).text, keyID(2).text])
    let back = try leaping(.newestFirst(before: .max), late)
    #expect(back.events.map(\.keyID) == [keyID(2).text, keyID(1).text])
    let early = try leaping(.newestFirst(before: .max), 0...now)
    #expect(early.events.map(\.sequence) == [5, 4, 3, 2, 1])
    #expect(try leaping(.oldestFirst(after: 0), 1...2).events.isEmpty)
    for examined in [forth.examined, back.examined, early.examined] { #expect(examined < 9_000) }
  }

  /// All events of some times, and how many were looked at for them.
  private func leaping(
    _ order: AuditOrder, _ times: ClosedRange<Int64>
  ) throws -> (events: [AuditEntry], examined: Int) {
    var filter = AuditFilter()
    filter.times = times
    var order = order
    var (events, examined): ([AuditEntry], Int) = ([], 0)
    while true {
      let scan = try AuditScan(filter, order, reader.connection)
      let page = try scan.page(limit: 100, bytes: 100_000)
      events += page.events
      examined += scan.budget.examined
      if page.next == 0 { return (events, examined) }
      switch order {
      case .oldestFirst: order = .oldestFirst(after: page.next)
      case .newestFirst: order = .newestFirst(before: page.next)
      }
    }
  }

  // MARK: On behalf of an organization

  private func seen(by id: String) throws -> [AuditEntry] {
    let number = try number(id)
    return try events {
      $0.organizations = [number]
      $0.includeDescendants = true
      $0.actingFor = number
    }.events
  }

  @Test func whoeverActsSeesNothingOfWhatLiesOutside() throws {
    try store.put("berlin-1", under: "berlin", by: acting("acme"))
    try store.put("berlin-2", under: "berlin", by: acting("eu"))
    try move("berlin", to: "us")
    try move("berlin", to: "eu")
    try move("berlin-2", to: "eu")
    let events = try seen(by: "eu")
    #expect(events.map(\.sequence) == [2, 3, 6, 7, 8, 9, 10])
    let details = events.map(\.detail)
    #expect(details[0] == #"{"created":true,"parent_id":"","name":""}"#)
    #expect(details[1] == #"{"created":true,"parent_id":"eu","name":""}"#)
    #expect(details[4] == #"{"parent_id":{"from":"eu","to":""}}"#)
    #expect(details[5] == #"{"parent_id":{"from":"","to":"eu"}}"#)
    #expect(details[6] == #"{"parent_id":{"from":"berlin","to":"eu"}}"#)
    #expect(events.map(\.actingOrganizationID) == ["", "", "", "eu", "", "", ""])
    for event in events {
      #expect(!event.detail.contains("acme") && !event.detail.contains("us"))
    }
    // To everybody else it is told whole.
    let all = try self.events().events
    #expect(all[5].actingOrganizationID == "acme")
    #expect(all[7].detail == #"{"parent_id":{"from":"eu","to":"us"}}"#)
  }

  @Test func identifierThatSomebodyOutsideHadIsNotTold() throws {
    // Once "paris" was elsewhere; our own came from below it.
    try store.put("paris", under: "other")
    try store.put("lyon", under: "paris")
    try move("lyon", to: "eu")
    try delete("paris")
    try store.put("paris", under: "eu")
    let moved = try #require(try seen(by: "eu").last { $0.method == "MoveOrganization" })
    #expect(moved.detail == #"{"parent_id":{"from":"","to":"eu"}}"#)
  }

  @Test func whatWasDeletedBelowIsStillTold() throws {
    try store.put("spree", under: "berlin")
    try delete("berlin")
    let events = try seen(by: "eu").filter { $0.method == "DeleteOrganization" }
    #expect(events.map(\.organizationID) == ["spree", "berlin"])
    #expect(events[0].detail.contains(#""deleted_with":"berlin""#))
    #expect(try seen(by: "us").map(\.sequence) == [4])
  }

  @Test func detailThatCannotBeReadIsWithheld() throws {
    try store.connection.run(
      "UPDATE audit SET detail = ? WHERE sequence = 2", .text(#"{"parent_id":"acme"#))
    #expect(try seen(by: "eu").first?.detail == "")
    #expect(try events().events[1].detail == #"{"parent_id":"acme"#)
  }

  // MARK: Retention

  @Test func eventsThatAreTooOldGoSliceBySliceAndSequencesStay() throws {
    try fill(1_500, organization: 1, from: now + 1)
    #expect(try store.forgetAuditEvents(before: now + 1_400))
    #expect(try store.count("SELECT min(sequence) FROM audit") == 1_001)
    #expect(try !store.forgetAuditEvents(before: now + 1_400))
    #expect(try store.count("SELECT count(*) FROM audit") == 101)
    #expect(try !store.forgetAuditEvents(before: now + 9_999))
    #expect(try store.count("SELECT count(*) FROM audit") == 0)
    try store.put("late")
    #expect(try events().events.map(\.sequence) == [1_506])
  }
}

extension AuditEntry {
  fileprivate var text: String { "\(sequence) \(method) \(organizationID)" }
}
