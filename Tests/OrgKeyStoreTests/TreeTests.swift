import OrgKeyModel
@testable import OrgKeyStore
import Testing

/// acme ─ acme-eu ─ acme-eu-de, acme ─ acme-us; other ─ other-1. Each has a key: 1 to 6.
@Suite struct TreeTests {
  let twin: Twin

  init() throws {
    twin = try Twin()
    for (number, (id, parent)) in [
      ("acme", ""), ("acme-eu", "acme"), ("acme-eu-de", "acme-eu"), ("acme-us", "acme"),
      ("other", ""), ("other-1", "other"),
    ].enumerated() {
      try twin.put(id, under: parent)
      try twin.issue(newKey(number + 1, in: id))
    }
  }

  private func decided(_ key: Int, in organization: String = "") -> Reason {
    twin.reason(digest(key), in: organization)
  }

  // MARK: Moving

  @Test func organizationWhenMovedTakesAllBelowAlong() throws {
    let moved = try twin.move("acme-eu", under: "other-1")
    #expect(moved.id == "acme-eu" && moved.parentID == "other-1")
    #expect(decided(1, in: "acme-eu-de") == .organizationOutside)
    #expect(decided(5, in: "acme-eu-de") == .allowed)
    #expect(decided(2, in: "acme-eu-de") == .allowed)
    #expect(
      try twin.store.events("MoveOrganization") == [
        #"acme-eu 0 {"parent_id":{"from":"acme","to":"other-1"}}"#
      ])
    try twin.check()
    #expect(try twin.move("acme-eu-de", under: nil).parentID.isEmpty)
    #expect(try twin.move("acme-eu-de", under: "acme").parentID == "acme")
    #expect(
      try twin.store.events("MoveOrganization").dropFirst() == [
        #"acme-eu-de 0 {"parent_id":{"from":"acme-eu","to":""}}"#,
        #"acme-eu-de 0 {"parent_id":{"from":"","to":"acme"}}"#,
      ])
    try twin.check()
  }

  @Test func organizationWhenItIsThereAlreadyIsNotMoved() throws {
    let events = try twin.store.eventCount()
    #expect(try twin.move("acme-eu", under: "acme").parentID == "acme")
    #expect(try twin.move("acme", under: nil).parentID.isEmpty)
    #expect(try twin.store.eventCount() == events)
    try twin.check()
  }

  @Test func moveThatWouldMakeACycleIsRefused() throws {
    for parent in ["acme", "acme-eu", "acme-eu-de"] {
      #expect(try refusal { try twin.move("acme", under: parent) }?.code == .failedPrecondition)
    }
    #expect(try twin.store.events("MoveOrganization").isEmpty)
    try twin.check()
  }

  @Test func moveOfOrToWhatIsMissingIsRefused() throws {
    #expect(try refusal { try twin.move("none", under: "acme") } == .noSuchOrganization)
    #expect(try refusal { try twin.move("acme-eu", under: "none") }?.code == .notFound)
    #expect(try refusal { try twin.move("none", under: nil) }?.code == .notFound)
  }

  @Test func depthEndsAtSixtyFourForTheDeepestOfWhatIsMoved() throws {
    try twin.put("0")
    for depth in 1...64 { try twin.put("\(depth)", under: "\(depth - 1)") }
    // acme-eu has one level below it.
    #expect(
      try refusal { try twin.move("acme-eu", under: "63") }?.code == .failedPrecondition)
    #expect(try refusal { try twin.move("0", under: "acme") }?.code == .failedPrecondition)
    #expect(try refusal { try twin.move("acme-us", under: "64") }?.code == .failedPrecondition)
    try twin.move("acme-eu", under: "62")
    try twin.move("acme-us", under: "63")
    try twin.move("1", under: "acme")
    #expect(decided(1, in: "acme-eu-de") == .allowed)
    try twin.check()
  }

  @Test func suspensionIsThatOfWhereItStands() throws {
    try twin.suspend("other")
    try twin.move("acme-eu", under: "other-1")
    #expect(decided(2) == .organizationSuspended && decided(3) == .organizationSuspended)
    try twin.check()
    try twin.suspend("acme-eu-de")
    try twin.move("acme-eu", under: nil)
    #expect(decided(2) == .allowed && decided(3) == .organizationSuspended)
    try twin.check()
  }

  @Test func manyChangesOfOneGroupSeeEachOther() throws {
    try twin.change { transaction in
      _ = try transaction.moveOrganization(id: "acme-eu", under: "other", by: administrator)
      _ = try transaction.moveOrganization(id: "acme", under: "acme-eu", by: administrator)
      _ = try transaction.suspendOrganization(id: "acme", true, by: administrator)
      _ = try transaction.putOrganization(
        id: "new", parentID: "acme-us", name: "", by: administrator)
      _ = try transaction.issueKey(newKey(7, in: "new"), by: administrator)
    }
    #expect(decided(7) == .organizationSuspended && decided(5, in: "acme-eu") == .allowed)
    try twin.check()
  }

  // MARK: Suspending and resuming

  @Test func suspensionStopsAllBelowUntilItIsResumed() throws {
    let suspended = try twin.suspend("acme-eu")
    #expect(suspended.suspended && suspended.id == "acme-eu" && suspended.parentID == "acme")
    #expect(decided(1) == .allowed && decided(1, in: "acme-eu-de") == .organizationSuspended)
    #expect(decided(2) == .organizationSuspended && decided(3) == .organizationSuspended)
    try twin.check()
    #expect(try twin.suspend("acme-eu", false).suspended == false)
    #expect(decided(3) == .allowed)
    #expect(
      try twin.store.events("SuspendOrganization") == [
        #"acme-eu 0 {"suspended":{"from":false,"to":true}}"#
      ])
    #expect(
      try twin.store.events("ResumeOrganization") == [
        #"acme-eu 0 {"suspended":{"from":true,"to":false}}"#
      ])
    try twin.check()
  }

  @Test func whatIsSuspendedOrResumedAlreadyStaysSo() throws {
    try twin.suspend("acme")
    let events = try twin.store.eventCount()
    #expect(try twin.suspend("acme").suspended)
    #expect(try twin.suspend("acme-eu", false).suspended == false)
    #expect(try twin.store.eventCount() == events)
    #expect(try refusal { try twin.suspend("none") } == .noSuchOrganization)
    #expect(try refusal { try twin.suspend("none", false) } == .noSuchOrganization)
    try twin.check()
  }

  @Test func suspendingWhenTheReserveIsGoneIsPossibleAndNothingElse() throws {
    try twin.suspend("acme-us")
    try twin.store.reserve.release()
    try twin.suspend("acme-eu")
    let refusals = try [
      refusal { try twin.suspend("acme-us", false) },
      refusal { try twin.move("acme-eu", under: "other") },
      refusal { try twin.delete(organization: "other", keys: true, below: true) },
    ]
    #expect(
      refusals.map { $0?.code } == [.resourceExhausted, .resourceExhausted, .resourceExhausted])
    #expect(decided(2) == .organizationSuspended)
    try twin.check()
  }

  // MARK: Acting

  @Test func actingMovesWithinItsSubtree() throws {
    let author = acting("acme")
    #expect(try twin.move("acme-eu-de", under: "acme-us", by: author).parentID == "acme-us")
    #expect(try twin.move("acme-eu-de", under: "acme", by: author).parentID == "acme")
    try twin.suspend("acme-us", by: author)
    try twin.suspend("acme-us", false, by: author)
    try twin.check()
  }

  @Test func actingMovesNothingInOrOut() throws {
    let author = acting("acme-eu")
    let refusals = try [
      refusal { try twin.move("acme-us", under: "acme-eu", by: author) },
      refusal { try twin.move("none", under: "acme-eu", by: author) },
      refusal { try twin.move("acme-eu-de", under: "acme", by: author) },
      refusal { try twin.move("acme-eu-de", under: "acme-us", by: author) },
      refusal { try twin.move("acme-eu-de", under: "none", by: author) },
      refusal { try twin.move("acme-eu-de", under: nil, by: author) },
      refusal { try twin.move("acme", under: nil, by: author) },
      refusal { try twin.suspend("acme", by: author) },
      refusal { try twin.suspend("none", by: author) },
      refusal { try twin.suspend("acme-us", false, by: author) },
    ]
    #expect(refusals.allSatisfy { $0 == .organizationOutside })
    #expect(try twin.store.events("MoveOrganization").isEmpty)
    try twin.check()
  }

  @Test func actingOrganizationItselfIsLeftAsItIs() throws {
    let author = acting("acme-eu")
    let refusals = try [
      refusal { try twin.move("acme-eu", under: "acme-eu-de", by: author) },
      refusal { try twin.move("acme-eu", under: "other", by: author) },
      refusal { try twin.move("acme-eu", under: nil, by: author) },
      refusal { try twin.suspend("acme-eu", by: author) },
      refusal { try twin.suspend("acme-eu", false, by: author) },
      refusal { try twin.delete(organization: "acme-eu", keys: true, below: true, by: author) },
    ]
    #expect(refusals.allSatisfy { $0?.code == .failedPrecondition })
    try twin.check()
  }

  // MARK: Damage

  @Test func actingLearnsNothingOfWhatIsDamagedOutside() throws {
    try twin.store.connection.run("UPDATE organizations SET name = 'x' WHERE id = 'other'")
    try twin.store.connection.run("UPDATE keys SET name = 'x' WHERE number = 4")
    try twin.store.connection.run("UPDATE secrets SET hint = 'x' WHERE number = 1")
    let author = acting("acme-eu", granting: ["*"])
    // other-1 itself is whole.
    for id in ["other", "other-1"] {
      #expect(try refusal { try twin.suspend(id, by: author) } == .organizationOutside)
      #expect(try refusal { try twin.put(id, by: author) } == .organizationOutside)
      let issue = newKey(9, in: id)
      #expect(try refusal { try twin.issue(issue, by: author) } == .organizationOutside)
      #expect(
        try refusal { try twin.move("acme-eu-de", under: id, by: author) } == .organizationOutside)
    }
    for key in [4, 5, 6] {
      #expect(try refusal { try twin.rotate(key, to: 9, by: author) } == .noSuchKey)
    }
    #expect(try refusal { try twin.revoke(.digest(digest(1)), by: author) } == .noSuchKey)
    // Who acts for nobody is told.
    #expect(try refusal { try twin.suspend("other") }?.code == .internal)
    #expect(try refusal { try twin.rotate(4, to: 9) }?.code == .internal)
  }

  @Test func cycleThatDamageLeftEndsNoThreadsWork() throws {
    // As when rows of an old copy were put in place of newer ones, and this was accepted.
    try twin.store.change { transaction in
      for (id, parent) in [("acme", "acme-eu-de"), ("other", "other")] {
        let row = try #require(try transaction.organization(id: id))
        var changed = row
        changed.parent = try #require(try transaction.organization(id: parent)).number
        try transaction.update(row, to: changed)
      }
    }
    #expect(try twin.store.change { try $0.revokeKeys(of: "acme-eu", below: true) } == 4)
    #expect(try twin.store.change { try $0.revokeKeys(of: "other", below: true) } == 2)
    let refusals = try [
      refusal { try twin.store.delete(organization: "acme-eu", keys: true, below: true) },
      refusal { try twin.store.move("acme-eu", under: "other-1") },
      refusal { try twin.store.put("new", under: "acme-eu") },
    ]
    #expect(refusals.map { $0?.code } == [.internal, .internal, .internal])
  }
}

extension Transaction {
  fileprivate mutating func revokeKeys(of id: String, below: Bool) throws -> Int {
    try revokeKeys(of: id, includeDescendants: below, reason: "", by: administrator)
  }
}
