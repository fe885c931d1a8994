internal import ArgumentParser
internal import OrgKey
internal import OrgKeyModel

/// A length of time as people write it: 500ms, 30s, 15m, 24h, 90d.
struct LengthArgument: ExpressibleByArgument, Decodable {
  let milliseconds: Int64

  init(milliseconds: Int64) { self.milliseconds = milliseconds }

  init?(argument: String) {
    guard let milliseconds = Duration.milliseconds(parsing: argument), milliseconds > 0 else {
      return nil
    }
    self.milliseconds = milliseconds
  }

  var duration: Duration { .milliseconds(milliseconds) }
  var defaultValueDescription: String { TimeText.window(duration) }
}

/// A rate limit as people write it: 100/1h.
struct LimitArgument: ExpressibleByArgument, Decodable {
  let limit: UInt32
  let window: UInt32

  init?(argument: String) {
    guard let parsed = OrgKeyModel.RateLimit(argument) else { return nil }
    (limit, window) = (parsed.limit, parsed.window)
  }

  var rateLimit: RateLimit { .init(limit: limit, window: .seconds(window)) }
}

/// A moment: RFC 3339.
struct TimeArgument: ExpressibleByArgument, Decodable {
  let unixMilliseconds: Int64

  init?(argument: String) {
    guard let time = TimeText.parse(argument) else { return nil }
    unixMilliseconds = time.unixMilliseconds
  }

  var time: Timestamp { Timestamp(unixMilliseconds: unixMilliseconds) }
}

/// A label: NAME=VALUE.
struct LabelArgument: ExpressibleByArgument, Decodable {
  let name: String
  let value: String

  init?(argument: String) {
    guard let separator = argument.firstIndex(of: "="), separator != argument.startIndex else {
      return nil
    }
    name = String(argument[..<separator])
    value = String(argument[argument.index(after: separator)...])
  }

  var label: Label { Label(name: name, value: value) }
}

/// A state to list keys by.
enum StateArgument: String, CaseIterable, ExpressibleByArgument {
  case active, disabled, expired, revoked

  var state: KeyState {
    switch self {
    case .active: .active
    case .disabled: .disabled
    case .expired: .expired
    case .revoked: .revoked
    }
  }
}

/// Runs the rules that need no daemon, and makes wrong usage of what they refuse.
func offline(_ rules: () throws(BrokenRule) -> Void) throws {
  do throws(BrokenRule) { try rules() } catch { throw ValidationError(error.message + ".") }
}
