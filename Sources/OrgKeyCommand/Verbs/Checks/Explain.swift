internal import ArgumentParser
internal import OrgKey
internal import OrgKeyModel

struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say step by step why a key would be allowed or denied.",
    discussion: """
      What orgkey authorize would answer and why, without counting as use: for readers, \
      administrators and, with --acting-org, delegates. By the key's id, for support has no secrets; or by the text as it was sent, \
      mistakes included, from standard input, --key-file or ORGKEY_API_KEY.

        orgkey explain key_3k5m9x0c2v7b1n4q --org acme-eu --permission contacts:read
        orgkey explain --own --permission contacts:read < key.txt

      Nothing of this is for the caller of the API: what he may learn is the public code. Exit \
      status: 0 it would be allowed, 1 denied.
      """)

  @Argument(help: "The key's id (default: its text is read).", completion: .keys)
  var key: String?

  @Option(help: "The organization whose data is asked for.", completion: .organizations)
  var org: String?

  @Flag(help: "The key's own organization.")
  var own = false

  @Option(help: "What the request needs: contacts:read.")
  var permission: String

  @Option(help: "Let only keys of this environment pass.")
  var environment: String?

  @Option(
    help: ArgumentHelp(
      "With a KEY: which of its secrets was sent (default: the newest).", valueName: "n"))
  var secretVersion: UInt32?

  @OptionGroup var source: KeySource
  @OptionGroup var acting: ActingOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    if let key { try validateKeyID(key) }
    if key != nil && source.keyFile != nil {
      throw ValidationError("A KEY's id and --key-file both say which key: give one.")
    }
    if let secretVersion, secretVersion == 0 || key == nil {
      throw ValidationError("--secret-version is 1 or more, and goes with a KEY's id.")
    }
    if (org != nil) == own { throw ValidationError("Say --org ORG or --own: one of the two.") }
    try offline { () throws(BrokenRule) in
      if let org { try Validation.organizationID(org, field: "--org") }
      try Validation.permission(permission.utf8.span, field: "--permission")
      if let environment { _ = try Validation.environment(environment, field: "--environment") }
    }
  }

  func run() throws {
    let explained = key.map { ExplainedKey.key(id: $0, secretVersion: secretVersion) }
    let explanation = try acting.administrator(connection).explain(
      explained ?? .text(source.read()), permission: permission,
      in: org.map { .organization($0) } ?? .own, environment: environment)
    try output.one(ExplanationJSON(explanation)) { try $0.show(explanation) }
    if explanation.denial != nil { throw ExitCode(.denied) }
  }
}

extension Screen {
  fileprivate func show(_ explanation: Explanation) throws(Failure) {
    var steps = Details()
    for step in explanation.steps {
      steps.add(
        "\(step.passed ? "✓" : "✗") \(step.rule)", Cell(step.found, step.passed ? .plain : .bad))
    }
    try show(steps)
    if !explanation.steps.isEmpty { try show([""]) }
    var verdict = Details()
    if let denial = explanation.denial {
      verdict.add(
        "Answer", Cell("\(denial.code.rawValue), HTTP \(denial.response.statusCode)", .bad))
      verdict.add("Reason", Cell("\(denial.reason), which the caller of the API may not learn"))
      verdict.add("To do", Cell(denial.reason.advice))
    } else {
      verdict.add("Answer", Cell("ALLOWED, HTTP 200", .good))
    }
    try show(verdict)
  }
}
