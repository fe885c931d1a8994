import OrgKeyServer
import OrgKeySystem
import OrgKeyWire

/// A daemon and a model to which the same things happen.
final class PropertyRun {
  /// Steps between two comparisons of everything.
  private static let stepsPerComparison = 500

  let seed: UInt64
  private let daemon: InProcess
  private var clients: [RawClient] = []
  private var model = Model()
  private var steps: Steps
  private(set) var stepCount = 0
  private(set) var callCount = 0
  private(set) var restartCount = 0
  /// What was met: reasons, and codes by method.
  private(set) var reasons: [Reason: Int] = [:]
  private(set) var codes: [String: Int] = [:]
  private(set) var history = PropertyHistory()

  init(seed: UInt64) throws {
    self.seed = seed
    steps = Steps(seed: seed)
    daemon = try InProcess { $0.usageFlushInterval = 100 }
    try connect()
  }

  func owner(of text: String) -> Model.Owner? { model.owners[text] }

  /// On more reactors than one.
  private func connect() throws { clients = try (0..<3).map { _ in try daemon.client() } }

  /// One step, and all that is due with it.
  func step() throws {
    try stepAlone()
    if steps.chance.one(in: 500) { try listAmidSteps() }
    if steps.chance.one(in: 100) { try importKeys() }
    if steps.chance.one(in: 1_000) {
      try compareAll()
      try restart()
      try compareAll()
    } else if stepCount % Self.stepsPerComparison == 0 {
      try compareAll()
    }
  }

  private func stepAlone() throws {
    stepCount += 1
    let methods = steps.next(model, now: Clock.wallMilliseconds())
    if case .authorize? = methods.first {
      try ask(methods)
    } else {
      for method in methods { try ask(method, steps.caller(method, model)) }
    }
  }

  private func restart() throws {
    restartCount += 1
    daemon.stop()
    clients = []
    try daemon.start()
    // Windows are kept in memory alone.
    for id in model.keyIDs { model.keys[id]?.window = nil }
    try connect()
  }

  /// Makes a call, a listing page by page, and compares.
  private func ask(_ method: Request.Method, _ caller: Caller) throws {
    let client = steps.chance.pick(clients)
    history.note(method, caller)
    let (wall, monotonic) = (Clock.wallMilliseconds(), Clock.monotonicMilliseconds())
    let response = try client.callWhole(method, caller)
    try observe(method, caller, response, since: wall, monotonic)
  }

  /// Makes calls without waiting in between, and compares. Only for calls of which the daemon
  /// answers one after the other, or that change nothing.
  private func ask(_ methods: [Request.Method], _ caller: Caller = Caller()) throws {
    let client = steps.chance.pick(clients)
    for start in stride(from: 0, to: methods.count, by: 64) {
      let part = Array(methods[start..<min(start + 64, methods.count)])
      let (wall, monotonic) = (Clock.wallMilliseconds(), Clock.monotonicMilliseconds())
      let responses = try client.callAtOnce(part, caller)
      let (wallAfter, monotonicAfter) = (Clock.wallMilliseconds(), Clock.monotonicMilliseconds())
      let reading = Reading(
        wall: wall...max(wall, wallAfter), monotonic: monotonic...monotonicAfter, now: wall)
      for (method, response) in zip(part, responses) {
        history.note(method, caller)
        try observe(method, Exchange(caller: caller, response: response, reading: reading))
      }
    }
  }

  @discardableResult
  private func observe(
    _ method: Request.Method, _ caller: Caller, _ response: Response, since wall: Int64,
    _ monotonic: Int64
  ) throws -> Exchange {
    let reading = Reading(
      wall: wall...max(wall, Clock.wallMilliseconds()),
      monotonic: monotonic...Clock.monotonicMilliseconds(), now: wall)
    let exchange = Exchange(caller: caller, response: response, reading: reading)
    try observe(method, exchange)
    return exchange
  }

  private func observe(_ method: Request.Method, _ exchange: Exchange) throws {
    callCount += 1
    if case .authorize(let answer)? = exchange.response.result {
      reasons[answer.reason, default: 0] += 1
    } else {
      let code = exchange.response.status?.code ?? .ok
      codes["\(method.name.text) \(code)", default: 0] += 1
    }
    try model.observe(method, exchange)
  }
}

extension PropertyRun {
  /// Imports keys, and looks up what ids they got.
  private func importKeys() throws {
    let client = steps.chance.pick(clients)
    let (request, texts) = steps.importKeys(model, Clock.wallMilliseconds())
    let caller = steps.caller(.importKeys(request), model)
    try breakOffAnImport(request)
    history.note(.importKeys(request), caller)
    let (wall, monotonic) = (Clock.wallMilliseconds(), Clock.monotonicMilliseconds())
    let response = try client.callWhole(.importKeys(request), caller)
    let exchange = try observe(.importKeys(request), caller, response, since: wall, monotonic)
    guard case .importKeys(let answer)? = response.result,
      try model.compare(request, texts, answer)
    else { return }
    let newest = Request.Method.listKeys(.init(pageSize: UInt32(request.rows.count)))
    guard case .listKeys(let page)? = try client.callAtOnce([newest], Caller())[0].result else {
      throw Difference("the keys that were imported", "listed", "not")
    }
    try model.adopt(request.rows, texts, toldAs: page.keys, exchange)
  }

  /// Begins an import on a connection that ends: nothing comes of it.
  private func breakOffAnImport(_ request: ImportKeysRequest) throws {
    if steps.chance.one(in: 4) {
      _ = try daemon.client().callAtOnce([Request.Method.importKeys(request).parts[0]], Caller())
    }
  }

  /// Lists page by page while things change. Nothing may come twice, and nothing may be missing
  /// that was there from first to last and stayed where it was.
  private func listAmidSteps() throws {
    let listsKeys = steps.chance.one(in: 2)
    let before = Set(listsKeys ? model.keyIDs : Array(model.organizations.keys))
    model.displaced = []
    let size = UInt32(1 + steps.chance.below(8))
    var page: Request.Method =
      listsKeys
      ? .listKeys(.init(pageSize: size))
      : .listOrganizations(.init(includeDescendants: true, pageSize: size))
    var told: [String] = []
    while true {
      history.note(page, Caller())
      let response = try clients[0].callAtOnce([page], Caller())[0]
      told += response.result?.listedIDs ?? []
      guard let token = response.result?.nextPageToken, !token.isEmpty else { break }
      page = page.going(on: token)
      for _ in 0..<steps.chance.below(6) { try stepAlone() }
    }
    try Difference.check(
      "how often what is listed comes", model: Set(told).count, daemon: told.count)
    let stayed = before.filter { id in
      listsKeys
        ? model.keys[id] != nil
        : model.organizations[id] != nil
          && model.displaced.isDisjoint(with: model.ancestry(id))
    }
    try Difference.check(
      "what is missing of \(told)", model: [], daemon: stayed.subtracting(told).sorted())
  }
}

// Everything at once.
extension PropertyRun {
  func compareAll() throws {
    try settle()
    try ask(model.keyIDs.map { .getKey(.init(keyID: $0)) })
    try ask(model.organizations.keys.sorted().map { .getOrganization(.init(organizationID: $0)) })
    try ask(.listKeys(.init(pageSize: steps.pageSize())), Caller())
    try ask(
      .listOrganizations(.init(includeDescendants: true, pageSize: steps.pageSize())), Caller())
    try followTrail()
    var questions: [Request.Method] = []
    let alive = model.keyIDs.flatMap { model.keys[$0]?.secrets.suffix(3).map(\.text) ?? [] }
    for text in alive + model.texts.suffix(20) {
      let key = SecretText(text)
      for organization in Steps.organizations + [""] {
        let permission = steps.chance.pick(Steps.permissions)
        questions.append(
          .authorize(
            .init(
              apiKey: key, organizationID: organization, permission: permission,
              environment: steps.environment())))
      }
    }
    try ask(questions)
    try ask(model.keyIDs.map { .getKey(.init(keyID: $0)) })
  }

  /// Reads the audit trail on from where it was read last.
  private func followTrail() throws {
    var events: [AuditEvent] = []
    var after = model.trail.last?.sequence ?? 0
    repeat {
      let request = ListAuditEventsRequest(afterSequence: after, pageSize: steps.pageSize())
      history.note(.listAuditEvents(request), Caller())
      let response = try clients[0].callAtOnce([.listAuditEvents(request)], Caller()).first
      guard case .listAuditEvents(let page)? = response?.result else {
        throw Difference("the audit trail", "one", "\(response as Any)")
      }
      events += page.events
      after = page.nextSequence
    } while after != 0
    try model.follow(events)
  }

  /// Waits until keys that have expired are counted no longer: then they must stay so.
  private func settle() throws {
    let now = Clock.wallMilliseconds()
    let expired = model.keyIDs.filter { id in
      model.keys[id].map { $0.expiresAt != 0 && $0.expiresAt <= now } ?? false
    }
    let deadline = Clock.monotonicMilliseconds() + 10_000
    while true {
      let response = try clients[0].callWhole(.getStatistics(.init()), Caller())
      guard case .getStatistics(let told)? = response.result else { break }
      let later = Clock.wallMilliseconds()
      let active = model.keyIDs.count { model.keys[$0]?.state(at: later) == .active }
      if told.keyCount <= active { break }
      if Clock.monotonicMilliseconds() > deadline {
        throw Difference("key_count", "\(active)", "\(told.keyCount), for 10 s")
      }
    }
    for id in expired { model.keys[id]?.isCountedOff = true }
    try ask(.getStatistics(.init()), Caller())
  }
}
