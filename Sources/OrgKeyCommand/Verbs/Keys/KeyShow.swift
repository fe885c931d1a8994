internal import ArgumentParser
internal import OrgKey

struct KeyShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show one key: its state, what it may do, and how it is used.",
    discussion: """
      Counts include what the daemon has not yet written to disk. The key's text is not kept and \
      can't be shown.

        orgkey key show key_3k5m9x0c2v7b1n4q
        orgkey key show key_3k5m9x0c2v7b1n4q --output json | jq -r .last_used_at
      """)

  @Argument(help: "The key's id.")
  var key: String

  @OptionGroup var acting: ActingOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws { try validateKeyID(key) }

  func run() throws {
    let found = try acting.administrator(connection).key(id: key)
    try output.one(KeyJSON(found)) { try $0.show(found) }
  }
}
