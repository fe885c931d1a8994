internal import ArgumentParser
internal import OrgKey
internal import OrgKeyModel

struct OrgDelete: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete",
    abstract: "Delete an organization.",
    discussion: """
      It is refused while organizations lie below it or a key that is not revoked would be lost, \
      unless you ask to take them along: then all of it is done, or nothing. The texts of its keys \
      stay known as revoked. An organization that is given the same identifier later has nothing of \
      this one. On a terminal it says what it will hit and asks; elsewhere it needs --yes.

        orgkey org delete acme-berlin
        orgkey org delete acme --descendants --revoke-keys
      """)

  @Argument(
    help: ArgumentHelp("The organization's identifier.", valueName: "id"),
    completion: .organizations)
  var id: String

  @Flag(help: "Revoke the keys that are lost with it.")
  var revokeKeys = false

  @Flag(help: "Delete all below it too.")
  var descendants = false

  @Flag(help: "Don't ask.")
  var yes = false

  @OptionGroup var acting: ActingOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    try offline { () throws(BrokenRule) in
      try Validation.organizationID(id, field: "the identifier")
    }
  }

  func run() throws {
    let administrator = acting.administrator(connection)
    try Confirmation(skipped: yes).ask("This is deleted at once, for good:") {
      [try target(administrator)]
    }
    let deleted = try administrator.deleteOrganization(
      id: id, revokingKeys: revokeKeys, includingDescendants: descendants,
      timeout: connection.patientTimeout)
    try output.one(Answer(deleted)) { screen in
      let below = deleted.organizationCount - 1
      let rest = below == 0 ? "" : " and \(Amount.counted(below, "organization")) below it"
      try screen.show([
        "\(id)\(rest) deleted, \(Amount.counted(deleted.revokedKeyCount, "key")) revoked"
      ])
    }
  }

  /// - Throws: where it would be refused all the same: there is nothing to ask then.
  private func target(_ administrator: BlockingAdministrator) throws -> String {
    let organization = try administrator.organization(id: id)
    let below = organization.subtreeOrganizationCount - 1
    if below > 0 && !descendants {
      throw Failure(
        .refused, "organizations lie below it (\(below)): --descendants takes them along")
    }
    if organization.subtreeKeyCount > 0 && !revokeKeys {
      throw Failure(
        .refused,
        "active keys would be lost (\(organization.subtreeKeyCount)): --revoke-keys revokes them")
    }
    return organization.target
  }

  private struct Answer: Encodable {
    let deletedOrganizationCount: UInt64
    let revokedKeyCount: UInt64

    init(_ deleted: DeletedOrganizations) {
      deletedOrganizationCount = deleted.organizationCount
      revokedKeyCount = deleted.revokedKeyCount
    }
  }
}
