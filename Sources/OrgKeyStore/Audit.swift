package import OrgKeyModel

/// On whose word a change is made.
package struct Author: Sendable {
  package var uid: UInt32
  package var gid: UInt32
  /// As the kernel gave it; recorded, never trusted.
  package var pid: Int32
  /// Free text from the caller; empty if none was given.
  package var actor: String
  /// Empty: not acting for an organization, so all is in reach.
  package var actingOrganizationID: String
  /// When acting: what a key may be granted at most.
  package var grantablePermissions: [String]
  /// When acting: the highest limit; nil: limits can't be set.
  package var maxRateLimit: RateLimit?

  package init(
    uid: UInt32, gid: UInt32, pid: Int32, actor: String = "", actingOrganizationID: String = "",
    grantablePermissions: [String] = [], maxRateLimit: RateLimit? = nil
  ) {
    self.uid = uid
    self.gid = gid
    self.pid = pid
    self.actor = actor
    self.actingOrganizationID = actingOrganizationID
    self.grantablePermissions = grantablePermissions
    self.maxRateLimit = maxRateLimit
  }

  /// For `Key.created_by`.
  var text: String { Self.text(actor: actor, uid: uid) }

  static func text(actor: String, uid: UInt32) -> String {
    actor.isEmpty ? "uid \(uid)" : "\(actor) (uid \(uid))"
  }
}

extension Transaction {
  /// Writes the event of a change into the same transaction.
  func audit(
    _ method: String, by author: Author, organization: OrganizationRow, keyID: String = "",
    secretVersion: UInt32 = 0, _ detail: [(String, JSON)]
  ) throws(StoreError) {
    try connection.run(
      """
      INSERT INTO audit (at, method, key_id, organization, organization_id, actor, uid, gid, pid,
        acting_organization_id, secret_version, detail)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      .integer(now), .text(method), .text(keyID), .integer(organization.number),
      .text(organization.id), .text(author.actor), .integer(Int64(author.uid)),
      .integer(Int64(author.gid)), .integer(Int64(author.pid)), .text(author.actingOrganizationID),
      .integer(Int64(secretVersion)), .text(bounded(detail)))
  }

  /// Leaves out, and names, the members that would make the detail too long.
  private func bounded(_ detail: [(String, JSON)]) -> String {
    var bytes = [UInt8(ascii: "{")]
    bytes.reserveCapacity(256)
    var omitted: [String] = []
    for (name, value) in detail {
      let end = bytes.count
      JSON.append(name, value, to: &bytes)
      guard bytes.count > Limits.auditDetailBytes - 512 else { continue }
      bytes.removeSubrange(end...)
      omitted.append(name)
    }
    if !omitted.isEmpty { JSON.append("omitted", .list(omitted), to: &bytes) }
    bytes.append(UInt8(ascii: "}"))
    return String(decoding: bytes, as: UTF8.self)
  }
}
