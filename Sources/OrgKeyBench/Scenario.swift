/// What is measured: a short name, and a line that says what it is.
enum Scenario: String, CaseIterable {
  case one
  case connections16 = "connections-16"
  case connections64 = "connections-64"
  case pipelined
  case openLoop = "open-loop"
  case hotKey = "hot-key"
  case denied
  case depth
  case size
  case changing
  case idle
  case changes
  case start
  case memory
  case blocking = "library-blocking"
  case async = "library-async"
  case reactors

  func explanation(_ options: Options, cores: Int) -> String {
    switch self {
    case .one: "1 connection, one call at a time; random keys"
    case .connections16: "16 connections, one call at a time on each; random keys"
    case .connections64: "64 connections, one call at a time on each; random keys"
    case .pipelined: "16 connections, \(options.inFlight) calls in flight on each; random keys"
    case .openLoop:
      "\(options.connections) connections, calls at a given rate; time counts from when a call is due"
    case .hotKey: "one key for all calls, against random keys"
    case .denied: "every tenth call is denied for one reason, against none; each Reason is checked"
    case .depth:
      "an organization \(options.depth) levels below the key's own, against 1 level below"
    case .size: "\(Text.count(options.keys)) keys, against 1,000"
    case .changing: "while keys are issued and revoked without pause, against quiet"
    case .idle: "while 1,000 other connections stay open, against none"
    case .changes: "keys issued by 64 administrators at once, against one; and revoked by one"
    case .start: "from exec to the first answer that it serves \(Text.count(options.keys)) keys"
    case .memory: "resident memory with \(Text.count(options.keys)) keys"
    case .blocking: "the Swift library, blocking, one thread, against a bare C client"
    case .async: "the Swift library, async, from tasks, against the load generator's 64 connections"
    case .reactors:
      "2 reactors against 1, 1,000 keys; nothing pinned, the load on the same \(cores) cores"
    }
  }

  /// Each with its explanation.
  static func list(_ options: Options) -> String {
    let widest = allCases.map { $0.rawValue.utf8.count }.max() ?? 0
    let cores = Cores().count
    return allCases.map {
      Text.left($0.rawValue, widest + 2) + $0.explanation(options, cores: cores)
    }.joined(separator: "\n")
  }
}
