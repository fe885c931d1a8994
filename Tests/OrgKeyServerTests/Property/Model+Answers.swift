import OrgKeyWire

// One answer after the other is held against the model, and what the daemon did is done here, too.

extension Model {
  /// Compares an answer, and goes along with it. What may have ended while the daemon worked on
  /// the call makes several answers right.
  mutating func observe(_ method: Request.Method, _ exchange: Exchange) throws(Difference) {
    let readings = readings(exchange.reading, method)
    if readings.count == 1 {
      return try observe(method, exchange, exchange.reading)
    }
    var first: Difference?
    for reading in readings {
      var trial = self
      do throws(Difference) {
        try trial.observe(method, exchange, reading)
        self = trial
        return
      } catch {
        first = first ?? error
      }
    }
    if let first { throw first }
  }

  /// What can be assumed of when the daemon looked at its clocks.
  private mutating func readings(_ reading: Reading, _ method: Request.Method) -> [Reading] {
    ends.removeAll { $0 <= reading.wall.lowerBound }
    let asked =
      switch method {
      case .issueKey(let request): request.expiresAtUnixMs
      case .updateKey(let request): request.expiresAtUnixMs
      default: Int64(0)
      }
    let later = Set(ends + [asked]).filter { $0 > reading.now && $0 <= reading.wall.upperBound }
    var all = [reading]
    for time in later.sorted() {
      var other = reading
      other.now = time
      all.append(other)
    }
    guard isWindowInDoubt(method, reading) else { return all }
    return all
      + all.map { reading in
        var other = reading
        other.windowIsOver = true
        return other
      }
  }

  private func isWindowInDoubt(_ method: Request.Method, _ reading: Reading) -> Bool {
    let id: String? =
      switch method {
      case .authorize(let request): owners[request.apiKey.string]?.key
      case .explainAuthorize(let request):
        request.keyID.isEmpty ? owners[request.apiKey.string]?.key : request.keyID
      default: nil
      }
    guard let key = id.flatMap({ keys[$0] }), let limit = key.limit, let window = key.window
    else { return false }
    return window.isOver(limit, reading) == nil
  }

  private mutating func observe(
    _ method: Request.Method, _ exchange: Exchange, _ reading: Reading
  ) throws(Difference) {
    var exchange = exchange
    exchange.reading = reading
    if try exchange.isRefused(refusals(method, exchange.caller, at: reading.now)) {
      return try compareRefusal(method, exchange)
    }
    guard let result = exchange.response.result else {
      throw Difference("the result", "one", "none")
    }
    if try !observeRead(method, result, exchange), try !observeKeys(method, result, exchange),
      try !observeOrganizations(method, result, exchange)
    {
      throw Difference("the result", "of \(method.name.text)", "\(result)")
    }
  }

  private func refusals(
    _ method: Request.Method, _ caller: Caller, at now: Int64
  ) -> Set<Code> {
    switch method {
    case .putOrganization(let request): refusals(request, caller)
    case .moveOrganization(let request): refusals(request, caller)
    case .suspendOrganization(let request): suspensionRefusals(request.organizationID, caller)
    case .resumeOrganization(let request): suspensionRefusals(request.organizationID, caller)
    case .deleteOrganization(let request): refusals(request, caller)
    case .issueKey(let request): refusals(request, caller, at: now)
    case .rotateKey(let request): refusals(request, caller, at: now)
    case .updateKey(let request): refusals(request, caller, at: now)
    case .revokeKey(let request): refusals(request, caller, at: now)
    case .revokeKeys(let request): refusals(request, caller)
    case .deleteKey(let request): refusals(request, caller)
    case .listKeys(let request): refusalsOfReading(request.organizationID, caller)
    case .getOrganization(let request): refusalsOfReading(request.organizationID, caller)
    case .listOrganizations(let request): refusalsOfReading(request.organizationID, caller)
    case .getKey(let request): refusalsOfReading(key: request.keyID, caller)
    case .getUsage(let request): refusalsOfReading(key: request.keyID, caller)
    case .explainAuthorize(let request): refusals(request)
    case .getStatistics, .importKeys, .importOrganizations:
      caller.isActing ? [.permissionDenied] : []
    default: []
    }
  }

  /// A refusal names the key that was made, and which of its secrets.
  private func compareRefusal(
    _ method: Request.Method, _ exchange: Exchange
  ) throws(Difference) {
    guard let status = exchange.response.status, status.code == .alreadyExists else { return }
    let earlier =
      switch method {
      case .issueKey(let request): carried[request.organizationID]?[request.requestID]
      case .rotateKey(let request):
        keys[request.keyID].flatMap { carried[$0.organization]?[request.requestID] }
      default: Carried?.none
      }
    try Difference.check("key_id", model: earlier?.key ?? "", daemon: status.keyID)
    try Difference.check(
      "secret_version", model: earlier?.version ?? 0, daemon: status.secretVersion)
  }

  /// - Returns: false if method and result are not of this kind.
  private mutating func observeRead(
    _ method: Request.Method, _ result: Response.Result, _ exchange: Exchange
  ) throws(Difference) -> Bool {
    switch (method, result) {
    case (.authorize(let request), .authorize(let answer)):
      try compare(request, answer, exchange.reading)
    case (.identifyKey(let request), .identifyKey(let answer)):
      try compare(request, answer, exchange.reading)
    case (.listAccessibleOrganizations(let request), .listAccessibleOrganizations(let answer)):
      try compare(request, answer, exchange.reading)
    case (.getKey(let request), .getKey(let answer)):
      try compare(answer.key, request.keyID, exchange.reading)
    case (.listKeys(let request), .listKeys(let answer)):
      try compare(request, answer.keys, exchange)
    case (.getOrganization(let request), .getOrganization(let answer)):
      try compare(answer.organization, request.organizationID, exchange)
    case (.listOrganizations(let request), .listOrganizations(let answer)):
      try compare(request, answer.organizations, exchange)
    case (.getStatistics, .getStatistics(let answer)):
      try compare(answer, exchange.reading)
    case (.listAuditEvents(let request), .listAuditEvents(let answer)):
      try compare(request, answer)
    case (.getUsage(let request), .getUsage(let answer)):
      try compare(request, answer, exchange.reading)
    case (.explainAuthorize(let request), .explainAuthorize(let answer)):
      try compare(request, answer, exchange.reading)
    default: return false
    }
    return true
  }

  private mutating func observeKeys(
    _ method: Request.Method, _ result: Response.Result, _ exchange: Exchange
  ) throws(Difference) -> Bool {
    switch (method, result) {
    case (.issueKey(let request), .issueKey(let answer)): try apply(request, answer, exchange)
    case (.rotateKey(let request), .rotateKey(let answer)): try apply(request, answer, exchange)
    case (.updateKey(let request), .updateKey(let answer)): try apply(request, answer, exchange)
    case (.revokeKey(let request), .revokeKey(let answer)): try apply(request, answer, exchange)
    case (.revokeKeys(let request), .revokeKeys(let answer)): try apply(request, answer, exchange)
    case (.deleteKey(let request), .deleteKey): apply(request, exchange)
    // The driver looks into this one, for it knows the texts.
    case (.importKeys, .importKeys): break
    default: return false
    }
    return true
  }

  private mutating func observeOrganizations(
    _ method: Request.Method, _ result: Response.Result, _ exchange: Exchange
  ) throws(Difference) -> Bool {
    switch (method, result) {
    case (.putOrganization(let request), .putOrganization(let answer)):
      try apply(request, answer, exchange)
    case (.moveOrganization(let request), .moveOrganization(let answer)):
      try apply(request, answer, exchange)
    case (.suspendOrganization(let request), .suspendOrganization(let answer)):
      try suspend(request.organizationID, true, answer.organization, exchange)
    case (.resumeOrganization(let request), .resumeOrganization(let answer)):
      try suspend(request.organizationID, false, answer.organization, exchange)
    case (.importOrganizations(let request), .importOrganizations(let answer)):
      try apply(request, answer, exchange)
    case (.deleteOrganization(let request), .deleteOrganization(let answer)):
      try apply(request, answer, exchange)
    default: return false
    }
    return true
  }
}
