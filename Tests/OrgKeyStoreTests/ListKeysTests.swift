import OrgKeyModel
@testable import OrgKeyStore
import Testing

@Suite struct ListKeysTests {
  let directory: TemporaryDirectory
  let store: Store
  let reader: Reader
  init() throws {
    directory = try TemporaryDirectory()
    store = try directory.open()
    try store.put("acme")
    try store.put("acme-eu", under: "acme")
    try store.put("acme-eu-de", under: "acme-eu")
    try store.put("other")
    reader = try Reader(store.files)
  }

  private func list(_ change: (inout KeyFilter) -> Void = { _ in }) throws -> [Int64] {
    var filter = KeyFilter()
    change(&filter)
    return try reader.keys(filter, limit: 100, now: now + 50).keys.map(\.number)
  }

  @Test func keysComeNewestFirstPageByPage() throws {
    for number in 1...7 { try store.issue(newKey(number, in: "acme")) }
    var seen: [[Int64]] = []
    var cursor: Int64 = 0
    repeat {
      let page = try reader.keys(KeyFilter(), before: cursor, limit: 3, now: now)
      seen.append(page.keys.map(\.number))
      cursor = page.next
    } while cursor != 0
    #expect(seen == [[7, 6, 5], [4, 3, 2], [1]])
  }

  @Test func keysAreThoseOfTheOrganizationOrItsSubtree() throws {
    for (number, id) in ["acme", "acme-eu", "acme-eu-de", "other"].enumerated() {
      try store.issue(newKey(number, in: id))
    }
    #expect(try list { $0.organization = 2 } == [2])
    #expect(
      try list {
        $0.organization = 2
        $0.includeDescendants = true
      } == [3, 2])
    #expect(try list() == [4, 3, 2, 1])
  }

  @Test func keysOfALargeSubtreeAreThoseOfTheSubtree() throws {
    try store.begin(now: now)
    for number in 0..<1100 {
      _ = try store.member {
        try $0.putOrganization(
          id: "o\(number)", parentID: "acme-eu", name: "", by: administrator)
      }
    }
    _ = try store.commit()
    for (number, id) in ["acme", "o3", "o1099", "other", "acme-eu-de"].enumerated() {
      try store.issue(newKey(number, in: id))
    }
    #expect(
      try list {
        $0.organization = 2
        $0.includeDescendants = true
      } == [5, 3, 2])
  }

  @Test func keysAreThoseInTheStatesAsked() throws {
    for number in 1...4 {
      try store.issue(newKey(number, in: "acme") { if number == 2 { $0.expiresAt = now + 10 } })
    }
    try store.revoke(.id(keyID(3)))
    try store.change { transaction in
      let (key, _) = try transaction.key(.id(keyID(4)), in: .everything)
      var disabled = key
      disabled.disabled = true
      try transaction.update(key, to: disabled)
    }
    #expect(try list { $0.states = [.active] } == [1])
    #expect(try list { $0.states = [.expired] } == [2])
    #expect(try list { $0.states = [.revoked, .disabled] } == [4, 3])
  }

  @Test func keysMatchEnvironmentNameExpiryAndLabel() throws {
    try store.issue(newKey(1, in: "acme", name: "Production CRM sync"))
    try store.issue(
      newKey(2, in: "acme", name: "crm") {
        $0.environment = Environment("test")!
        $0.expiresAt = now + 1000
        $0.labels = [Label(name: "team", value: "x"), Label(name: "b", value: "c")]
      })
    try store.issue(
      newKey(3, in: "acme", name: "Billing") {
        $0.expiresAt = now + 2000
        $0.labels = [Label(name: "team", value: "y")]
      })
    #expect(try list { $0.environment = "test" } == [2])
    #expect(try list { $0.nameContains = "Crm" } == [2, 1])
    #expect(try list { $0.nameContains = "%" } == [])
    #expect(try list { $0.expiresBefore = now + 2000 } == [2])
    #expect(try list { $0.expiresBefore = now + 2001 } == [3, 2])
    #expect(try list { $0.label = Label(name: "team", value: "y") } == [3])
    #expect(try list { $0.label = Label(name: "team", value: "c") } == [])
  }

  @Test func keysMatchTheEndOfAHintAndTheAgeOfTheNewestSecret() throws {
    for number in 1...3 { try store.issue(newKey(number, in: "acme"), at: now + Int64(number)) }
    #expect(try list { $0.secretHint = "…1002" } == [2])
    #expect(try list { $0.secretHint = "002" } == [2])
    #expect(try list { $0.secretHint = "100" } == [])
    #expect(try list { $0.secretCreatedBefore = now + 3 } == [2, 1])
    try store.change(at: now + 30) { try $0.addSecret(to: 1, version: 2, digest(9), "new") }
    #expect(try list { $0.secretCreatedBefore = now + 3 } == [2])
    try store.revoke(.id(keyID(1)), version: 1)
    #expect(try list { $0.secretHint = "1001" } == [1])
  }

  @Test func ageIsThatOfTheNewestSecretThatLives() throws {
    for number in 1...3 { try store.issue(newKey(number, in: "acme"), at: now) }
    for number in 1...3 {
      try store.change(at: now + 30) {
        try $0.addSecret(to: Int64(number), version: 2, digest(10 + number), "new")
      }
    }
    #expect(try list { $0.secretCreatedBefore = now + 10 } == [])
    // Its new secret was taken back: what it goes on with is old.
    try store.revoke(.id(keyID(1)), version: 2, at: now + 40)
    #expect(try list { $0.secretCreatedBefore = now + 10 } == [1])
    for version in [1, 2] {
      try store.revoke(.id(keyID(2)), version: UInt32(version), at: now + 40)
    }
    #expect(try list { $0.secretCreatedBefore = now + 100 } == [3, 1])
  }

  @Test func labelsMatchWhateverTheirCharacters() throws {
    let labels = [
      Label(name: "a\"b\\c", value: "x\"\\y"), Label(name: "$.a[0]", value: ""),
      Label(name: "größe", value: "caf\u{E9}"), Label(name: "n", value: "1"),
    ]
    try store.issue(newKey(1, in: "acme") { $0.labels = labels })
    for label in labels { #expect(try list { $0.label = label } == [1], "\(label)") }
    for label in [("n", "01"), ("n", ""), ("$.a[0]", "0"), ("größe", "cafe\u{301}"), ("N", "1")] {
      #expect(try list { $0.label = Label(name: label.0, value: label.1) } == [])
    }
  }

  @Test func keysMatchThatWereNeitherUsedNorIssuedSince() throws {
    for number in 1...3 { try store.issue(newKey(number, in: "acme"), at: now) }
    try store.issue(newKey(4, in: "acme"), at: now + 20)
    try store.flush([
      UsageTally.Entry(secret: 2, key: 2, reason: .allowed, count: 1, lastAt: now + 15),
      UsageTally.Entry(secret: 3, key: 3, reason: .permissionMissing, count: 1, lastAt: now + 15),
    ])
    #expect(try list { $0.unusedSince = now + 10 } == [3, 1])
    #expect(try list { $0.unusedSince = now + 16 } == [3, 2, 1])
  }

  @Test func workOfOneCallIsBounded() throws {
    for chunk in 0..<21 {
      try store.begin(now: now)
      for number in (chunk * 1000)..<((chunk + 1) * 1000) {
        _ = try store.member { try $0.issueKey(newKey(number, in: "acme"), by: administrator) }
      }
      _ = try store.commit()
    }
    var filter = KeyFilter()
    filter.nameContains = "nothing"
    let first = try reader.keys(filter, limit: 10, now: now)
    #expect(first.keys.isEmpty && first.next >= 1000)
    var cursor = first.next
    var pages = 1
    while cursor != 0 {
      cursor = try reader.keys(filter, before: cursor, limit: 10, now: now).next
      pages += 1
    }
    #expect(pages >= 2)
  }
}
