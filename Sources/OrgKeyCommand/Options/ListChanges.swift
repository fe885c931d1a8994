internal import ArgumentParser
internal import OrgKey
internal import OrgKeyModel

/// What becomes of a key's permissions.
struct PermissionChanges: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "It may do this, and nothing else. Repeat it for several.", valueName: "pattern"))
  var permission: [String] = []

  @Option(help: ArgumentHelp("It may also do this.", valueName: "pattern"))
  var addPermission: [String] = []

  @Option(help: ArgumentHelp("It may no longer do this.", valueName: "pattern"))
  var removePermission: [String] = []

  @Flag(help: "It may do nothing.")
  var noPermissions = false

  func validate() throws {
    try requireOneWay(
      all: !permission.isEmpty, some: needsPresent, none: noPermissions, "permission")
    try offline { () throws(BrokenRule) in
      _ = try Validation.permissions(permission, field: "--permission")
      _ = try Validation.permissions(addPermission, field: "--add-permission")
      _ = try Validation.permissions(removePermission, field: "--remove-permission")
    }
  }

  /// Whether what the key has now must be known.
  var needsPresent: Bool { !addPermission.isEmpty || !removePermission.isEmpty }

  /// - Parameter present: looked at if that is needed.
  func change(of present: Key?) throws(Failure) -> KeyChanges.Change<[String]> {
    if noPermissions { return .set([]) }
    if !permission.isEmpty { return .set(permission) }
    guard let present, needsPresent else { return .leave }
    for pattern in removePermission where !present.permissions.contains(pattern) {
      let granted = present.permissions.joined(separator: ", ")
      throw Failure(
        .refused,
        "\(present.id) is not granted \(pattern), so it can't be taken away: it is granted "
          + (granted.isEmpty ? "nothing" : granted))
    }
    let kept = present.permissions.filter { !removePermission.contains($0) }
    return .set(kept + addPermission.filter { !kept.contains($0) })
  }
}

/// What becomes of a key's labels.
struct LabelChanges: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "It has this label, and no others. Repeat it for several.", valueName: "name=value"))
  var label: [LabelArgument] = []

  @Option(
    help: ArgumentHelp("It also has this label, or another value of it.", valueName: "name=value"))
  var addLabel: [LabelArgument] = []

  @Option(help: ArgumentHelp("It no longer has this label.", valueName: "name"))
  var removeLabel: [String] = []

  @Flag(help: "It has no labels.")
  var noLabels = false

  func validate() throws {
    try requireOneWay(all: !label.isEmpty, some: needsPresent, none: noLabels, "label")
    try offline { () throws(BrokenRule) in
      try Validation.labels(label.map { ($0.name, $0.value) }, field: "--label")
      try Validation.labels(addLabel.map { ($0.name, $0.value) }, field: "--add-label")
    }
  }

  /// Whether what the key has now must be known.
  var needsPresent: Bool { !addLabel.isEmpty || !removeLabel.isEmpty }

  /// - Parameter present: looked at if that is needed.
  func change(of present: Key?) throws(Failure) -> KeyChanges.Change<[Label]> {
    if noLabels { return .set([]) }
    if !label.isEmpty { return .set(label.map(\.label)) }
    guard let present, needsPresent else { return .leave }
    for name in removeLabel where !present.labels.contains(where: { $0.name == name }) {
      throw Failure(.refused, "\(present.id) has no label of this name: \(name)")
    }
    let gone = removeLabel + addLabel.map(\.name)
    return .set(present.labels.filter { !gone.contains($0.name) } + addLabel.map(\.label))
  }
}

/// - Throws: what replaces everything is mixed with what changes a part.
private func requireOneWay(all: Bool, some: Bool, none: Bool, _ noun: String) throws {
  if [all, some, none].count(where: { $0 }) > 1 {
    throw ValidationError(
      "--\(noun) says what there is, --add-\(noun) and --remove-\(noun) what changes, "
        + "--no-\(noun)s that there is nothing: go one way.")
  }
}
