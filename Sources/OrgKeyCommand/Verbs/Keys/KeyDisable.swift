internal import ArgumentParser
internal import OrgKey

struct KeyDisable: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disable",
    abstract: "Stop keys until they are enabled again.",
    discussion: """
      At once, as revoking does, but it can be undone: to see whether anybody misses a key before it \
      is revoked for good.

        orgkey key disable key_3k5m9x0c2v7b1n4q
      """)

  @OptionGroup var switching: SwitchingOptions

  func run() throws { try switching.set(disabled: true) }
}

struct KeyEnable: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enable",
    abstract: "Let disabled keys work again.",
    discussion: """
      Acting for an organization, only what could be granted can be enabled.

        orgkey key enable key_3k5m9x0c2v7b1n4q
      """)

  @OptionGroup var switching: SwitchingOptions

  func run() throws { try switching.set(disabled: false) }
}

/// What `key disable` and `key enable` share.
struct SwitchingOptions: ParsableArguments {
  @Argument(help: "The ids of the keys.", completion: .keys)
  var key: [String]

  @OptionGroup var acting: ActingOptions
  @OptionGroup var granting: GrantingOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    for id in key { try validateKeyID(id) }
    try granting.validate(with: acting)
  }

  func set(disabled: Bool) throws {
    let administrator = acting.administrator(connection, granting: granting)
    try output.each(key, as: KeyJSON.init) { id in
      try administrator.updateKey(id: id, KeyChanges(isDisabled: .set(disabled)))
    } line: { key, _ in
      let rest =
        disabled
        ? "nothing passes until orgkey key enable \(key.id)"
        : key.warning ?? "it works again"
      return "\(key.line) is \(disabled ? "disabled" : "enabled"): \(rest)"
    }
  }
}
