import OrgKeyModel
@testable import OrgKeyStore
import OrgKeySystem
import Testing

@Suite struct LoadTests {
  let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  private let month: Int64 = 30 * 86_400_000

  @Test func keyWhenRevokedForThirtyDaysStaysOnDiskOnly() throws {
    let store = try directory.open()
    try store.put("acme")
    for number in 1...3 { try store.issue(newKey(number, in: "acme")) }
    try store.revoke(.id(keyID(1)))
    try store.revoke(.id(keyID(2)), version: 1)

    let before = try store.loadAll(at: now + month - 1)
    #expect(before.keys.count == 3 && before.secrets.count == 3)
    let after = try store.loadAll(at: now + month)
    #expect(after.keys.map(\.number) == [2, 3])
    #expect(after.secrets.map(\.number) == [3])
    #expect(after.report.deadKeys == 1 && after.report.deadSecrets == 2)
  }

  @Test func hundredThousandKeysAreLoaded() throws {
    let count = 100_000
    let store = try directory.open()
    try store.fill(keys: count)
    let start = Clock.monotonicMilliseconds()
    let loaded = try store.loadAll()
    print("loaded \(count) keys in \(Clock.monotonicMilliseconds() - start) ms")
    #expect(loaded.keys.map(\.number) == Array(1...Int64(count)))
    #expect(loaded.secrets.map(\.number) == Array(1...Int64(count)))
    #expect(loaded.report.keys == count && loaded.report.quarantinedCount == 0)
    #expect(store.secretCount == count)
    try store.close()
  }
}

extension Store {
  /// Keys 1 to `keys` of one organization, with a secret each and nothing else: quicker than
  /// issuing them.
  func fill(keys: Int) throws {
    try put("acme")
    for first in stride(from: 1, through: keys, by: 1000) {
      try begin(now: now)
      _ = try member { transaction in
        for number in first...min(first + 999, keys) { try transaction.insertKey(number) }
      }.get()
      _ = try commit()
      try maintain()
    }
  }
}

extension Transaction {
  fileprivate mutating func insertKey(_ number: Int) throws {
    let new = newKey(number, in: "acme")
    var key = KeyRow(
      keyID: new.id, organization: 1, name: new.name, environment: new.environment,
      permissionSet: try permissionSet(new.permissions), createdAt: now, createdBy: "test")
    try insert(&key)
    try addSecret(to: key.number, version: 1, new.digest, new.hint)
  }
}
