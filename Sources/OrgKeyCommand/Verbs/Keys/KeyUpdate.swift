internal import ArgumentParser
internal import OrgKey
internal import OrgKeyModel

struct KeyUpdate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "update",
    abstract: "Change a key's name, permissions, expiry, rate limit or labels.",
    discussion: """
      What is not named stays as it is. The next check after the answer goes by the new state. Stop \
      a key for a while with orgkey key disable, for good with orgkey key revoke.

        orgkey key update key_3k5m9x0c2v7b1n4q --name 'CRM sync, Europe' --expires-in 90d
        orgkey key update key_3k5m9x0c2v7b1n4q --permission 'contacts:*' --permission deals:read
        orgkey key update key_3k5m9x0c2v7b1n4q --remove-permission deals:read --limit 100/1h
        orgkey key update key_3k5m9x0c2v7b1n4q --never-expires --unlimited --no-labels

      --add-… and --remove-… look at the key first: of two people who do so at the same moment one \
      may undo what the other did. Another rate limit opens a new window.
      """)

  @Argument(help: "The key's id.", completion: .keys)
  var key: String

  @Option(help: "What the key is for.")
  var name: String?

  @OptionGroup var permissions: PermissionChanges
  @OptionGroup var expiry: ExpiryOptions

  @Flag(help: "It does not end by itself.")
  var neverExpires = false

  @Option(help: ArgumentHelp("Requests in a window: 100/1h.", valueName: "n/window"))
  var limit: LimitArgument?

  @Flag(help: "It has no rate limit.")
  var unlimited = false

  @OptionGroup var labels: LabelChanges
  @OptionGroup var acting: ActingOptions
  @OptionGroup var granting: GrantingOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    try validateKeyID(key)
    try granting.validate(with: acting)
    if neverExpires && expiry.moment != nil {
      throw ValidationError("--never-expires and a time when it ends contradict each other.")
    }
    if unlimited && limit != nil {
      throw ValidationError("--unlimited and --limit contradict each other.")
    }
    try offline { () throws(BrokenRule) in
      if let name { try Validation.keyName(name, field: "--name") }
    }
    if !needsPresent, try changes(of: nil) == KeyChanges() {
      throw ValidationError("Say what to change: --name, --permission, --expires-in, --limit, …")
    }
  }

  func run() throws {
    let administrator = acting.administrator(connection, granting: granting)
    let present = try needsPresent ? administrator.key(id: key) : nil
    let updated = try administrator.updateKey(id: key, changes(of: present))
    try output.one(KeyJSON(updated)) { try $0.show(updated) }
  }

  private var needsPresent: Bool { permissions.needsPresent || labels.needsPresent }

  private func changes(of present: Key?) throws(Failure) -> KeyChanges {
    var changes = KeyChanges()
    if let name { changes.name = .set(name) }
    changes.permissions = try permissions.change(of: present)
    if let moment = expiry.moment { changes.expiresAt = .set(moment) }
    if neverExpires { changes.expiresAt = .set(nil) }
    if let limit { changes.rateLimit = .set(limit.rateLimit) }
    if unlimited { changes.rateLimit = .set(nil) }
    changes.labels = try labels.change(of: present)
    return changes
  }
}
