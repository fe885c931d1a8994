internal import ArgumentParser
internal import OrgKey

struct KeyShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show one key: its state, what it may do, and how it is used.",
    discussion: """
      Counts include what the daemon has not yet written to disk. After a rotation it tells whether \
      requests have moved to the new secret, so that the old one can go. The key's text is not kept \
      and can't be shown.

        orgkey key show key_3k5m9x0c2v7b1n4q
        orgkey key show key_3k5m9x0c2v7b1n4q --output json | jq -r .last_used_at
      """)

  @Argument(help: "The key's id.", completion: .keys)
  var key: String

  @OptionGroup var acting: ActingOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws { try validateKeyID(key) }

  func run() throws {
    let administrator = acting.administrator(connection)
    let found = try administrator.key(id: key)
    try output.one(KeyJSON(found)) { screen in
      // A suspended organization stops its keys, which the key's own state does not tell.
      try screen.show(found, of: administrator.organization(id: found.organizationID))
    }
  }
}
