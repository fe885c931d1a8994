internal import ArgumentParser

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

extension Assignment {
  /// What is wrong with its value; nil: nothing.
  var fault: ConfigurationFault? {
    if setting.kind == .flag && value != "true" && value != "false" {
      return ConfigurationFault(place: place, problem: "\(setting.name) is true or false")
    }
    do {
      let words = [setting.argument(value)].compactMap { $0 }
      _ = try DaemonOptions.parse(words).settings()
    } catch let fault as SettingFault {
      return ConfigurationFault(place: place, problem: "\(fault.name): \(fault.problem)")
    } catch {
      return ConfigurationFault(place: place, problem: error.onOneLine)
    }
    return nil
  }
}

extension Error {
  /// What ArgumentParser says; it has a line for each value that there may be.
  fileprivate var onOneLine: String {
    let lines = DaemonOptions.message(for: self).split(separator: "\n").map(String.init)
    let values = lines.dropFirst().map { $0.trimmingPrefix("  - ") }
    return ([lines[0]] + (values.isEmpty ? [] : [values.joined(separator: ", ")]))
      .joined(separator: " ")
  }
}
