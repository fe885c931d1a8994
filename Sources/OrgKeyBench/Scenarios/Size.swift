internal import Glibc

/// What size costs: in each call, at the start, in memory.
extension Session {
  private func smallDaemon(_ name: String, threads: Int, isPinned: Bool = true) throws -> Server {
    let database = Database(world: smallWorld, directory: options.directory)
    let path = Session.database(servers, name)
    try database.copy(to: path)
    return try servers.daemon(name, database: path, threads: threads, isPinned: isPinned)
  }

  func size() throws {
    let small = try smallDaemon("small", threads: options.threads)
    defer { small.end(SIGKILL) }
    let requests = Mixes.uniform(smallWorld, 1 << 16)
    let few = Load(server: small, requests: requests, connections: options.connections)
    var many = few
    many.server = daemon
    many.requests = mixes.uniform
    let large = Text.count(options.keys)
    let series = try alternate(
      .size, [Contender("1,000") { try self.load(few) }, Contender(large) { try self.load(many) }])
    report([
      Figure(.size, .cost, of: large, in: series, against: [("1,000", .atMost(1.5))]),
      Figure(.size, .rate, of: large, in: series, against: [("1,000", nil)]),
    ])
    reportBusy(.size, series)
  }

  func reactors() throws {
    let requests = Mixes.uniform(smallWorld, 1 << 16)
    try cores.unpinned {
      let one = try smallDaemon("one", threads: 1, isPinned: false)
      defer { one.end(SIGKILL) }
      let two = try smallDaemon("two", threads: 2, isPinned: false)
      defer { two.end(SIGKILL) }
      let alone = Load(server: one, requests: requests, connections: options.connections)
      var together = alone
      together.server = two
      let series = try alternate(
        .reactors,
        [Contender("1") { try self.load(alone) }, Contender("2") { try self.load(together) }])
      report([Figure(.reactors, .rate, of: "2", in: series, against: [("1", nil)])])
      report(
        [.p99, .loadBusy, .serverBusy].map {
          Figure(.reactors, $0, of: "2", in: series, against: [("1", nil)])
        })
    }
  }

  /// Ends daemon and Redis, and starts them again, a few times: on all cores, as they would start
  /// where nobody pins them.
  func start() throws {
    var contenders = [
      Contender("orgkeyd") { [self] in
        try daemon.stop()
        return try timed { try startDaemon(isPinned: false) }
      }
    ]
    if let program = Redis.path {
      contenders.append(
        Contender("redis") { [self] in
          redis?.end(SIGKILL)
          return try timed { try startRedis(program, isPinned: false) }
        })
    }
    let series = try cores.unpinned { try alternate(.start, contenders) }
    report([
      Figure(.start, .seconds, of: "orgkeyd", in: series, against: [("redis", .atMost(1.2))])
    ])
    try daemon.stop()
    try startDaemon(isPinned: true)
    if let program = Redis.path {
      redis?.end(SIGKILL)
      try startRedis(program, isPinned: true)
    }
  }

  private func timed(_ begin: () throws -> Void) rethrows -> Sample {
    let began = ContinuousClock.now
    try begin()
    return [.seconds: (ContinuousClock.now - began).seconds]
  }

  private func startDaemon(isPinned: Bool) throws {
    let database = Session.database(servers, "daemon")
    replace(
      daemon: try servers.daemon(
        "orgkeyd", database: database, threads: options.threads, isPinned: isPinned),
      redis: redis)
  }

  private func startRedis(_ program: String, isPinned: Bool) throws {
    replace(daemon: daemon, redis: try servers.redis(program, isPinned: isPinned))
  }

  func memory() throws {
    var series = Series()
    series.add([.memory: try daemon.residentMegabytes()], of: "orgkeyd")
    if let redis { series.add([.memory: try redis.residentMegabytes()], of: "redis") }
    report([
      Figure(.memory, .memory, of: "orgkeyd", in: series, against: [("redis", .atMost(0.9))])
    ])
  }
}
