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
    stepCount += 1
    let methods = steps.next(model, now: Clock.wallMilliseconds())
    if case .authorize? = methods.first {
      try ask(methods)
    } else {
      for method in methods { try ask(method, steps.caller(method, model)) }
    }
    if steps.chance.one(in: 1_000) {
      try compareAll()
      try restart()
      try compareAll()
    } else if stepCount % Self.stepsPerComparison == 0 {
      try compareAll()
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
    let response = try client.callAllPages(method, caller)
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

  private func observe(
    _ method: Request.Method, _ caller: Caller, _ response: Response, since wall: Int64,
    _ monotonic: Int64
  ) throws {
    let reading = Reading(
      wall: wall...max(wall, Clock.wallMilliseconds()),
      monotonic: monotonic...Clock.monotonicMilliseconds(), now: wall)
    try observe(method, Exchange(caller: caller, response: response, reading: reading))
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

// Everything at once.
extension PropertyRun {
  func compareAll() throws {
    try settle()
    try ask(model.keyIDs.map { .getKey(.init(keyID: $0)) })
    try ask(model.organizations.keys.sorted().map { .getOrganization(.init(organizationID: $0)) })
    try ask(.listKeys(.init(pageSize: steps.pageSize())), Caller())
    try ask(
      .listOrganizations(.init(includeDescendants: true, pageSize: steps.pageSize())), Caller())
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

  /// Waits until keys that have expired are counted no longer: then they must stay so.
  private func settle() throws {
    let now = Clock.wallMilliseconds()
    let expired = model.keyIDs.filter { id in
      model.keys[id].map { $0.expiresAt != 0 && $0.expiresAt <= now } ?? false
    }
    let active = UInt64(model.keyIDs.count { model.keys[$0]?.state(at: now) == .active })
    let deadline = Clock.monotonicMilliseconds() + 10_000
    while true {
      let response = try clients[0].callAllPages(.getStatistics(.init()), Caller())
      guard case .getStatistics(let told)? = response.result else { break }
      if told.keyCount <= active { break }
      if Clock.monotonicMilliseconds() > deadline {
        throw Difference("key_count", "\(active)", "\(told.keyCount), for 10 s")
      }
    }
    for id in expired { model.keys[id]?.isCountedOff = true }
    try ask(.getStatistics(.init()), Caller())
  }
}
