internal import ArgumentParser
internal import OrgKey

struct KeyDelete: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete",
    abstract: "Remove revoked keys from the records.",
    discussion: """
      Their names, counts and history go; what was audited stays, and their texts stay known as \
      revoked for good. A key that is not revoked is refused. On a terminal it says what it will \
      hit and asks; elsewhere it needs --yes.

        orgkey key delete key_3k5m9x0c2v7b1n4q
        orgkey key list --state revoked --output jsonl | jq -r .key_id | xargs orgkey key delete --yes
      """)

  @Argument(help: "The ids of the keys.", completion: .keys)
  var key: [String]

  @Flag(help: "Don't ask.")
  var yes = false

  @OptionGroup var acting: ActingOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    for id in key { try validateKeyID(id) }
  }

  func run() throws {
    let administrator = acting.administrator(connection)
    try Confirmation(skipped: yes).ask("This goes from the records and can't be brought back:") {
      try key.map { try described(administrator.key(id: $0)) }
    }
    try output.each(key, as: DeletedKeyJSON.init) { id in
      try delete(id, administrator)
      return id
    } line: { id, _ in
      "\(id) is deleted"
    }
  }

  private func delete(_ id: String, _ administrator: BlockingAdministrator) throws {
    do throws(ChangeError) { try administrator.deleteKey(id: id) } catch {
      guard case .refused(let refusal) = error, refusal.code == .failedPrecondition,
        var failure = Failure(error)
      else { throw error }
      failure.message += ": orgkey key revoke \(id)"
      throw failure
    }
  }

  private func described(_ key: Key) throws(Failure) -> String {
    let screen = Screen()
    guard let revokedAt = key.revokedAt else {
      throw Failure(
        .refused,
        "\(key.line) is not revoked: revoke it before it is deleted: orgkey key revoke \(key.id)")
    }
    return "\(key.id), \"\(key.name)\" of \(key.organizationID), revoked \(screen.ago(revokedAt)), "
      + "last used \(screen.ago(key.lastUsedAt, else: "never"))"
  }
}

private struct DeletedKeyJSON: Encodable {
  let keyId: String

  init(_ id: String) { keyId = id }
}
