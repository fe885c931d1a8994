import OrgKeyModel
import OrgKeySystem
import Testing

@testable import OrgKeyWire

/// What whoever acts for `acme` may see, and what not:
/// outside-top ─ acme ─ eu ─ berlin, acme ─ us; outside-top ─ outside-sibling; outside-root ─
/// outside-leaf. All that is outside has that word in its texts.
final class ActingWorld {
  let daemon: InProcess
  let administrator: RawClient
  let client: RawClient
  let caller = Caller(
    actor: "ana@acme.example", actingOrganizationID: "acme", grantablePermissions: ["contacts:*"],
    maxRateLimit: .init(limit: 100, windowS: 60))

  static let outside = ["outside-top", "outside-sibling", "outside-root", "outside-leaf"]
  static let unknownKey = "key_0123456789abcdef"

  typealias IssuedKey = (id: String, text: SecretText)
  /// In eu; contacts:read.
  let plain: IssuedKey
  /// In eu; all permissions.
  let strong: IssuedKey
  /// In us; contacts:read, and a limit above the highest that may be given.
  let limited: IssuedKey
  /// In eu; revoked.
  let dead: IssuedKey
  /// One in each organization outside, the last of them revoked.
  let outsideKeys: [IssuedKey]
  /// Of another daemon's.
  let unknownText: SecretText

  init() throws {
    daemon = try InProcess()
    administrator = try daemon.client()
    client = try daemon.client()
    for (id, parent) in [
      ("outside-top", ""), ("acme", ""), ("outside-root", ""), ("eu", "outside-root"),
      ("berlin", "eu"), ("us", "acme"), ("outside-sibling", "outside-top"),
      ("outside-leaf", "outside-root"),
    ] {
      let name = id.hasPrefix("outside") ? "outside \(id)" : id
      let put = PutOrganizationRequest(organizationID: id, parentID: parent, name: name)
      _ = try administrator.result(.putOrganization(put))
    }
    // Some history that names what is outside.
    try administrator.move("eu", under: "acme")
    try administrator.move("acme", under: "outside-top")
    let issue = { [administrator] (id: String, permissions: [String]) in
      try administrator.issue(.init(organizationID: id, name: id, permissions: permissions))
    }
    plain = try issue("eu", ["contacts:read"])
    strong = try issue("eu", ["*"])
    limited = try administrator.issue(
      .init(
        organizationID: "us", name: "limited", permissions: ["contacts:read"],
        rateLimit: .init(limit: 1_000, windowS: 60)))
    dead = try issue("eu", ["contacts:read"])
    try administrator.revoke(dead.id)
    outsideKeys = try ActingWorld.outside.map { [administrator] id in
      try administrator.issue(
        .init(
          organizationID: id, name: "outside key", environment: "outside",
          permissions: ["contacts:read"], requestID: "outside-request",
          labels: [.init(name: "outside", value: "outside")]))
    }
    try administrator.revoke(outsideKeys[3].id)
    unknownText = try ActingWorld.textOfAnotherDaemon()
  }

  private static func textOfAnotherDaemon() throws -> SecretText {
    let daemon = try InProcess()
    return try withExtendedLifetime(daemon) {
      let client = try daemon.client()
      try client.put("acme")
      return try client.issue("acme").text
    }
  }

  func status(_ method: Request.Method) throws -> Status? {
    try client.status(method, caller: caller)
  }

  /// All organizations and keys there are, as the administrator sees them.
  struct Records: Equatable {
    var organizations: [Organization]
    var keys: [OrgKeyWire.Key]
  }

  func records() throws -> Records {
    Records(organizations: try administrator.organizations(), keys: try administrator.keys())
  }

  /// A call about something outside, and the same about something that does not exist.
  struct Attempt {
    let there: Request.Method
    let nowhere: Request.Method
    /// nil: it is not refused.
    let code: Code?
  }

  private func organizations(_ make: (String) -> Request.Method) -> [Attempt] {
    ActingWorld.outside.map {
      Attempt(there: make($0), nowhere: make("nowhere"), code: .permissionDenied)
    }
  }

  private func keys(_ make: (String) -> Request.Method) -> [Attempt] {
    outsideKeys.map {
      Attempt(there: make($0.id), nowhere: make(ActingWorld.unknownKey), code: .notFound)
    }
  }

  private func texts(_ code: Code?, _ make: (SecretText) -> Request.Method) -> [Attempt] {
    outsideKeys.map { Attempt(there: make($0.text), nowhere: make(unknownText), code: code) }
  }

  private func always(_ code: Code?, _ make: (String) -> Request.Method) -> [Attempt] {
    ActingWorld.outside.map { Attempt(there: make($0), nowhere: make("nowhere"), code: code) }
  }

  /// Every way to name something outside. A method without a case does not compile.
  func attempts(_ method: MethodName) -> [Attempt] {
    switch method {
    case .authorize, .identifyKey, .listAccessibleOrganizations, .health: withoutCaller(method)
    case .getKey, .listKeys, .getUsage, .explainAuthorize, .listAuditEvents: ofReading(method)
    case .issueKey, .rotateKey, .updateKey, .revokeKey, .revokeKeys, .deleteKey: ofKeys(method)
    case .putOrganization, .moveOrganization: ofPlaces(method)
    case .suspendOrganization:
      organizations { .suspendOrganization(.init(organizationID: $0)) }
    case .resumeOrganization:
      organizations { .resumeOrganization(.init(organizationID: $0)) }
    case .deleteOrganization:
      organizations { .deleteOrganization(.init(organizationID: $0)) }
        + organizations {
          .deleteOrganization(
            .init(organizationID: $0, revokeKeys: true, includeDescendants: true))
        }
    case .getOrganization: organizations { .getOrganization(.init(organizationID: $0)) }
    case .listOrganizations:
      organizations { .listOrganizations(.init(organizationID: $0)) }
        + organizations {
          .listOrganizations(.init(organizationID: $0, includeDescendants: true))
        }
    case .importKeys:
      always(.permissionDenied) {
        .importKeys(.init(rows: [.init(organizationID: $0)], last: true, dryRun: true))
      }
    case .importOrganizations:
      always(.permissionDenied) {
        .importOrganizations(
          .init(rows: [.init(organizationID: "new", parentID: $0)], last: true, dryRun: true))
      }
    case .getStatistics: always(.permissionDenied) { _ in .getStatistics(.init()) }
    case .getMetrics: always(.permissionDenied) { _ in .getMetrics(.init()) }
    case .backup: always(.permissionDenied) { .backup(.init(backupID: $0)) }
    }
  }

  private func withoutCaller(_ method: MethodName) -> [Attempt] {
    switch method {
    case .authorize:
      texts(.invalidArgument) { .authorize(.init(apiKey: $0, permission: "contacts:read")) }
    case .identifyKey: texts(.invalidArgument) { .identifyKey(.init(apiKey: $0)) }
    case .listAccessibleOrganizations:
      texts(.invalidArgument) { .listAccessibleOrganizations(.init(apiKey: $0)) }
    default: texts(.invalidArgument) { _ in .health(.init()) }
    }
  }

  private func ofReading(_ method: MethodName) -> [Attempt] {
    switch method {
    case .getKey: keys { .getKey(.init(keyID: $0)) }
    case .getUsage: keys { .getUsage(.init(keyID: $0)) }
    case .listKeys:
      organizations { .listKeys(.init(organizationID: $0)) }
        + organizations { .listKeys(.init(organizationID: $0, includeDescendants: true)) }
        + always(nil) { .listKeys(.init(nameContains: $0.hasPrefix("outside") ? "outside" : "no")) }
        + always(nil) { .listKeys(.init(environment: $0.hasPrefix("outside") ? "outside" : "no")) }
        + always(nil) {
          .listKeys(.init(label: .init(name: $0.hasPrefix("outside") ? "outside" : "no")))
        }
        + outsideKeys.map {
          let hint = String($0.text.string.suffix(4))
          return Attempt(
            there: .listKeys(.init(secretHint: hint)),
            nowhere: .listKeys(.init(secretHint: "!!!!")),
            code: nil)
        }
    case .explainAuthorize:
      keys { .explainAuthorize(.init(permission: "contacts:read", keyID: $0)) }
        + organizations { [plain] in
          .explainAuthorize(
            .init(organizationID: $0, permission: "contacts:read", keyID: plain.id))
        }
        + texts(nil) { .explainAuthorize(.init(apiKey: $0, permission: "contacts:read")) }
    default:
      organizations { .listAuditEvents(.init(organizationID: $0)) }
        + organizations {
          .listAuditEvents(.init(organizationID: $0, newestFirst: true, includeDescendants: true))
        }
        + outsideKeys.map {
          Attempt(
            there: .listAuditEvents(.init(keyID: $0.id)),
            nowhere: .listAuditEvents(.init(keyID: ActingWorld.unknownKey)), code: nil)
        }
    }
  }

  private func ofKeys(_ method: MethodName) -> [Attempt] {
    switch method {
    case .issueKey:
      organizations { .issueKey(.init(organizationID: $0, name: "n")) }
        + organizations {
          .issueKey(
            .init(
              organizationID: $0, name: "outside key", environment: "outside",
              permissions: ["contacts:read"], requestID: "outside-request",
              labels: [.init(name: "outside", value: "outside")]))
        }
    case .rotateKey:
      keys { .rotateKey(.init(keyID: $0)) } + keys { .rotateKey(.init(keyID: $0, overlapS: -1)) }
        + keys { .rotateKey(.init(keyID: $0, requestID: "outside-request")) }
    case .updateKey:
      keys { .updateKey(.init(keyID: $0, fields: ["name"], name: "mine")) }
        + ["permissions", "expires_at_unix_ms", "rate_limit", "disabled", "labels"].flatMap {
          field in keys { .updateKey(.init(keyID: $0, fields: [field])) }
        }
    case .revokeKey:
      keys { .revokeKey(.init(keyID: $0)) } + texts(.notFound) { .revokeKey(.init(apiKey: $0)) }
        + [1, 2].flatMap { version in
          keys { .revokeKey(.init(keyID: $0, secretVersion: version)) }
            + texts(.notFound) { .revokeKey(.init(apiKey: $0, secretVersion: version)) }
        }
    case .revokeKeys:
      organizations { .revokeKeys(.init(organizationID: $0)) }
        + organizations { .revokeKeys(.init(organizationID: $0, includeDescendants: true)) }
    default: keys { .deleteKey(.init(keyID: $0)) }
    }
  }

  private func ofPlaces(_ method: MethodName) -> [Attempt] {
    if method == .putOrganization {
      return organizations { .putOrganization(.init(organizationID: $0)) }
        + organizations { .putOrganization(.init(organizationID: $0, name: "mine")) }
        + organizations { .putOrganization(.init(organizationID: "new", parentID: $0)) }
        + organizations { .putOrganization(.init(organizationID: "eu", parentID: $0)) }
    }
    return organizations { .moveOrganization(.init(organizationID: $0, parentID: "eu")) }
      + organizations { .moveOrganization(.init(organizationID: $0, toRoot: true)) }
      + organizations { .moveOrganization(.init(organizationID: "berlin", parentID: $0)) }
  }
}
