internal import ArgumentParser
internal import OrgKey
internal import OrgKeyModel

struct KeyRevoke: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke",
    abstract: "Revoke keys, at once and for good.",
    discussion: """
      By id, or by presenting the text of a key that leaked, of which nothing else may be known. \
      Revoking again changes nothing: the first time and reason stay. On a terminal it says what \
      it will hit and asks; elsewhere it needs --yes.

        orgkey key revoke key_3k5m9x0c2v7b1n4q --reason 'integration ended'
        orgkey key revoke --by-secret --key-file leaked.txt --reason 'in a public repository'
      """)

  @Argument(help: "The ids of the keys.")
  var key: [String] = []

  @Flag(help: "Revoke the key whose text is given.")
  var bySecret = false

  @OptionGroup var source: KeySource

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
    if bySecret != key.isEmpty {
      throw ValidationError("Name the keys by their ids, or use --by-secret: one of the two.")
    }
    if source.keyFile != nil && !bySecret {
      throw ValidationError("--key-file goes with --by-secret.")
    }
    if let secretVersion, secretVersion == 0 || bySecret || key.count > 1 {
      throw ValidationError("--secret-version is 1 or more, and about a single KEY.")
    }
    try offline { () throws(BrokenRule) in try Validation.reason(reason, field: "--reason") }
  }

  func run() throws {
    let administrator = acting.administrator(connection)
    let confirmation = try Confirmation(skipped: yes)
    if bySecret {
      let text = try source.read()
      try confirmation.ask { try described(text) }
      try report([administrator.revokeKey(.text(text), reason: reason)])
    } else {
      try confirmation.ask { try key.map { described(try administrator.key(id: $0)) } }
      try revokeEach(administrator)
    }
  }

  /// One that fails keeps none of the others from being revoked.
  private func revokeEach(_ administrator: BlockingAdministrator) throws {
    var revoked: [Key] = []
    var failures: [Failure] = []
    for id in key {
      let target = secretVersion.map { RevocationTarget.secret(version: $0, keyID: id) }
      do {
        revoked.append(try administrator.revokeKey(target ?? .key(id: id), reason: reason))
      } catch {
        guard let failure = Failure(error) else { throw error }
        StandardStream.complain("\(id): \(failure.message)")
        failures.append(failure)
      }
    }
    try report(revoked)
    if let first = failures.first { throw ExitCode(first.status) }
  }

  private func report(_ revoked: [Key]) throws {
    try output.list(KeyJSON.init) { _, _ in
      Page(elements: revoked)
    } forPeople: { screen, revoked in
      try screen.show(revoked.map { line($0, screen) })
    }
  }

  private func line(_ key: Key, _ screen: Screen) -> String {
    let name = Printable.line("\(key.id) (\(key.name), \(key.organizationID))")
    if let revokedAt = key.revokedAt { return "\(name) was revoked \(screen.ago(revokedAt))" }
    let rest = key.secrets.map { "\($0.version) (\($0.hint))" }.joined(separator: ", ")
    return "\(name) goes on working with secret \(rest)"
  }

  private func described(_ key: Key) -> String {
    let used = Screen().ago(key.lastUsedAt, else: "never")
    let part = secretVersion.map { "secret \($0) of " } ?? ""
    return "\(part)\(key.id), \"\(key.name)\" of \(key.organizationID), \(key.state.name), "
      + "last used \(used)"
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
