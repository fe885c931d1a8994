import OrgKeyModel
import OrgKeyStore

@testable import OrgKeyServer

/// Makes changes in the database of a daemon that does not run, as if they had been made long
/// ago.
struct PastStore {
  private let store: Store
  static let author = Author(uid: 0, gid: 0, pid: 1, actor: "past")

  /// Lends the database, which is closed afterwards.
  static func change(_ daemon: InProcess, _ body: (PastStore) throws -> Void) throws {
    try change(daemon.settings.database, body)
  }

  static func change(_ database: String, _ body: (PastStore) throws -> Void) throws {
    let past = PastStore(store: try Store(opening: database))
    try body(past)
    try past.store.close()
  }

  func change<Outcome>(
    at time: Int64, _ body: (inout Transaction) throws -> Outcome
  ) throws -> Outcome {
    try store.begin(now: time)
    let outcome = try store.member(body)
    _ = try store.commit()
    return try outcome.get()
  }

  func put(_ id: String, at time: Int64) throws {
    try change(at: time) {
      _ = try $0.putOrganization(id: id, parentID: "", name: "", by: PastStore.author)
    }
  }

  /// A key whose secret's text is its name.
  @discardableResult
  func issue(
    _ name: String, in organization: String, id: String, at time: Int64, usedAt: Int64? = nil
  ) throws -> KeyDetails {
    var key = NewKey(
      id: KeyID(id)!, organizationID: organization, name: name, environment: Environment("live")!,
      digest: OrgKeyModel.Digest(ofKey: name.utf8.span), hint: "pc_live_…" + name.suffix(4))
    key.permissions = ["a:b"]
    let new = key
    let issued = try change(at: time) { try $0.issueKey(new, by: PastStore.author) }
    if let usedAt { try use(issued, count: 5, at: usedAt) }
    return issued
  }

  /// - Parameter overlap: milliseconds.
  func rotate(_ id: String, to text: String, overlap: Int64, at time: Int64) throws {
    let secret = NewSecret(
      digest: OrgKeyModel.Digest(ofKey: text.utf8.span), hint: "pc_live_…" + text.suffix(4))
    try change(at: time) {
      let rotation = Rotation(id: KeyID(id)!, overlap: .length(overlap))
      _ = try $0.rotateKey(rotation, by: PastStore.author) { _ in secret }
    }
  }

  /// Counts requests that were allowed.
  func use(_ key: KeyDetails, count: UInt64, at time: Int64) throws {
    try store.flush([
      UsageTally.Entry(
        secret: UInt32(key.secrets[0].number), key: UInt32(key.number), reason: .allowed,
        count: count, lastAt: time)
    ])
  }
}
