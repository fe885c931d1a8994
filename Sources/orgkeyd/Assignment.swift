/// What a setting is given outside the command line, and where that stands.
struct Assignment: Sendable {
  let setting: Setting
  let value: String
  let place: Place
}

/// Where something was said.
enum Place: Sendable, CustomStringConvertible {
  case line(Int, of: String)
  case variable(String)

  /// "orgkeyd.conf:3", as compilers say it.
  var description: String {
    switch self {
    case .line(let number, let file): "\(file):\(number)"
    case .variable(let name): "$\(name)"
    }
  }
}

/// What is wrong with the configuration.
struct ConfigurationFault: Error, CustomStringConvertible {
  /// nil: the command line, or the whole.
  let place: Place?
  let problem: String

  var description: String { place.map { "\($0): \(problem)" } ?? problem }
}
