internal import ArgumentParser
internal import OrgKey
internal import OrgKeyModel

struct KeyRevoke: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke",
    abstract: "Revoke keys, at once and for good.",
    discussion: """
      By id, by presenting the text of a key that leaked, of which nothing else may be known, or \
      all keys of an organization. Revoking again changes nothing: the first time and reason stay. \
      On a terminal it says what it will hit and asks; elsewhere it needs --yes.

        orgkey key revoke key_3k5m9x0c2v7b1n4q --reason 'integration ended'
        orgkey key revoke --by-secret --key-file leaked.txt --reason 'in a public repository'
        orgkey key revoke --all-of acme --descendants --reason 'contract ended'
      """)

  @Argument(help: "The ids of the keys.", completion: .keys)
  var key: [String] = []

  @Flag(help: "Revoke the key whose text is given.")
  var bySecret = false

  @OptionGroup var source: KeySource

  @Option(
    help: ArgumentHelp("Revoke all keys of this organization.", valueName: "org"),
    completion: .organizations)
  var allOf: String?

  @Flag(help: "With --all-of: also the keys of all below it.")
  var descendants = false

  @Option(help: ArgumentHelp("Why, for the records.", valueName: "text"))
  var reason = ""

  @Option(
    help: ArgumentHelp(
      "Only this secret of the key; its other one goes on working.", valueName: "n"))
  var secretVersion: UInt32?

  @Flag(help: "Don't ask.")
  var yes = false

  @OptionGroup var acting: ActingOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    for id in key { try validateKeyID(id) }
    if [!key.isEmpty, bySecret, allOf != nil].count(where: { $0 }) != 1 {
      throw ValidationError(
        "Name the keys by their ids, or use --by-secret, or --all-of: one of the three.")
    }
    if source.keyFile != nil && !bySecret {
      throw ValidationError("--key-file goes with --by-secret.")
    }
    if descendants && allOf == nil { throw ValidationError("--descendants goes with --all-of.") }
    if let secretVersion, secretVersion == 0 || key.count != 1 {
      throw ValidationError("--secret-version is 1 or more, and about a single KEY.")
    }
    try offline { () throws(BrokenRule) in
      if let allOf { try Validation.organizationID(allOf, field: "--all-of") }
      try Validation.reason(reason, field: "--reason")
    }
  }

  func run() throws {
    let administrator = acting.administrator(connection)
    let confirmation = try Confirmation(skipped: yes)
    if let allOf {
      try confirmation.ask { try [described(administrator.organization(id: allOf))] }
      try revokeAll(of: allOf, administrator)
    } else if bySecret {
      let text = try source.read()
      try confirmation.ask { try described(text) }
      let revoked = try administrator.revokeKey(.text(text), reason: reason)
      try output.all([revoked], as: KeyJSON.init) { screen, revoked in
        try screen.show(revoked.map { line($0, screen) })
      }
    } else {
      try confirmation.ask { try key.map { described(try administrator.key(id: $0)) } }
      try revokeEach(administrator)
    }
  }

  private func revokeEach(_ administrator: BlockingAdministrator) throws {
    try output.each(key, as: KeyJSON.init) { id in
      let target = secretVersion.map { RevocationTarget.secret(version: $0, keyID: id) }
      return try administrator.revokeKey(target ?? .key(id: id), reason: reason)
    } line: {
      line($0, $1)
    }
  }

  private func revokeAll(
    of organization: String, _ administrator: BlockingAdministrator
  ) throws {
    let count = try administrator.revokeKeys(
      of: organization, includingDescendants: descendants, reason: reason,
      timeout: connection.patientTimeout)
    try output.one(RevokedKeysJSON(revokedKeyCount: count)) { screen in
      let place = descendants ? "\(organization) and all below" : organization
      try screen.show(["\(Amount.counted(count, "key")) of \(place) revoked"])
    }
  }

  private func line(_ key: Key, _ screen: Screen) -> String {
    if let revokedAt = key.revokedAt { return "\(key.line) was revoked \(screen.ago(revokedAt))" }
    if key.secrets.isEmpty { return "\(key.line) has no live secret left" }
    let rest = key.secrets.map(\.text).joined(separator: ", ")
    return "\(key.line) goes on working with secret \(rest)"
  }

  private func described(_ key: Key) -> String {
    let used = Screen().ago(key.lastUsedAt, else: "never")
    let part = secretVersion.map { "secret \($0) of " } ?? ""
    return "\(part)\(key.id), \"\(key.name)\" of \(key.organizationID), \(key.state.name), "
      + "last used \(used)"
  }

  private func described(_ organization: Organization) -> String {
    let keys =
      descendants
      ? organization.target
      : "\(organization.id) alone: \(Amount.counted(organization.keyCount, "active key"))"
    return "all keys of \(keys), and those that are disabled or expired"
  }

  /// Anybody may ask whose a good key is; of another only the reason is told.
  private func described(_ text: KeyText) throws -> [String] {
    do throws(AuthorizationError) {
      return [described(try connection.client().blocking.identify(.text(text)))]
    } catch {
      guard case .denied(let denial) = error else { throw error }
      return ["the key of this text (at present: \(denial.reason))"]
    }
  }
}

private struct RevokedKeysJSON: Encodable {
  let revokedKeyCount: UInt64
}
