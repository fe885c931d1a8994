internal import OrgKeyModel
internal import OrgKeySystem
internal import OrgKeyWire

// Some names stand both for a rule's value and for a message. In this module the plain name is
// the rule's.
typealias RateLimit = OrgKeyModel.RateLimit
typealias Digest = OrgKeyModel.Digest
typealias Reason = OrgKeyModel.Reason
typealias RateLimitState = OrgKeyModel.RateLimitState

extension RateLimit {
  init(_ message: OrgKeyWire.RateLimit) {
    self.init(limit: message.limit, window: message.windowS)
  }

  var message: OrgKeyWire.RateLimit { .init(limit: limit, windowS: window) }
}

extension Reason {
  /// The same reason in the contract, whose table says what follows from it.
  var message: OrgKeyWire.Reason { .init(rawValue: UInt32(rawValue)) ?? .unspecified }
}

extension Instant {
  /// Both clocks as they are.
  static var now: Instant { Instant(monotonicNanoseconds: Clock.monotonicNanoseconds()) }

  /// - Parameter time: what the monotonic clock said a moment ago; the other one is read.
  init(monotonicNanoseconds time: Int64) {
    let wall = Clock.wall()
    self.init(
      wall: wall.milliseconds, fraction: UInt16(wall.nanoseconds >> 4),
      monotonic: time / 1_000_000)
  }
}

extension Response {
  init(callID: UInt64, _ result: Swift.Result<Response.Result, Refusal>) {
    switch result {
    case .success(let result): self.init(callID: callID, result: result)
    case .failure(let refusal): self.init(callID: callID, status: Status(refusal))
    }
  }
}

extension Status {
  init(_ refusal: Refusal) {
    self.init(
      code: Code(rawValue: UInt32(refusal.code.rawValue)) ?? .internal,
      message: refusal.message, field: refusal.field, keyID: refusal.keyID,
      secretVersion: refusal.secretVersion)
  }
}
