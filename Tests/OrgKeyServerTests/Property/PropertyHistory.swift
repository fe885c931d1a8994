import OrgKeyWire

/// What was asked, as far as a report needs it.
struct PropertyHistory {
  private static let length = 4_000
  private static let told = 15

  private var asked: [(method: Request.Method, caller: Caller)] = []

  mutating func note(_ method: Request.Method, _ caller: Caller) {
    if asked.count == 2 * Self.length { asked.removeFirst(Self.length) }
    asked.append((method, caller))
  }

  /// The last call, the calls before it, and those before that changed what it was about.
  func description(_ owner: (String) -> Model.Owner?) -> String {
    guard let last = asked.last else { return "" }
    let words = Self.names(in: last.method, owner)
    let related = asked.dropLast().filter { call in
      Self.isChange(call.method) && !Self.names(in: call.method, owner).isDisjoint(with: words)
    }
    func lines(_ calls: some Sequence<(method: Request.Method, caller: Caller)>) -> String {
      calls.map { "    " + Self.line($0.method, $0.caller, owner) }.joined(separator: "\n")
    }
    return """
      asked:  \(Self.line(last.method, last.caller, owner))
        the last calls before:
      \(lines(asked.dropLast().suffix(Self.told)))
        the last that changed what it names:
      \(lines(related.suffix(Self.told)))
      """
  }

  private static func line(
    _ method: Request.Method, _ caller: Caller, _ owner: (String) -> Model.Owner?
  ) -> String {
    let text = Self.text(in: method).map { text in
      owner(text).map { " with secret \($0.version) of \($0.key)" } ?? " with the text '\(text)'"
    }
    let request = Mirror(reflecting: method).children.first.map { told($0.value) } ?? ""
    let behalf = caller == Caller() ? "" : " by \(told(caller))"
    return "\(method.name.text) \(request)\(text ?? "")\(behalf)"
  }

  /// The fields that are set.
  private static func told(_ message: Any) -> String {
    let fields = Mirror(reflecting: message).children.compactMap { field in
      let value = "\(field.value)"
      let unset = field.value is String ? [""] : ["0", "false", "nil", "[]", "<secret>"]
      return unset.contains(value) ? nil : "\(field.label ?? ""): \(value)"
    }
    return "(" + fields.joined(separator: ", ") + ")"
  }

  private static func text(in method: Request.Method) -> String? {
    switch method {
    case .authorize(let request): request.apiKey.string
    case .identifyKey(let request): request.apiKey.string
    case .listAccessibleOrganizations(let request): request.apiKey.string
    case .revokeKey(let request): request.apiKey.count == 0 ? nil : request.apiKey.string
    default: nil
    }
  }

  private static func isChange(_ method: Request.Method) -> Bool {
    switch method {
    case .authorize, .identifyKey, .listAccessibleOrganizations, .getKey, .listKeys,
      .getOrganization, .listOrganizations, .getStatistics:
      false
    default: true
    }
  }

  /// The keys and organizations that a call names.
  private static func names(
    in method: Request.Method, _ owner: (String) -> Model.Owner?
  ) -> Set<String> {
    let presented = text(in: method).flatMap { owner($0)?.key } ?? ""
    let named =
      switch method {
      case .authorize(let request): [request.organizationID]
      case .getKey(let request): [request.keyID]
      case .getOrganization(let request): [request.organizationID]
      case .issueKey(let request): [request.organizationID]
      case .rotateKey(let request): [request.keyID]
      case .updateKey(let request): [request.keyID]
      case .revokeKey(let request): [request.keyID]
      case .revokeKeys(let request): [request.organizationID]
      case .deleteKey(let request): [request.keyID]
      case .putOrganization(let request): [request.organizationID, request.parentID]
      case .moveOrganization(let request): [request.organizationID, request.parentID]
      case .suspendOrganization(let request): [request.organizationID]
      case .resumeOrganization(let request): [request.organizationID]
      case .deleteOrganization(let request): [request.organizationID]
      default: [String]()
      }
    return Set(named + [presented]).subtracting([""])
  }
}

extension PropertyRun {
  /// What failed, short enough to be read.
  func report(of error: any Error) -> String {
    guard let difference = error as? Difference else { return "seed \(seed): \(error)" }
    return """
      seed \(seed), step \(stepCount): \(difference.what) differs
      model:  \(difference.model)
      daemon: \(difference.daemon)
      \(history.description(owner(of:)))
        again: make property SEED=\(seed) STEPS=\(stepCount)
      """
  }

  var summary: String {
    let refused = codes.filter { !$0.key.hasSuffix(" ok") }.values.reduce(0, +)
    let verdicts = reasons.values.reduce(0, +)
    return "seed \(seed), \(stepCount) steps, \(callCount) answers compared: \(verdicts) verdicts, "
      + "\(refused) refusals; \(restartCount) restarts"
  }
}
