import OrgKeyModel
@testable import OrgKeyStore
import Testing

/// A store, and beside it a Directory that knows of it by the mutations of its changes alone, as
/// the daemon's does.
final class Twin: Changing {
  let directory: TemporaryDirectory
  private var opened: Store?
  private var fed: Directory
  /// Up to when keys that expire were looked at.
  private var expiredUntil = now
  /// Every other is made as one that is alone in its group.
  private var changes = 0

  init() throws {
    directory = try TemporaryDirectory()
    opened = try directory.open()
    fed = try Directory.empty()
  }

  var store: Store {
    guard let opened else { preconditionFailure("opening it again failed") }
    return opened
  }

  @discardableResult
  func change<Outcome>(
    at time: Int64, _ body: (inout Transaction) throws -> Outcome
  ) throws -> Outcome {
    changes += 1
    try store.begin(now: time, alone: changes % 2 == 0)
    let outcome = try store.member(body)
    for mutation in try store.commit() { #expect(fed.apply(mutation) == true, "\(mutation)") }
    try markExpired(until: time)
    return try outcome.get()
  }

  /// As the daemon does after each group.
  private func markExpired(until time: Int64) throws {
    for number in try store.keysExpiring(after: expiredUntil, through: time) {
      _ = fed.markExpired(key: number, true)
    }
    expiredUntil = max(expiredUntil, time)
  }

  /// What would be decided about the secret, in its key's own organization unless one is named.
  func reason(
    _ digest: Digest, in organization: String = "", _ permission: String = "contacts:read",
    at time: Int64 = now
  ) -> Reason {
    fed.decide(digest, organization, permission, time).reason
  }

  /// Opens the store again: what is on disk must be whole, and decide all as what was fed does,
  /// at `time` and later.
  func check(at time: Int64 = now, sourceLocation location: SourceLocation = #_sourceLocation)
    throws
  {
    try markExpired(until: time)
    try store.close()
    opened = nil
    opened = try directory.open()
    var loaded = try Directory.empty()
    let found = try store.loadAll(at: time, into: &loaded)
    #expect(
      found.report.quarantinedCount == 0 && found.refusedOrganizations == 0,
      sourceLocation: location)
    for key in found.keys where key.expiresAt != 0 && key.expiresAt <= time {
      _ = loaded.markExpired(key: key.number, true)
    }
    let questions = try Questions(store, at: time)
    let answers = zip(questions.answers(of: loaded), questions.answers(of: fed))
    let differences = answers.filter { $0 != $1 }.map { "from disk: \($0)\nfed: \($1)" }
    #expect(differences.prefix(5).isEmpty, sourceLocation: location)
  }
}

/// All that can be asked of a Directory about what a store knows or knew.
private struct Questions {
  let organizations: [String]
  let organizationNumbers: [Int64]
  let keys: [Int64]
  let digests: [Digest]
  let times: [Int64]

  init(_ store: Store, at time: Int64) throws {
    func column<Entry>(_ sql: String, _ read: (Statement) -> Entry) throws -> [Entry] {
      var column: [Entry] = []
      try store.connection.each(sql, []) { row in
        column.append(read(row))
        return true
      }
      return column
    }
    organizations =
      try column("SELECT id FROM organizations UNION SELECT id FROM deleted_organizations") {
        $0.text(0)
      } + ["", "nowhere"]
    organizationNumbers = try column("SELECT number FROM organizations") { $0.integer(0) }
    keys = try column("SELECT number FROM keys") { $0.integer(0) }
    digests = try column(
      "SELECT digest FROM secrets UNION SELECT digest FROM dead_digests ORDER BY 1"
    ) { $0.withSpan(0) { Digest($0) } }
    times = [time, time + 3_600_000, time + 29 * 86_400_000]
  }

  func answers(of directory: borrowing Directory) -> [String] {
    var answers = [
      "\(directory.organizationCount) organizations, \(directory.activeKeyCount) active keys",
      "\(directory.keyCounts)",
    ]
    answers += organizationNumbers.map { describe(organization: $0, directory) }
    answers += keys.map { describe(key: $0, directory) }
    for digest in digests {
      for organization in organizations {
        for permission in ["contacts:read", "users:write"] {
          for time in times {
            let verdict = directory.decide(digest, organization, permission, time)
            answers.append(
              "\(digest) in \(organization) \(permission) at \(time): \(verdict.reason) "
                + "key \(verdict.keyNumber) secret \(verdict.secretNumber) "
                + "limit \(verdict.rateLimit?.limit ?? 0)")
          }
        }
      }
    }
    return answers
  }

  private func describe(organization number: Int64, _ directory: borrowing Directory) -> String {
    guard let handle = directory.organization(number: number) else { return "\(number): none" }
    let state = directory[handle]
    return """
      \(number): \(directory.id(of: handle)) under \(state.parent.map { directory.id(of: $0) } ?? "")
      depth \(state.depth) suspended \(state.suspended) \(state.suspendedByAncestor) keys
      \(state.keyCount) \(state.subtreeKeyCount) children \(state.childCount)
      \(state.subtreeOrganizationCount)
      """
  }

  private func describe(key number: Int64, _ directory: borrowing Directory) -> String {
    guard let handle = directory.key(number: number) else { return "\(number): none" }
    let state = directory[handle]
    return """
      \(number): \(state.id.text) in \(directory.id(of: state.organization)) disabled
      \(state.disabled) revoked \(state.revokedAt) limit \(state.rateLimit?.limit ?? 0) in
      \(state.rateLimit?.window ?? 0) may \(directory.permissions(of: handle).patterns) secrets
      \(directory.secrets(of: handle).map { text(directory[$0]) })
      """
  }
}

private func text(_ secret: SecretState) -> String {
  "\(secret.number) version \(secret.version) until \(secret.retiresAt) \(secret.revoked)"
}

extension Directory {
  fileprivate func decide(
    _ digest: Digest, _ organization: String, _ permission: String, _ time: Int64
  ) -> Verdict {
    explain(
      presented: "imported".utf8.span, digest: digest, environment: Span(),
      organization: organization.utf8.span, permission: permission.utf8.span,
      policy: Policy(keyPrefix: KeyPrefix("pc")!), now: Instant(wall: time, monotonic: 1)
    ).verdict
  }
}
