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
      for value in values { lines.append(("\(setting.name) = \(value)", origin(of: setting))) }
    }
    let width = lines.map(\.text.count).max() ?? 0
    return lines.map { line in
      line.text + String(repeating: " ", count: width - line.text.count) + "  # \(line.origin)"
    }.joined(separator: "\n")
  }

  private func origin(of setting: Setting) -> String {
    if commandLine.names.contains(setting.name) { return "command line" }
    let place = assignments.first { $0.setting.name == setting.name }?.place
    return place.map { "\($0)" } ?? "default"
  }
}

extension Assignment {
  /// What is wrong with its value; nil: nothing.
  fileprivate var fault: ConfigurationFault? {
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

extension Place {
  /// The file's lines first, in their order.
  fileprivate var order: Int {
    if case .line(let number, _) = self { number } else { .max }
  }
}

/// The settings among the words of a command line that was parsed.
private struct CommandLineSettings {
  private(set) var names: Set<String> = []
  private(set) var words: [String] = []

  init(_ arguments: [String]) {
    var rest = arguments[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("--") else { continue }
      let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1)
      guard let name = parts.first.map(String.init), let setting = Setting.named(name) else {
        continue
      }
      names.insert(name)
      words.append(word)
      if setting.kind != .flag && !word.contains("="), let value = rest.popFirst() {
        words.append(value)
      }
    }
  }
}

/// Variables named after settings.
private enum EnvironmentVariables {
  /// - Returns: what they say, and the file that `ORGKEYD_CONFIG` names.
  static func settings(
    _ environment: [String]
  ) -> (told: (assignments: [Assignment], faults: [ConfigurationFault]), file: String?) {
    var assignments: [Assignment] = []
    var faults: [ConfigurationFault] = []
    var file: String?
    for entry in environment.sorted() where entry.hasPrefix(Setting.variablePrefix) {
      let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let (name, value) = (String(parts[0]), String(parts.count > 1 ? parts[1] : ""))
      let place = Place.variable(name)
      // Empty is as good as not set.
      if value.isEmpty || isOfKubernetes(name) { continue }
      if name == Setting.variablePrefix + "CONFIG" {
        file = value
      } else if let setting = Setting.all.first(where: { $0.variable == name }) {
        let values = setting.kind == .list ? value.split(separator: ",").map(String.init) : [value]
        assignments += values.map { Assignment(setting: setting, value: $0, place: place) }
      } else {
        faults.append(
          ConfigurationFault(place: place, problem: "there is no setting of this name"))
      }
    }
    return ((assignments, faults), file)
  }

  /// Kubernetes tells containers of each Service, by variables that begin with its name.
  private static func isOfKubernetes(_ name: String) -> Bool {
    name.hasSuffix("_SERVICE_HOST") || name.contains("_SERVICE_PORT") || name.hasSuffix("_PORT")
      || name.contains("_PORT_")
  }
}
