internal import ArgumentParser
internal import OrgKeyServer
internal import OrgKeySystem

/// What the daemon was told, wherever it was told: the command line goes before the environment, and
/// that before the file. A list that is given in one place is not added to those given below.
struct Configuration {
  /// The file that was read; nil: none.
  let file: String?
  /// Of the file and the environment, what is in force.
  private let assignments: [Assignment]
  /// The settings on the command line, as they stand there.
  private let commandLine: CommandLineSettings
  /// All that is wrong with the file and the environment, line by line.
  private(set) var faults: [ConfigurationFault]
  /// What is in force; while there are faults, without what is wrong.
  private(set) var options: DaemonOptions
  /// What that comes to; nil: there are faults.
  private(set) var settings: DaemonSettings?

  /// - Parameters:
  ///   - path: of the file; nil: `$ORGKEYD_CONFIG`, or the default one if there is one.
  ///   - arguments: of the command line, without the program's name; good ones.
  ///   - environment: `NAME=value`.
  /// - Throws: what ArgumentParser says of words that it took before.
  init(path: String?, arguments: [String], environment: [String]) throws {
    let commandLine = CommandLineSettings(arguments)
    self.commandLine = commandLine
    var told: (assignments: [Assignment], faults: [ConfigurationFault]) = ([], [])
    let (variables, named) = EnvironmentVariables.settings(environment)
    file =
      path ?? named ?? (ConfigurationFile.isAtDefaultPath ? ConfigurationFile.defaultPath : nil)
    if let file {
      do throws(ConfigurationFault) {
        told = ConfigurationFile.parse(try ConfigurationFile.read(file), path: file)
      } catch {
        told.faults = [error]
      }
    }
    faults = told.faults + variables.faults
    let above = Set(variables.assignments.map(\.setting.name))
    let all = told.assignments.filter { !above.contains($0.setting.name) } + variables.assignments
    // What is not in force has to be right, too: it will be when what is above it goes.
    for assignment in told.assignments + variables.assignments {
      if let fault = assignment.fault { faults.append(fault) }
    }
    assignments = all.filter { !commandLine.names.contains($0.setting.name) && $0.fault == nil }
    options = try DaemonOptions.parse(
      assignments.compactMap { $0.setting.argument($0.value) } + commandLine.words)
    do throws(SettingFault) {
      let settings = try options.settings()
      try options.checkTogether()
      if faults.isEmpty { self.settings = settings }
    } catch {
      faults.append(located(error))
    }
    faults.sort { ($0.place?.order ?? 0) < ($1.place?.order ?? 0) }
  }

  /// Names the place where a setting that is in force was set.
  private func located(_ fault: SettingFault) -> ConfigurationFault {
    let place = assignments.last { $0.setting.name == fault.name }?.place
    let name = place == nil ? "--\(fault.name)" : fault.name
    return ConfigurationFault(place: place, problem: "\(name): \(fault.problem)")
  }

  /// What is in force, as a configuration file that says the same, with where each line comes from.
  var text: String {
    var lines: [(text: String, origin: String)] = []
    for setting in Setting.all {
      let values = setting.values(options)
      if values.isEmpty { lines.append(("# \(setting.name) =", "not set")) }
      for (index, value) in values.enumerated() {
        lines.append(("\(setting.name) = \(value)", origin(of: setting, index)))
      }
    }
    let width = lines.map(\.text.count).max() ?? 0
    return lines.map { line in
      line.text + String(repeating: " ", count: width - line.text.count) + "  # \(line.origin)"
    }.joined(separator: "\n")
  }

  /// - Parameter index: of its values.
  private func origin(of setting: Setting, _ index: Int) -> String {
    if commandLine.names.contains(setting.name) { return "command line" }
    let places = assignments.filter { $0.setting.name == setting.name }.map(\.place)
    return index < places.count ? "\(places[index])" : "default"
  }
}

extension Place {
  /// The file's lines first, in their order.
  fileprivate var order: Int {
    if case .line(let number, _) = self { number } else { .max }
  }
}
