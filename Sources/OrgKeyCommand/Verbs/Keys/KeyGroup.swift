internal import ArgumentParser

struct KeyGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key",
    abstract: "API keys: issue, find, revoke, and check what one looks like.",
    discussion: """
      A key has an id, key_ and 16 characters, which is safe to show, and a text, pc_live_…, which \
      is shown once. Verbs that take a KEY take its id.
      """,
    subcommands: [
      KeyIssue.self, KeyList.self, KeyShow.self, KeyRevoke.self, KeyCheck.self,
      KeyImport.self,
    ])
}
