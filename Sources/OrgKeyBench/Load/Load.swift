internal import CBench
internal import OrgKeySystem

/// Who is asked what, and how.
struct Load {
  enum Manner {
    /// Each answer is followed by the next call.
    case closed
    /// So many calls a second, whatever comes back.
    case open(rate: Double)
    /// One at a time, by a client that waits in read(2).
    case blocking
  }

  var server: Server
  var requests: Requests
  var connections = 1
  var inFlight = 1
  var manner = Manner.closed
  var isRedis = false
  /// Whether the Reason of each answer is looked at: the echo gives none.
  var isChecked = true
}

/// The load generator, with room for the latencies of one run.
@safe
final class Generator {
  private static let warmUp = 0.05

  private let latencies: UnsafeMutableBufferPointer<UInt32>

  init(seconds: Double) {
    unsafe latencies = .allocate(capacity: Int((seconds + 1) * 1_000_000))
  }

  deinit { unsafe latencies.deallocate() }

  /// Runs a load on this thread.
  /// - Throws: `Failure`; with status 70 if an answer was wrong.
  func run(_ load: Load, seconds: Double) throws -> Sample {
    let began = ContinuousClock.now
    let busy = load.server.processorSeconds
    let result = try unsafe measure(load, seconds)
    let passed = (ContinuousClock.now - began).seconds
    let serverShare = (load.server.processorSeconds - busy) / passed
    guard unsafe result.wrong == 0 else {
      throw Failure(
        "\(unsafe result.wrong) answers of \(load.server.name) were not what they should be",
        status: 70)
    }
    guard unsafe result.calls > 0, unsafe result.seconds > 0 else {
      throw Failure("\(load.server.name) answered nothing in \(seconds) s")
    }
    let calls = unsafe Double(result.calls)
    let rate = unsafe calls / result.seconds
    let shown = unsafe UnsafeBufferPointer(latencies).prefix(Int(result.latency_count))
    var sample = unsafe Latencies.sample(shown, interval: interval(load, rate))
    sample[.rate] = rate
    sample[.loadBusy] = unsafe 100 * result.busy_seconds / result.seconds
    sample[.serverBusy] = 100 * serverShare
    sample[.cost] = serverShare / rate * 1e6
    return sample
  }

  /// How often each of the callers asks, in nanoseconds; 0: when a call is due does not depend on
  /// the answers.
  private func interval(_ load: Load, _ rate: Double) -> Double {
    if case .open = load.manner { return 0 }
    return Double(load.connections * load.inFlight) / rate * 1e9
  }

  private func measure(_ load: Load, _ seconds: Double) throws -> cbench_result {
    var result = unsafe cbench_result()
    unsafe result.latencies = latencies.baseAddress
    unsafe result.latency_capacity = UInt64(latencies.count)
    let requests = load.requests
    let code = unsafe requests.bytes.withUnsafeBufferPointer { bytes in
      unsafe requests.offsets.withUnsafeBufferPointer { offsets in
        unsafe requests.reasons.withUnsafeBufferPointer { reasons in
          unsafe load.server.socket.withCString { path in
            var c = unsafe cbench_load()
            unsafe c.path = path
            unsafe c.protocol = load.isRedis ? CBENCH_REDIS : CBENCH_FRAMES
            unsafe c.requests.bytes = bytes.baseAddress
            unsafe c.requests.offsets = offsets.baseAddress
            unsafe c.requests.count = UInt32(requests.count)
            unsafe c.requests.reasons = load.isChecked && !load.isRedis ? reasons.baseAddress : nil
            unsafe c.first = UInt32(requests.next)
            unsafe c.connections = UInt32(load.connections)
            unsafe c.in_flight = UInt32(load.inFlight)
            unsafe c.warm_up = Generator.warmUp
            unsafe c.seconds = seconds
            switch load.manner {
            case .closed: return unsafe cbench_run_load(&c, &result)
            case .open(let rate):
              unsafe c.rate = rate
              return unsafe cbench_run_load(&c, &result)
            case .blocking: return unsafe cbench_run_blocking(&c, &result)
            }
          }
        }
      }
    }
    guard code == 0 else {
      throw Failure("\(load.server.name): \(SystemError("load", code: code))")
    }
    requests.next = unsafe (requests.next + Int(result.calls)) % requests.count
    return unsafe result
  }
}
