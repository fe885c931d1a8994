/// What one check of the doctor's came to.
struct Finding: Equatable {
  /// In the order in which they are told. Their names stay: programs go by them.
  enum Check: String, CaseIterable {
    case socket, service, version, role
    case database, wal, disk, quarantine, usage
    case connections
    case rateLimits = "rate_limits"
    case expiring, expired, clock
    case timeSync = "time_sync"
  }

  enum State: String {
    case ok, warning, fault, skipped
  }

  let check: Check
  let state: State
  let found: String
  /// What to do; nil: nothing.
  let advice: String?

  init(_ check: Check, _ state: State, _ found: String, advice: String? = nil) {
    self.check = check
    self.state = state
    self.found = found
    self.advice = advice
  }
}

struct FindingJSON: Encodable {
  let check: String
  let state: String
  let found: String
  let advice: String?

  init(_ finding: Finding) {
    check = finding.check.rawValue
    state = finding.state.rawValue
    found = finding.found
    advice = finding.advice
  }
}
