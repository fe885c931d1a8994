import OrgKeyModel
@testable import OrgKeyStore
import Testing

/// A database with a backup of it, to be restored after changes that came later.
struct BackedUp {
  let directory: TemporaryDirectory
  var database: String { directory.database }
  var backup: String { directory.path + "/backup" }
  var kept: String { database + ".before-restore" }

  init() throws {
    directory = try TemporaryDirectory()
    let store = try directory.open()
    try store.put("acme", name: "Acme")
    try store.put("acme-eu", under: "acme", name: "Europe")
    try store.put("gone")
    for number in 1...9 { try store.issue(newKey(number, in: "acme-eu")) }
    try store.backup(to: backup)
    try store.close()
  }

  /// Makes changes after the backup.
  func change(_ body: (Store) throws -> Void) throws {
    let store = try directory.open()
    try body(store)
    try store.close()
  }

  @discardableResult
  func restore(_ path: String? = nil, acceptDamage: Bool = false) throws -> RestoreReport {
    try Restore(path ?? backup, to: database).run(acceptDamage: acceptDamage)
  }

  /// The keys and secrets of the database, verified as the daemon does.
  func loaded() throws -> Loaded {
    let store = try directory.open()
    let loaded = try store.loadAll()
    #expect(loaded.report.quarantinedCount == 0, "\(loaded.report.quarantined)")
    try store.close()
    return loaded
  }

  func key(_ number: Int) throws -> KeyDetails {
    let store = try directory.open()
    defer { try? store.close() }
    let reader = try Reader(store.files)
    defer { reader.close() }
    return try #require(try reader.key(keyID(number), now: now + 1_000_000))
  }

  /// The files of the database and what is in them.
  func files() throws -> String {
    try directory.shell("cd \(directory.path) && ls -a && md5sum orgkey.db*")
  }
}

extension Store {
  func revokeAndDelete(_ number: Int, at time: Int64) throws {
    try revoke(.id(keyID(number)), at: time)
    try delete(key: number, at: time + 1000)
  }
}
