internal import OrgKeyModel
internal import OrgKeyStore

/// Says what the rules behind that of the key found.
struct RuleProse {
  /// All must be resumed, so all are told; but a list that nobody reads helps nobody.
  static let closingsTold = 3

  let standing: Standing
  let key: Standing.Key
  let question: ExplainQuestion
  /// What the daemon requires.
  let required: Environment?
  /// Who suspended an organization; nil: the audit trail does not tell.
  let suspensions: [Int64: Act]

  func found(_ rule: Rule) -> String {
    switch rule {
    case .key: ""
    case .environment: environment
    case .rateLimit: rateLimit
    case .organization: organization
    case .permission: permission
    }
  }

  private var environment: String {
    let own = "the key is of \(key.environment)"
    var conflicts: [String] = []
    if let required, required.text != key.environment {
      conflicts.append("this daemon serves only \(required.text)")
    }
    if !question.environment.isEmpty, question.environment != key.environment {
      conflicts.append("the request asks for \(question.environment)")
    }
    if !conflicts.isEmpty { return "\(own), \(conflicts.joined(separator: ", and "))" }
    if !question.environment.isEmpty { return "\(own), as the request asks" }
    return required == nil
      ? "\(own), and the request asks for none" : "\(own), as the daemon serves"
  }

  private var rateLimit: String {
    guard let limit = key.rateLimit, let state = key.others.rateLimitState else {
      return "the key has no rate limit"
    }
    let end = TimeText.relative(state.resetAt * 1_000, now: standing.now.wall)
    if state.remaining == 0 {
      return "none of \(limit.limit) requests left in this window, which ends \(end)"
    }
    if state.remaining == limit.limit {
      let window = Duration.exact(seconds: Int64(limit.window))
      return "all \(limit.limit) requests of a window of \(window) left: none is open"
    }
    return "\(state.remaining) of \(limit.limit) requests left in this window, which ends \(end)"
  }

  private var organization: String {
    let place = key.place
    guard let asked = place.asked else { return "no organization with this identifier" }
    switch key.others.organization {
    case .organizationOutside:
      return place.isAbove
        ? "\(asked) lies above \(place.own), to which the key belongs: a key reaches down, never up"
        : "\(asked) is not below \(place.own), to which the key belongs"
    case .organizationSuspended:
      return closed(asked)
    default:
      if place.path.count < 2 { return "\(asked) is the key's own organization" }
      return "\(asked) lies below the key's organization \(place.own): "
        + place.path.joined(separator: " › ")
    }
  }

  private func closed(_ asked: String) -> String {
    let place = key.place
    var causes = place.closing.prefix(Self.closingsTold).map { closing in
      let who = closing.id == asked ? closing.id : "\(closing.id), above it,"
      if closing.isDamaged { return "\(who) is not served: its record is damaged" }
      guard let act = suspensions[closing.number] else { return "\(who) is suspended" }
      let at = TimeText.relative(act.at, now: standing.now.wall)
      return "\(who) was suspended \(at) by \(act.author)"
    }
    let more = place.closing.count - causes.count
    if more > 0 { causes.append("\(more) more above") }
    if place.isClosedFurtherUp { causes.append("\(asked) is suspended above") }
    return causes.joined(separator: "; ")
  }

  private var permission: String {
    if let pattern = key.others.pattern {
      return pattern == question.permission
        ? "\(pattern) is granted" : "\(question.permission) is covered by \(pattern)"
    }
    let patterns = key.patterns.joined(separator: ", ")
    switch key.patterns.count {
    case 0: return "the key is granted nothing"
    case 1: return "the only granted pattern does not cover \(question.permission): \(patterns)"
    case let count:
      return "none of the \(count) granted patterns covers \(question.permission): \(patterns)"
    }
  }
}
