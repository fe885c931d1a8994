import OrgKeyModel
@testable import OrgKeyStore
import Testing

@Suite struct OrganizationTests {
  let directory: TemporaryDirectory
  let store: Store
  init() throws {
    directory = try TemporaryDirectory()
    store = try directory.open()
  }

  @Test func organizationWhenPutIsMadeOnce() throws {
    let first = try store.put("acme", name: "Acme")
    #expect(first.created)
    let child = try store.put("acme-eu", under: "acme", name: "Europe")
    #expect(child.organization.parentID == "acme")
    #expect(try store.put("acme-eu", under: "acme").created == false)
    #expect(try store.put("acme-eu").organization == child.organization)
    #expect(try store.count("SELECT count(*) FROM audit") == 2)
  }

  @Test func organizationWhenPutWithANameIsRenamed() throws {
    try store.put("acme", name: "Acme")
    #expect(try store.put("acme", name: "Acme \"2\"").organization.name == "Acme \"2\"")
    #expect(try store.put("acme").organization.name == "Acme \"2\"")
    let detail = try store.connection.text("SELECT detail FROM audit ORDER BY sequence DESC")
    #expect(detail == #"{"name":{"from":"Acme","to":"Acme \"2\""}}"#)
    #expect(try store.loadAll().report.quarantinedCount == 0)
  }

  @Test func nameThatDiffersOnlyInItsBytesIsWritten() throws {
    try store.put("acme", name: "caf\u{E9}")
    try store.put("acme", name: "cafe\u{301}")
    #expect(try store.count("SELECT length(CAST(name AS BLOB)) FROM organizations") == 6)
    #expect(try store.loadAll().report.quarantinedCount == 0)
  }

  @Test func parentThatIsMissingIsRefused() throws {
    #expect(try refusal { try store.put("a", under: "none") }?.code == .notFound)
    #expect(try refusal { try store.put("a", under: "a") }?.field == "parent_id")
  }

  @Test func anotherParentIsRefusedNamingMove() throws {
    try store.put("a")
    try store.put("b")
    let refused = try refusal { try store.put("a", under: "b") }
    #expect(refused?.code == .failedPrecondition)
    #expect(refused?.message.contains("MoveOrganization") == true)
  }

  @Test func depthEndsAtSixtyFour() throws {
    try store.put("0")
    for depth in 1...64 { try store.put("\(depth)", under: "\(depth - 1)") }
    #expect(try refusal { try store.put("65", under: "64") }?.code == .failedPrecondition)
  }

  // MARK: Acting for an organization

  private func makeTwoTrees() throws {
    try store.put("acme")
    try store.put("acme-eu", under: "acme")
    try store.put("acme-eu-de", under: "acme-eu")
    try store.put("other")
    try store.put("other-1", under: "other")
  }

  @Test func actingWhenBelowIsAllowed() throws {
    try makeTwoTrees()
    let author = acting("acme-eu")
    #expect(try store.put("acme-eu-fr", under: "acme-eu", by: author).created)
    #expect(try store.put("acme-eu-fr-1", under: "acme-eu-fr", by: author).created)
    #expect(try store.put("acme-eu", name: "Europe", by: author).organization.name == "Europe")
  }

  @Test func actingWhenOutsideIsRefusedAlikeWhetherItExists() throws {
    try makeTwoTrees()
    let author = acting("acme-eu")
    let refusals = try [
      refusal { try store.put("new", under: "other", by: author) },
      refusal { try store.put("new", under: "none", by: author) },
      refusal { try store.put("new", under: "acme", by: author) },
      refusal { try store.put("new", by: author) },
      refusal { try store.put("other-1", name: "Mine", by: author) },
      refusal { try store.put("acme", name: "Mine", by: author) },
      refusal { try store.put("acme-eu", under: "acme", by: author) },
      refusal { try store.put("acme-eu", under: "other", by: author) },
      refusal { try store.put("other-1", under: "other", by: author) },
    ]
    #expect(refusals.allSatisfy { $0?.code == .permissionDenied })
    #expect(Set(refusals.map { $0?.message ?? "" }).count == 1)
  }

  @Test func identifierThatIsTakenElsewhereIsTold() throws {
    try makeTwoTrees()
    #expect(
      try refusal { try store.put("other-1", under: "acme-eu", by: acting("acme-eu")) }?.code
        == .alreadyExists)
  }

  @Test func actingOrganizationThatIsMissingIsRefused() throws {
    #expect(try refusal { try store.put("a", under: "b", by: acting("b")) }?.code == .notFound)
  }

  @Test func actingWhenItOrOneAboveIsSuspendedChangesNothing() throws {
    try makeTwoTrees()
    try store.issue(newKey(1, in: "acme-eu-de"))
    for suspended in ["acme", "acme-eu"] {
      try store.suspend(suspended, true)
      let author = acting("acme-eu", granting: ["*"])
      let refusals = try [
        refusal { try store.put("x", under: "acme-eu", by: author) },
        refusal { try store.issue(newKey(2, in: "acme-eu"), by: author) },
        refusal { try store.revoke(.id(keyID(1)), by: author) },
        refusal { try store.revoke(.id(keyID(7)), by: author) },
      ]
      #expect(refusals.allSatisfy { $0?.code == .failedPrecondition })
      try store.suspend(suspended, false)
    }
    try store.revoke(.id(keyID(1)), by: acting("acme-eu"))
  }
}

extension Store {
  /// Marks an organization as a later operation will.
  fileprivate func suspend(_ id: String, _ suspended: Bool) throws {
    try change { transaction in
      let organization = try #require(try transaction.organization(id: id))
      var changed = organization
      changed.suspended = suspended
      try transaction.update(organization, to: changed)
    }
  }
}
