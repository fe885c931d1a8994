import OrgKeyWire

/// One request of every method, with every field set to something that is not its default.
enum Sample {
  static let requests: [Request] = methods.enumerated().map { index, method in
    Request(callID: UInt64.max - UInt64(index), timeoutMs: 2500, caller: caller, method: method)
  }

  static let caller = Caller(
    actor: "ana@acme.example", actingOrganizationID: "acme",
    grantablePermissions: ["contacts:*", "*"], maxRateLimit: limit)
  static let limit = RateLimit(limit: 16_777_215, windowS: 2_592_000)
  static let labels = [Label(name: "owner", value: "CRM"), Label(name: "ticket", value: "42")]
  static let apiKey = SecretText("pc_live_0123456789abcdefghijklmnopqrstuvABCDEF")

  private static let methods: [Request.Method] = checks + keys + organizations + operation

  private static let checks: [Request.Method] = [
    .authorize(
      AuthorizeRequest(
        apiKey: apiKey, organizationID: "acme/emea", permission: "contacts:read",
        environment: "live")),
    .identifyKey(IdentifyKeyRequest(apiKey: apiKey, environment: "live")),
    .listAccessibleOrganizations(
      ListAccessibleOrganizationsRequest(
        apiKey: apiKey, pageSize: 5000, pageToken: "next", environment: "live")),
    .explainAuthorize(
      ExplainAuthorizeRequest(
        apiKey: apiKey, organizationID: "acme", permission: "contacts:read", environment: "live",
        keyID: "key_0123456789abcdef", secretVersion: 2)),
  ]

  private static let keys: [Request.Method] = [
    .issueKey(
      IssueKeyRequest(
        organizationID: "acme", name: "Production CRM sync – Zürich", environment: "live",
        permissions: ["contacts:read", "contacts:*"], expiresAtUnixMs: 1_900_000_000_000,
        rateLimit: limit, requestID: "7f3a", labels: labels)),
    .revokeKey(
      RevokeKeyRequest(
        keyID: "key_0123456789abcdef", apiKey: apiKey, secretVersion: 1, reason: "leaked")),
    .rotateKey(
      RotateKeyRequest(keyID: "key_0123456789abcdef", overlapS: -1, requestID: "7f3b")),
    .updateKey(
      UpdateKeyRequest(
        keyID: "key_0123456789abcdef", fields: ["name", "disabled"], name: "New name",
        permissions: ["*"], expiresAtUnixMs: -1, rateLimit: limit, disabled: true,
        labels: labels)),
    .getKey(GetKeyRequest(keyID: "key_0123456789abcdef")),
    .listKeys(
      ListKeysRequest(
        organizationID: "acme", includeDescendants: true, environment: "test",
        states: [.active, .disabled, .expired, .revoked], unusedSinceUnixMs: .min,
        nameContains: "CRM", pageSize: 1000, pageToken: "next", expiresBeforeUnixMs: .max,
        secretHint: "3fA9", secretCreatedBeforeUnixMs: 1, label: labels[0])),
    .getUsage(GetUsageRequest(keyID: "key_0123456789abcdef", fromUnixMs: 1, toUnixMs: 2)),
    .deleteKey(DeleteKeyRequest(keyID: "key_0123456789abcdef")),
    .revokeKeys(
      RevokeKeysRequest(organizationID: "acme", includeDescendants: true, reason: "left")),
    .importKeys(
      ImportKeysRequest(
        rows: [
          ImportKeysRequestRow(
            sha256: Array(0..<32), hint: "pc_live_…3fA9", organizationID: "acme", name: "Imported",
            environment: "live", permissions: ["a", "b:c"], createdAtUnixMs: 1,
            expiresAtUnixMs: 2, rateLimit: limit, labels: labels)
        ], last: true, dryRun: true)),
  ]

  private static let organizations: [Request.Method] = [
    .putOrganization(
      PutOrganizationRequest(organizationID: "acme/emea", parentID: "acme", name: "EMEA")),
    .moveOrganization(
      MoveOrganizationRequest(organizationID: "acme/emea", parentID: "acme", toRoot: true)),
    .suspendOrganization(SuspendOrganizationRequest(organizationID: "acme")),
    .resumeOrganization(ResumeOrganizationRequest(organizationID: "acme")),
    .deleteOrganization(
      DeleteOrganizationRequest(
        organizationID: "acme", revokeKeys: true, includeDescendants: true)),
    .getOrganization(GetOrganizationRequest(organizationID: "acme")),
    .listOrganizations(
      ListOrganizationsRequest(
        organizationID: "acme", includeDescendants: true, pageSize: 10, pageToken: "next")),
    .importOrganizations(
      ImportOrganizationsRequest(
        rows: [
          ImportOrganizationsRequestRow(organizationID: "b", parentID: "a", name: "B"),
          ImportOrganizationsRequestRow(organizationID: "c", parentID: "b", name: "C"),
        ], last: true, dryRun: true)),
  ]

  private static let operation: [Request.Method] = [
    .listAuditEvents(
      ListAuditEventsRequest(
        keyID: "key_0123456789abcdef", organizationID: "acme", afterSequence: .max, pageSize: 100,
        newestFirst: true, beforeSequence: 3, includeDescendants: true, fromUnixMs: 1,
        toUnixMs: 2)),
    .health(HealthRequest()),
    .getStatistics(GetStatisticsRequest()),
    .backup(BackupRequest(backupID: "b1", offset: 1 << 40)),
    .getMetrics(GetMetricsRequest()),
  ]
}
