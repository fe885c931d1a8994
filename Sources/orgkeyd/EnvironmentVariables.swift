/// Variables named after settings.
enum EnvironmentVariables {
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
        if values.isEmpty {
          faults.append(
            ConfigurationFault(place: place, problem: "\(setting.name): there is no value"))
        }
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
