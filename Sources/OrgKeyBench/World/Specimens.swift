internal import OrgKey
internal import OrgKeySystem

/// For each Reason, a question that is answered with it.
struct Specimens {
  struct Question {
    var key: String
    var organization = ""
    var permission = Tree.permission
    var environment = ""
  }

  /// By the contract's name.
  let questions: [(reason: Reason, question: Question)]

  /// Makes the keys that it takes, in a daemon that has `world`.
  init(_ world: World, _ client: OrgKeyClient) throws {
    let administrator = client.administrator(actor: "orgkey-bench").blocking
    let home = "specimens"
    try administrator.putOrganization(id: home)
    func issue(_ name: String, in organization: String = home, limit: RateLimit? = nil) throws
      -> IssuedKey
    {
      try administrator.issueKey(
        NewKey(
          organizationID: organization, name: name, permissions: [Tree.permission],
          rateLimit: limit))
    }
    let good = try issue("good").text.reveal()
    let revoked = try issue("revoked")
    try administrator.revokeKey(.key(id: revoked.key.id))
    let disabled = try issue("disabled")
    try administrator.updateKey(id: disabled.key.id, KeyChanges(isDisabled: .set(true)))
    let retired = try issue("retired")
    _ = try administrator.rotateKey(id: retired.key.id, overlap: .none)
    let limited = try issue(
      "limited", limit: RateLimit(limit: 1, window: .seconds(30 * 86_400))
    ).text.reveal()
    _ = try client.blocking.authorize(.text(limited), permission: Tree.permission, in: .own)
    try administrator.putOrganization(id: "suspended")
    let suspended = try issue("suspended", in: "suspended").text.reveal()
    try administrator.suspendOrganization(id: "suspended")
    // Numbers behind the last are of no key in the database.
    let expired = world.texts.bytes(world.keyCount)
    _ = try administrator.importKeys([
      ImportedKey(
        sha256: SHA256.digest(of: expired), hint: "", organizationID: home,
        name: "expired", permissions: [Tree.permission],
        expiresAt: Timestamp(unixMilliseconds: 1_000_000_000_000))
    ])
    questions = [
      (.keyMissing, Question(key: "")),
      (.keyMalformed, Question(key: String(good.dropLast(2)) + "\u{7F}\u{7F}")),
      (.keyUnknown, Question(key: world.texts.text(world.keyCount + 1))),
      (.keyRevoked, Question(key: revoked.text.reveal())),
      (.keyExpired, Question(key: String(decoding: expired, as: UTF8.self))),
      (.keyDisabled, Question(key: disabled.text.reveal())),
      (.secretRetired, Question(key: retired.text.reveal())),
      (.environmentMismatch, Question(key: good, environment: "test")),
      (.organizationUnknown, Question(key: good, organization: "nowhere")),
      (.organizationOutside, Question(key: good, organization: Tree.id(0))),
      (.organizationSuspended, Question(key: suspended)),
      (.permissionMissing, Question(key: good, permission: "billing:write")),
      (.rateLimited, Question(key: limited)),
    ]
  }
}
