import OrgKeyModel
@testable import OrgKeyStore
import OrgKeySystem
import Testing

@Suite struct ImportOrganizationsTests {
  let directory: TemporaryDirectory
  let store: Store
  init() throws {
    directory = try TemporaryDirectory()
    store = try directory.open()
  }

  private typealias Row = (id: String, parent: String, name: String)

  private func imported(
    _ rows: [Row], isDryRun: Bool = false, by author: Author = administrator
  ) throws -> ImportOutcome {
    var staged = StagedOrganizations()
    for row in rows {
      staged.append(ImportedOrganization(id: row.id, parentID: row.parent, name: row.name))
    }
    return try store.change {
      try $0.importOrganizations(staged, isDryRun: isDryRun, by: author)
    }
  }

  /// "id<parent=name" of all that there are.
  private func tree() throws -> [String] {
    var rows: [String] = []
    try store.connection.each(
      """
      SELECT id || '<' || coalesce((SELECT id FROM organizations AS above
        WHERE above.number = organizations.parent), '') || '=' || name
      FROM organizations ORDER BY id
      """, []
    ) { row in
      rows.append(row.text(0))
      return true
    }
    return rows
  }

  @Test func rowsInAnyOrderMakeTheTree() throws {
    try store.put("old", name: "Old")
    let outcome = try imported([
      ("c", "b", "C"), ("x", "old", ""), ("b", "a", "B"), ("a", "", "A"), ("y", "x", "Y"),
    ])
    #expect(outcome == ImportOutcome(importedCount: 5))
    #expect(try tree() == ["a<=A", "b<a=B", "c<b=C", "old<=Old", "x<old=", "y<x=Y"])
    let loaded = try store.loadAll()
    #expect(loaded.refusedOrganizations == 0 && loaded.report.quarantinedCount == 0)
  }

  @Test func mutationsPutParentsBeforeChildren() throws {
    var staged = StagedOrganizations()
    for id in (1..<200).reversed() {
      staged.append(ImportedOrganization(id: "\(id)", parentID: "\(id / 4)", name: ""))
    }
    staged.append(ImportedOrganization(id: "0", parentID: "", name: ""))
    try store.begin(now: now)
    _ = try store.member {
      try $0.importOrganizations(staged, isDryRun: false, by: administrator)
    }.get()
    var directory = Directory(seed: HashSeed((1, 2, 3, 4)))
    #expect(try store.commit().allSatisfy { directory.apply($0) })
    #expect(directory.organizationCount == 200)
  }

  @Test func importWhenRepeatedChangesNothing() throws {
    let rows: [Row] = [("b", "a", "B"), ("a", "", "A"), ("a", "", "A")]
    #expect(try imported(rows).importedCount == 2)
    let events = try store.count("SELECT count(*) FROM audit")
    #expect(try imported(rows) == ImportOutcome())
    #expect(try store.count("SELECT count(*) FROM audit") == events)
  }

  @Test func nameThatIsAnotherIsGivenAndAnEmptyOneLeavesIt() throws {
    _ = try imported([("a", "", "A"), ("b", "a", "B"), ("c", "a", "C")])
    let outcome = try imported([("a", "", ""), ("b", "a", "B2"), ("c", "a", "C"), ("d", "b", "D")])
    #expect(outcome == ImportOutcome(importedCount: 2))
    #expect(try tree() == ["a<=A", "b<a=B2", "c<a=C", "d<b=D"])
    let event = try store.connection.text(
      """
      SELECT method || ' ' || organization_id || ' ' || detail FROM audit
      WHERE detail LIKE '%from%'
      """)
    #expect(event == #"ImportOrganizations b {"name":{"from":"B","to":"B2"}}"#)
    #expect(try store.loadAll().report.quarantinedCount == 0)
  }

  @Test func eventOfEachIsThatOfPutOrganization() throws {
    try store.put("a", name: "A")
    try store.put("b", under: "a", name: "B")
    _ = try imported([("d", "c", "B"), ("c", "", "A")])
    #expect(try store.count("SELECT count(*) FROM audit") == 4)
    #expect(
      try store.count(
        "SELECT count(*) FROM audit WHERE method = 'ImportOrganizations' AND actor = 'ana'") == 2)
    #expect(
      try store.count("SELECT count(DISTINCT replace(detail, '\"c\"', '\"a\"')) FROM audit") == 2)
  }

  @Test func faultsAreOfTheirRowsAndNothingIsKept() throws {
    _ = try imported([("a", "", ""), ("b", "a", ""), ("r", "", "")])
    let before = try tree()
    let outcome = try imported([
      ("new", "a", "fine"),  // 1
      ("orphan", "none", ""),  // 2: no such parent
      ("b", "r", ""),  // 3: has another parent
      ("b2", "orphan", ""),  // 4: fine, its parent's fault is told
      ("a", "new", ""),  // 5: a root
      ("twice", "a", "1"),  // 6
      ("twice", "a", "2"),  // 7: another name
      ("r", "", ""),  // 8: skipped
      ("x", "z", ""),  // 9: in a circle with 10 and 11
      ("y", "x", ""),
      ("z", "y", ""),
      ("below", "z", ""),  // 12: fine
      ("twice", "r", "1"),  // 13: another parent
    ])
    #expect(outcome.importedCount == 0)
    #expect(outcome.faults.map(\.row) == [2, 3, 5, 7, 9, 13])
    #expect(outcome.faults[1].message.contains("orgkey org move"))
    #expect(outcome.faults[4].message.contains("10, 11"))
    #expect(try tree() == before)
    #expect(try store.loadAll().organizations.count == 3)
  }

  @Test func rootThatIsGivenForOneBelowAnotherIsAFault() throws {
    _ = try imported([("a", "", ""), ("b", "a", "")])
    #expect(try imported([("b", "", "B")]).faults.map(\.row) == [1])
    #expect(try tree() == ["a<=", "b<a="])
  }

  @Test func rowOfBadFormIsToldAndNotItsChildren() throws {
    var staged = StagedOrganizations()
    staged.append(ImportedOrganization(id: "a", parentID: "bad", name: ""))
    staged.reject("bad", "name: no")
    staged.append(ImportedOrganization(id: "b", parentID: "none", name: ""))
    let outcome = try store.change {
      try $0.importOrganizations(staged, isDryRun: false, by: administrator)
    }
    #expect(outcome.faults.map(\.row) == [2, 3])
    #expect(outcome.faults[0].message == "name: no")
  }

  @Test func depthEndsAtSixtyFourBelowWhatExists() throws {
    _ = try imported((0...40).map { ("\($0)", $0 == 0 ? "" : "\($0 - 1)", "") })
    let deeper: [Row] = (41...66).map { ("\($0)", "\($0 - 1)", "") }.reversed()
    let outcome = try imported(deeper)
    // The rows run from 66 down to 41: 65 is the second. What is below it has its fault from there.
    #expect(outcome.faults.map(\.row) == [2])
    #expect(try imported(Array(deeper.dropFirst(2))).importedCount == 24)
    #expect(try store.loadAll().report.quarantinedCount == 0)
  }

  @Test func dryRunTellsTheSameAndKeepsNothing() throws {
    _ = try imported([("a", "", "A")])
    let rows: [Row] = [("b", "a", ""), ("a", "", "A2"), ("c", "b", "")]
    try store.begin(now: now)
    var staged = StagedOrganizations()
    for row in rows {
      staged.append(ImportedOrganization(id: row.id, parentID: row.parent, name: row.name))
    }
    let outcome = try store.member {
      try $0.importOrganizations(staged, isDryRun: true, by: administrator)
    }
    #expect(try outcome.get() == ImportOutcome(importedCount: 3))
    #expect(try store.commit().isEmpty)
    #expect(try tree() == ["a<=A"])
    #expect(try store.count("SELECT count(*) FROM audit") == 1)
    #expect(try imported(rows + [("d", "e", "")], isDryRun: true).faults.map(\.row) == [4])
    #expect(try imported(rows).importedCount == 3)
  }

  @Test func atMostAHundredFaultsAreTold() throws {
    let outcome = try imported((0..<500).map { ("\($0)", "none", "") })
    #expect(outcome.faults.map(\.row) == Array(1...100))
  }

  @Test func actingIsRefused() throws {
    try store.put("a")
    let refused = try refusal { _ = try imported([("b", "a", "")], by: acting("a")) }
    #expect(refused?.code == .permissionDenied)
  }

  @Test func importWhenTheDiskIsFullIsRefused() throws {
    try store.reserve.release()
    #expect(try refusal { _ = try imported([("a", "", "")]) }?.code == .resourceExhausted)
  }

  @Test func thousandsAreMadeInOneTransaction() throws {
    let rows: [Row] = (0..<20_000).map { ("org-\($0)", $0 == 0 ? "" : "org-\(($0 - 1) / 8)", "N") }
    var times = [Clock.monotonicMilliseconds()]
    let outcome = try imported(rows.shuffled())
    times.append(Clock.monotonicMilliseconds())
    #expect(try imported(rows) == ImportOutcome())
    times.append(Clock.monotonicMilliseconds())
    print("20,000 organizations: \(times[1] - times[0]) ms, again: \(times[2] - times[1]) ms")
    #expect(outcome.importedCount == 20_000)
    #expect(try store.loadAll().report.organizations == 20_000)
  }
}
