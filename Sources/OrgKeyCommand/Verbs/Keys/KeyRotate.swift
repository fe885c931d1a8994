internal import ArgumentParser
internal import FoundationEssentials
internal import Glibc
internal import OrgKey
internal import OrgKeyModel

struct KeyRotate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate",
    abstract: "Give a key a new secret, and later revoke the old one.",
    discussion: """
      The key keeps its id, name, permissions, limits and history. The new text alone goes to \
      standard output, this once.

        NEW=$(orgkey key rotate key_3k5m9x0c2v7b1n4q)    make a secret, deploy it
        orgkey key show key_3k5m9x0c2v7b1n4q             see traffic arrive on it
        orgkey key rotate --finish key_3k5m9x0c2v7b1n4q  revoke the old one

      --finish revokes the older of two live secrets. It refuses, unless forced, while the old one \
      was used not long ago or the new one never was. On a terminal it says what it will hit and \
      asks; elsewhere it needs --yes. So does --overlap none, which stops the old secret at once.

        orgkey key rotate key_3k5m9x0c2v7b1n4q --overlap 24h --out new.key
        orgkey key rotate --finish key_3k5m9x0c2v7b1n4q --quiet-for 1h --yes

      Interrupted? Repeat it with the same --request-id: no third secret is made.
      """)

  @Argument(help: "The key's id.", completion: .keys)
  var key: String

  @Option(
    help: ArgumentHelp(
      "How long the old secret goes on working: 24h, until-revoked or none.", valueName: "time"))
  var overlap = OverlapArgument.untilRevoked

  @Option(
    help: ArgumentHelp("Write the new text to this new file, mode 0600.", valueName: "file"),
    completion: .file())
  var out: String?

  @Option(help: ArgumentHelp("Makes repeating safe for 7 days (default: random).", valueName: "id"))
  var requestId: String?

  @Flag(help: "Revoke the old secret: traffic has moved to the new one.")
  var finish = false

  @Option(
    help: ArgumentHelp(
      "With --finish: how long the old secret must have been silent (default: "
        + "\(TimeText.window(Traffic.quietTime))).", valueName: "duration"))
  var quietFor: LengthArgument?

  @Flag(help: "With --finish: revoke it even so.")
  var force = false

  @Flag(help: "Don't ask.")
  var yes = false

  @OptionGroup var acting: ActingOptions
  @OptionGroup var granting: GrantingOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    try validateKeyID(key)
    try granting.validate(with: acting)
    if !finish { try output.requireWhole() }
    if finish && (overlap != .untilRevoked || out != nil || requestId != nil) {
      throw ValidationError("--finish makes no new secret: no --overlap, --out or --request-id.")
    }
    if !finish && (quietFor != nil || force) {
      throw ValidationError("--quiet-for and --force go with --finish.")
    }
    try offline { () throws(BrokenRule) in
      if let requestId { try Validation.requestID(requestId, field: "--request-id") }
    }
  }

  func run() throws {
    let administrator = acting.administrator(connection, granting: granting)
    if finish { return try finish(administrator) }
    if overlap == .none {
      try Confirmation(skipped: yes).ask("The present secret stops working at once, for good:") {
        try described(administrator.key(id: key))
      }
    }
    // Whatever happens to standard output, what was made must still be told.
    signal(SIGPIPE, SIG_IGN)
    let handover = try Handover(out)
    let issued = try rotate(administrator)
    try handover.deliver(
      issued, output.output, saying: Announcement(ofRotated: issued.key, now: .now))
  }

  private func rotate(_ administrator: BlockingAdministrator) throws -> IssuedKey {
    let requestID = requestId ?? UUID().uuidString
    do throws(ChangeError) {
      return try administrator.rotateKey(
        id: key, overlap: overlap.overlap, requestID: requestID)
    } catch {
      guard var failure = Failure(error) else { throw error }
      switch error {
      case .outcomeUnknown: failure.message += ", or repeat it with --request-id \(requestID)"
      case .refused(let refusal): failure.message += advice(on: refusal, administrator)
      case .unavailable, .misuse: break
      }
      throw failure
    }
  }

  private func advice(on refusal: Refusal, _ administrator: BlockingAdministrator) -> String {
    switch refusal.code {
    case .alreadyExists:
      let version = refusal.secretVersion.map { " --secret-version \($0)" } ?? ""
      return ": orgkey key revoke \(key)\(version), and rotate again"
    case .failedPrecondition:
      // Only an addition to what went wrong: it may be missing.
      let present = try? administrator.key(id: key)
      return present.flatMap { Traffic($0) } == nil ? "" : ": orgkey key rotate --finish \(key)"
    default: return ""
    }
  }

  private func described(_ key: Key) -> [String] {
    let used = Screen().ago(key.lastUsedAt, else: "never")
    let secrets = key.secrets.map(\.text).joined(separator: ", ")
    return [
      "secret \(secrets) of \(key.id), \"\(key.name)\" of \(key.organizationID), "
        + "last used \(used)"
    ]
  }

  private func finish(_ administrator: BlockingAdministrator) throws {
    let finish = RotationFinish(
      quietFor: quietFor?.duration ?? Traffic.quietTime, isForced: force)
    let traffic = try finish.traffic(of: administrator.key(id: key))
    try Confirmation(skipped: yes).ask { [finish.described(traffic)] }
    let finished = try administrator.revokeKey(
      .secret(version: traffic.old.version, keyID: key), reason: finish.reason)
    try output.one(KeyJSON(finished)) { screen in
      try screen.show([finish.report(traffic.old, finished)])
    }
  }
}

/// How long a key's old secret goes on working: until-revoked, none, or a length of time.
enum OverlapArgument: ExpressibleByArgument, Decodable, Equatable {
  case untilRevoked
  case none
  case seconds(Int64)

  init?(argument: String) {
    switch argument {
    case "until-revoked": self = .untilRevoked
    case "none": self = .none
    default:
      guard let length = LengthArgument(argument: argument), length.milliseconds % 1_000 == 0 else {
        return nil
      }
      self = .seconds(length.milliseconds / 1_000)
    }
  }

  var overlap: RotationOverlap {
    switch self {
    case .untilRevoked: .untilRevoked
    case .none: .none
    case .seconds(let seconds): .duration(.seconds(seconds))
    }
  }

  var defaultValueDescription: String { "until-revoked" }
}
