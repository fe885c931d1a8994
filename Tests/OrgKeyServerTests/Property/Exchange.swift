import OrgKeyWire

/// When something happened, as far as it is known: between two readings of the clock, until an
/// answer tells it.
struct Moment {
  static let never = Moment(0...0)

  private(set) var range: ClosedRange<Int64>

  init(_ range: ClosedRange<Int64>) { self.range = range }

  /// Takes an answer's word for it.
  /// - Returns: the time that the answer tells, if it can be so; else one that can.
  mutating func take(_ told: Int64) -> Int64 {
    guard range.contains(told) else { return range.lowerBound }
    range = told...told
    return told
  }
}

/// When the daemon did something, as far as its caller can tell: between two readings of both
/// clocks. What ends in between makes more than one answer right; so each of these can be assumed.
struct Reading {
  let wall: ClosedRange<Int64>
  let monotonic: ClosedRange<Int64>
  /// The time at which the daemon is assumed to have looked at the wall clock.
  var now: Int64
  /// Whether a window of a rate limit that may have ended is assumed to have.
  var windowIsOver = false
}

/// A call that was answered.
struct Exchange {
  let caller: Caller
  let response: Response
  var reading: Reading

  /// Whether the call was refused.
  /// - Parameter codes: those that the model finds right; none: it must have been carried out.
  func isRefused(_ codes: Set<Code>) throws(Difference) -> Bool {
    guard let status = response.status else {
      guard codes.isEmpty else {
        throw Difference("the call", "refused: \(codes)", "done: \(response.result as Any)")
      }
      return false
    }
    guard codes.contains(status.code) else {
      let model = codes.isEmpty ? "done" : "refused: \(codes)"
      throw Difference("the call", model, "refused: \(status)")
    }
    return true
  }
}

/// Where the daemon does not say what the model says.
struct Difference: Error {
  let what: String
  let model: String
  let daemon: String

  init(_ what: String, _ model: String, _ daemon: String) {
    self.what = what
    self.model = model
    self.daemon = daemon
  }

  static func check<Value: Equatable>(
    _ what: String, model: Value, daemon: Value
  ) throws(Difference) {
    if model == daemon { return }
    // Of long records, what differs.
    let (ours, theirs) = (Mirror(reflecting: model), Mirror(reflecting: daemon))
    let fields = zip(ours.children, theirs.children).filter { "\($0.value)" != "\($1.value)" }
    guard ours.displayStyle == .struct, !fields.isEmpty else {
      throw Difference(what, "\(model)", "\(daemon)")
    }
    throw Difference(
      what, fields.map { "\($0.0.label ?? ""): \($0.0.value)" }.joined(separator: ", "),
      fields.map { "\($0.1.label ?? ""): \($0.1.value)" }.joined(separator: ", "))
  }
}
