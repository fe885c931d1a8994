import OrgKeyModel
@testable import OrgKeyStore
import Testing

@Suite struct KeyStoryTests {
  let directory: TemporaryDirectory
  let store: Store
  let reader: Reader

  init() throws {
    directory = try TemporaryDirectory()
    store = try directory.open()
    reader = try Reader(store.files)
    try store.put("acme")
    try store.issue(newKey(1, in: "acme"))
  }

  private func story(version: UInt32 = 0, at time: Int64 = now) throws -> KeyStory {
    let place = try #require(try reader.place(of: keyID(1), version: version))
    return try #require(try reader.story(of: place, now: time))
  }

  private func rotate(_ overlap: Overlap, _ number: Int, at time: Int64) throws {
    try store.change(at: time) {
      try $0.rotateKey(
        Rotation(id: keyID(1), overlap: overlap), by: acting("acme", granting: ["*"])
      ) {
        _ in NewSecret(digest: digest(number), hint: "new")
      }
    }
  }

  @Test func placeIsThatOfTheNewestOrTheVersionAsked() throws {
    try rotate(.none, 50, at: now + 1)
    #expect(try reader.place(of: keyID(1), version: 0)?.version == 2)
    #expect(try reader.place(of: keyID(1), version: 1)?.version == 1)
    #expect(try reader.place(of: keyID(1), version: 3)?.version == 0)
    #expect(try reader.place(of: keyID(2), version: 0) == nil)
  }

  @Test func storyTellsWhoMadeRotatedRevokedAndDisabled() throws {
    #expect(try story().secret?.made == Act(at: now, author: "ana (uid 0)"))
    try rotate(.length(1_000), 50, at: now + 1)
    let rotated = try #require(try story(version: 1).secret)
    #expect(rotated.rotatedOut == Act(at: now + 1, author: "bo (uid 33)"))
    #expect(rotated.revoked == nil && rotated.retiresAt == now + 1_001 && !rotated.revokedForGood)
    #expect(try story().secret?.made == Act(at: now + 1, author: "bo (uid 33)"))

    try store.revoke(.id(keyID(1)), version: 2, reason: "leaked", at: now + 2)
    let revoked = try story(version: 2)
    #expect(revoked.secret?.revoked == Act(at: now + 2, author: "ana (uid 0)", reason: "leaked"))
    #expect(revoked.revoked == nil && revoked.disabled == nil)
    #expect(try story(version: 1).secret?.revoked == nil)

    var changes = KeyChanges()
    for (disabled, time) in [(true, now + 3), (false, now + 4), (true, now + 5)] {
      changes.disabled = disabled
      try store.change(at: time) { try $0.updateKey(keyID(1), changes, by: administrator) }
    }
    #expect(try story().disabled == Act(at: now + 5, author: "ana (uid 0)"))

    try store.revoke(.id(keyID(1)), reason: "over", at: now + 6)
    #expect(try story().revoked == Act(at: now + 6, author: "ana (uid 0)"))
    #expect(try story().key.revokedReason == "over")
  }

  @Test func storyWithoutItsEventsHasNoAuthors() throws {
    try store.revoke(.id(keyID(1)), at: now + 1)
    _ = try store.forgetAuditEvents(before: .max)
    let story = try story()
    #expect(story.revoked == nil && story.secret?.made == nil)
    #expect(story.key.revokedAt == now + 1)
  }

  @Test func traceFindsTheKeyOfASecretAndTheDeathOfADeletedOne() throws {
    guard case .known(let place) = try reader.trace(digest(1)) else {
      Issue.record("not found")
      return
    }
    #expect(place.key == 1 && place.organization == 1 && place.version == 1)
    #expect(try reader.trace(digest(2)) == nil)
    try store.revoke(.id(keyID(1)), at: now + 1)
    try store.change { try $0.deleteKey(keyID(1), by: administrator) }
    guard case .deleted(let time) = try reader.trace(digest(1)) else {
      Issue.record("not found")
      return
    }
    #expect(time == now + 1)
    #expect(try reader.story(of: place, now: now) == nil)
  }

  @Test func suspensionIsTheLast() throws {
    #expect(try reader.suspension(of: 1) == nil)
    for (suspended, time) in [(true, now + 1), (false, now + 2), (true, now + 3)] {
      try store.change(at: time) {
        try $0.suspendOrganization(id: "acme", suspended, by: administrator)
      }
    }
    #expect(try reader.suspension(of: 1) == Act(at: now + 3, author: "ana (uid 0)"))
  }
}
