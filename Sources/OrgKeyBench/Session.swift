internal import CBench
internal import FoundationEssentials
internal import OrgKey

/// One run of the benchmark: the servers, what they are asked, and the figures so far.
final class Session {
  static let idleConnections = 1_000

  let options: Options
  let cores = Cores()
  let servers: Servers
  let generator: Generator
  let world: World
  /// So small that it lies in the caches.
  let smallWorld: World
  private(set) var figures: [Figure] = []
  private let machine: Machine

  /// The daemon that is measured, on a copy of the database.
  private(set) var daemon: Server
  let echo: Server
  /// nil: there is no Redis on this machine.
  private(set) var redis: Server?
  let client: OrgKeyClient
  let mixes: Mixes

  /// Makes everything ready.
  init(_ options: Options, _ cleanup: Cleanup) throws {
    self.options = options
    // Before the servers are started: they inherit it.
    let descriptors = 2 * (options.connections + Session.idleConnections)
    guard cbench_allow_descriptors(UInt64(descriptors)) == 0 else {
      throw Failure("this takes \(descriptors) open files: raise the hard limit (ulimit -n)")
    }
    servers = try Servers(directory: options.directory, cores, cleanup)
    generator = Generator(seconds: options.seconds)
    world = try World(
      keys: options.keys, organizations: options.organizations, depth: options.depth)
    smallWorld = try World(
      keys: 1_000, organizations: 2 * (options.depth + 1), depth: options.depth)
    for world in [world, smallWorld] {
      try Database(world: world, directory: options.directory).prepare(servers)
    }
    cores.pinLoad()
    try Database(world: world, directory: options.directory).copy(
      to: Session.database(servers, "daemon"))
    Output.say("starting the servers")
    daemon = try servers.daemon(
      "orgkeyd", database: Session.database(servers, "daemon"), threads: options.threads)
    client = OrgKeyClient(
      socketPath: daemon.socket, checkTimeout: .seconds(30), administrationTimeout: .seconds(60))
    echo = try servers.echo()
    if let program = Redis.path {
      let server = try servers.redis(program)
      try Redis.fill(server.socket, keys: options.keys)
      try Redis.save(server.socket)
      redis = server
    } else {
      Output.say("no redis-server here: not held against Redis (Debian's package redis-server)")
    }
    mixes = Mixes(world, redis != nil)
    machine = Machine(servers, try client.blocking.health().version)
  }

  /// Measures every scenario that is asked for.
  func run() throws {
    Output.print(machine.text)
    for scenario in Scenario.allCases
    where options.only.isEmpty || options.only.contains(scenario.rawValue) {
      Output.clearProgress()
      let explanation = scenario.explanation(options, cores: cores.count)
      Output.print("\n\(scenario.rawValue): \(explanation)\n" + Table.heading)
      try measure(scenario)
    }
    Output.clearProgress()
    Output.print(Footer.text(self))
    client.close()
    if let path = options.json { try writeJSON(to: path) }
  }

  private func measure(_ scenario: Scenario) throws {
    switch scenario {
    case .one: try rates(scenario, connections: 1)
    case .connections16: try rates(scenario, connections: 16)
    case .connections64: try rates(scenario, connections: 64)
    case .pipelined: try rates(scenario, connections: 16, inFlight: options.inFlight)
    case .openLoop: try openLoop()
    case .hotKey: try hotKey()
    case .denied: try denied()
    case .depth: try depth()
    case .size: try size()
    case .changing: try changing()
    case .idle: try idle()
    case .changes: try changes()
    case .start: try start()
    case .memory: try memory()
    case .blocking: try blockingLibrary()
    case .async: try asyncLibrary()
    case .reactors: try reactors()
    }
  }

  /// Takes down figures, and prints them.
  func report(_ figures: [Figure?]) {
    let figures = figures.compactMap { $0 }
    self.figures += figures
    Output.clearProgress()
    Output.print(Table.lines(figures).joined(separator: "\n"))
  }

  /// Measures all contenders in turns, round by round.
  func alternate(_ scenario: Scenario, _ contenders: [Contender]) throws -> Series {
    var series = Series()
    for round in 0..<options.rounds {
      // The one that goes first is another in each round.
      for place in contenders.indices {
        let contender = contenders[(place + round) % contenders.count]
        Output.progress(
          "\(scenario.rawValue): round \(round + 1) of \(options.rounds), \(contender.name)")
        // Usage goes to disk in bursts, which would be another's time, or a whole scenario's.
        daemon.settle()
        do {
          series.add(try contender.measure(), of: contender.name)
        } catch let failure as Failure {
          throw Failure(
            "\(scenario.rawValue), \(contender.name): \(failure.message)", status: failure.status)
        }
      }
    }
    return series
  }

  func load(_ load: Load) throws -> Sample { try generator.run(load, seconds: options.seconds) }

  /// Where the copy for a daemon lies.
  static func database(_ servers: Servers, _ name: String) -> String {
    "\(servers.directory)/\(name).db"
  }

  /// Puts another in the place of those that were ended to measure how they start.
  func replace(daemon: Server, redis: Server?) {
    self.daemon = daemon
    self.redis = redis
  }

  private func writeJSON(to path: String) throws {
    struct Document: Encodable {
      let machine: Machine
      let options: OptionsRecord
      let figures: [Figure]
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let document = Document(
      machine: machine, options: OptionsRecord(options), figures: figures)
    try encoder.encode(document).write(to: URL(filePath: path))
  }
}

/// One of those that are measured in turns.
struct Contender {
  let name: String
  let measure: () throws -> Sample

  init(_ name: String, _ measure: @escaping () throws -> Sample) {
    self.name = name
    self.measure = measure
  }
}
