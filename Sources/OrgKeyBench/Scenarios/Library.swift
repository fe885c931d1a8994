internal import OrgKey
internal import OrgKeySystem

/// What the Swift library costs.
extension Session {
  /// The same that the load generator asks, in the library's terms.
  private func questions() -> Questions {
    var all: [(key: PresentedKey, scope: OrganizationScope)] = []
    Mixes.questions(world, 1 << 16) { key, organization in
      all.append((.text(key), .organization(organization)))
    }
    return Questions(all: all)
  }

  func blockingLibrary() throws {
    let questions = questions()
    let load = Load(server: daemon, requests: mixes.uniform, manner: .blocking)
    let series = try alternate(
      .blocking,
      [
        Contender("bare C client") { try self.load(load) },
        Contender("library") {
          try questions.askBlocking(self.client, seconds: self.options.seconds)
        },
      ])
    report([
      Figure(
        .blocking, .p50, of: "library", in: series, against: [("bare C client", .atMost(1.2))]),
      Figure(.blocking, .p99, of: "library", in: series, against: [("bare C client", nil)]),
      Figure(.blocking, .rate, of: "library", in: series, against: [("bare C client", nil)]),
    ])
  }

  func asyncLibrary() throws {
    let questions = questions()
    let load = Load(server: daemon, requests: mixes.uniform, connections: 64)
    let counts = [1, 8, 64]
    let name = { count in count == 1 ? "1 task" : "\(count) tasks" }
    let tasks = counts.map { count in
      Contender(name(count)) {
        try questions.askAsync(self.client, tasks: count, seconds: self.options.seconds)
      }
    }
    let series = try alternate(
      .async, [Contender("load generator") { try self.load(load) }] + tasks)
    for count in counts {
      let goal = count == 64 ? Figure.Goal.atLeast(0.5) : nil
      report([
        Figure(
          .async, .rate, of: name(count), in: series, against: [("load generator", goal)]),
        Figure(.async, .p50, of: name(count), in: series),
        Figure(.async, .p99, of: name(count), in: series),
      ])
    }
  }
}

/// Asked one after the other by the library.
private struct Questions: Sendable {
  let all: [(key: PresentedKey, scope: OrganizationScope)]

  func askBlocking(_ client: OrgKeyClient, seconds: Double) throws -> Sample {
    let blocking = client.blocking
    var turns = Turns(seconds: seconds)
    while turns.goOn() {
      let (key, scope) = all[turns.count % all.count]
      _ = try blocking.authorize(key, permission: Tree.permission, in: scope)
    }
    return Questions.sample([turns])
  }

  func askAsync(_ client: OrgKeyClient, tasks: Int, seconds: Double) throws -> Sample {
    let done = Condition<Result<[Turns], any Error>?>(nil)
    Task.detached { [self] in
      let result: Result<[Turns], any Error>
      do {
        result = .success(
          try await withThrowingTaskGroup(of: Turns.self) { group in
            for task in 0..<tasks {
              group.addTask { try await ask(client, from: task * 1_009, seconds) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
          })
      } catch {
        result = .failure(error)
      }
      done.change { $0 = result }
    }
    let result = done.wait(untilMilliseconds: nil, for: { $0 != nil }) { $0 }
    return Questions.sample(try result?.get() ?? [])
  }

  private func ask(_ client: OrgKeyClient, from first: Int, _ seconds: Double) async throws -> Turns
  {
    var turns = Turns(seconds: seconds)
    while turns.goOn() {
      let (key, scope) = all[(first + turns.count) % all.count]
      _ = try await client.authorize(key, permission: Tree.permission, in: scope)
    }
    return turns
  }

  private static func sample(_ all: [Turns]) -> Sample {
    let latencies = all.flatMap(\.latencies)
    let rate = all.reduce(0) { $0 + $1.rate }
    var sample = Latencies.sample(
      latencies, interval: rate == 0 ? 0 : Double(all.count) / rate * 1e9)
    sample[.rate] = rate
    return sample
  }
}

/// The calls of one caller: what each took, after a warm-up.
private struct Turns: Sendable {
  private static let warmUp = Duration.milliseconds(50)

  private(set) var count = -1
  private(set) var latencies: [UInt32] = []
  private let notedFrom: ContinuousClock.Instant
  private let ends: ContinuousClock.Instant
  private var last: ContinuousClock.Instant

  init(seconds: Double) {
    last = .now
    notedFrom = last + Turns.warmUp
    ends = notedFrom + .seconds(seconds)
    latencies.reserveCapacity(1 << 16)
  }

  /// To be asked before each call: takes down the one before. Goes on until there is one.
  mutating func goOn() -> Bool {
    let now = ContinuousClock.now
    if count >= 0 && now >= notedFrom {
      let took = (now - last).components
      latencies.append(
        UInt32(clamping: took.seconds * 1_000_000_000 + took.attoseconds / 1_000_000_000))
    }
    count += 1
    last = now
    return now < ends || latencies.isEmpty
  }

  var rate: Double {
    let passed = (last - notedFrom).seconds
    return passed > 0 ? Double(latencies.count) / passed : 0
  }
}
