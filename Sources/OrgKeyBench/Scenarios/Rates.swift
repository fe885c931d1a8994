/// What the daemon does beside the echo and Redis.
extension Session {
  private func contenders(
    connections: Int, inFlight: Int = 1, manner: Load.Manner = .closed
  ) -> [Contender] {
    let own = Load(
      server: daemon, requests: mixes.uniform, connections: connections, inFlight: inFlight,
      manner: manner)
    var echoed = own
    echoed.server = echo
    echoed.isChecked = false
    var all = [
      Contender("echo") { try self.load(echoed) }, Contender("orgkeyd") { try self.load(own) },
    ]
    if let redis {
      var asked = own
      asked.server = redis
      asked.requests = mixes.redis
      asked.isRedis = true
      all.append(Contender("redis") { try self.load(asked) })
    }
    return all
  }

  func rates(_ scenario: Scenario, connections: Int, inFlight: Int = 1) throws {
    let series = try alternate(
      scenario, contenders(connections: connections, inFlight: inFlight))
    let goals = Goals.rates[scenario] ?? Goals()
    report([
      Figure(
        scenario, .rate, of: "orgkeyd", in: series,
        against: [("echo", goals.echoRate), ("redis", goals.redisRate)]),
      Figure(
        scenario, .p50, of: "orgkeyd", in: series,
        against: [("echo", goals.echoMedian), ("redis", nil)]),
      Figure(
        scenario, .p99, of: "orgkeyd", in: series, against: [("echo", nil), ("redis", nil)]),
      Figure(
        scenario, .p999, of: "orgkeyd", in: series, against: [("echo", nil), ("redis", nil)]),
    ])
    reportBusy(scenario, series)
  }

  func openLoop() throws {
    let rate = try options.rate ?? closedRate() / 2
    let series = try alternate(
      .openLoop,
      contenders(connections: options.connections, manner: .open(rate: rate))
        + [Contender("due") { [.rate: rate] }])
    report([
      Figure(
        .openLoop, .rate, of: "orgkeyd", in: series,
        against: [("due", nil), ("echo", nil), ("redis", nil)]),
      Figure(
        .openLoop, .p50, of: "orgkeyd", in: series, against: [("echo", nil), ("redis", nil)]),
      Figure(
        .openLoop, .p99, of: "orgkeyd", in: series, against: [("echo", nil), ("redis", nil)]),
      Figure(
        .openLoop, .p999, of: "orgkeyd", in: series, against: [("echo", nil), ("redis", nil)]),
    ])
    // Between calls it looks without pause whether one is due.
    reportBusy(.openLoop, series, [.serverBusy])
  }

  private func closedRate() throws -> Double {
    let load = Load(server: daemon, requests: mixes.uniform, connections: options.connections)
    return try self.load(load)[.rate] ?? 1
  }

  /// Whether the load generator or the server had no time left.
  func reportBusy(
    _ scenario: Scenario, _ series: Series, _ metrics: [Metric] = [.loadBusy, .serverBusy]
  ) {
    guard let first = series.names.contains("orgkeyd") ? "orgkeyd" : series.names.first else {
      return
    }
    let others = series.names.filter { $0 != first }.map { (name: $0, goal: Figure.Goal?.none) }
    report(metrics.map { Figure(scenario, $0, of: first, in: series, against: others) })
  }
}

/// What is to be reached.
struct Goals {
  var echoRate: Figure.Goal?
  var redisRate: Figure.Goal?
  var echoMedian: Figure.Goal?

  static let rates: [Scenario: Goals] = [
    .one: Goals(echoMedian: .atMost(1.15)),
    .connections64: Goals(echoRate: .atLeast(0.8), redisRate: .atLeast(1)),
    .pipelined: Goals(redisRate: .atLeast(0.7)),
  ]
}
