internal import ArgumentParser

struct KeyGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key",
    abstract: "API keys: issue, find, rotate, change and revoke them, and see how they are used.",
    discussion: """
      A key has an id, key_ and 16 characters, which is safe to show, and a text, pc_live_…, which \
      is shown once. Verbs that take a KEY take its id.
      """,
    subcommands: [
      KeyIssue.self, KeyList.self, KeyShow.self, KeyUsage.self, KeyStale.self, KeyRotate.self,
      KeyUpdate.self, KeyDisable.self, KeyEnable.self, KeyRevoke.self, KeyDelete.self,
      KeyImport.self, KeyCheck.self,
    ])
}
