/// What was measured in a round.
enum Metric: String, Encodable {
  /// Calls a second.
  case rate
  /// Latencies.
  case p50
  case p99
  case p999
  /// Of the time, how much the load generator's thread and the server's threads were on a core.
  case loadBusy = "load_busy"
  case serverBusy = "server_busy"
  /// The server's time on a core for each call.
  case cost
  /// Changes a second.
  case changes
  case seconds
  case memory

  var unit: String {
    switch self {
    case .rate, .changes: "1/s"
    case .p50, .p99, .p999, .cost: "us"
    case .loadBusy, .serverBusy: "percent"
    case .seconds: "s"
    case .memory: "MB"
    }
  }

  var title: String {
    switch self {
    case .rate: "calls/s"
    case .p50: "p50 µs"
    case .p99: "p99 µs"
    case .p999: "p99.9 µs"
    case .loadBusy: "load busy %"
    case .serverBusy: "server busy %"
    case .cost: "server's µs a call"
    case .changes: "changes/s"
    case .seconds: "seconds"
    case .memory: "MB"
    }
  }

  /// Whether one's share of another's says anything.
  var isComparable: Bool { self != .loadBusy && self != .serverBusy }

  func text(_ value: Double) -> String {
    switch self {
    case .rate, .changes, .loadBusy, .serverBusy: Text.fixed(value, 0)
    case .p50, .p99, .p999, .memory: Text.fixed(value, 1)
    case .cost, .seconds: Text.fixed(value, 2)
    }
  }
}
