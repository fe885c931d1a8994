internal import ArgumentParser

struct Org: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "org",
    abstract: "Organizations: the tree that keys are scoped to.",
    discussion: """
      An organization has the application's own identifier, 1 to 128 characters of printable ASCII \
      without space. A key that belongs to one reaches it and all below it, and nothing else.
      """,
    subcommands: [
      OrgPut.self, OrgList.self, OrgShow.self, OrgMove.self, OrgSuspend.self, OrgResume.self,
      OrgDelete.self, OrgImport.self,
    ])
}
