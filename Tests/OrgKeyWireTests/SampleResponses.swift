import OrgKeyWire

extension Sample {
  /// One response of every method, with every field set to something that is not its default.
  static let responses: [Response] = results.enumerated().map { index, result in
    Response(callID: UInt64.max - UInt64(index), status: status, result: result)
  }

  private static let status = Status(
    code: .alreadyExists, message: "The key exists.", field: "request_id",
    keyID: "key_0123456789abcdef", secretVersion: 2)
  private static let key = Key(
    keyID: "key_0123456789abcdef", organizationID: "acme", name: "Production CRM sync",
    environment: "live", permissions: ["contacts:*", "deals:read"], state: .revoked,
    createdAtUnixMs: 1, expiresAtUnixMs: 2, revokedAtUnixMs: 3, revokedReason: "leaked",
    rateLimit: limit,
    secrets: [
      Secret(
        version: 2, hint: "pc_live_…3fA9", createdAtUnixMs: 4, retiresAtUnixMs: 5,
        allowedCount: 6, lastUsedAtUnixMs: 7)
    ],
    allowedCount: .max, deniedCount: 9, lastUsedAtUnixMs: 10, createdBy: "uid 0",
    lastDeniedAtUnixMs: 11, lastDeniedReason: .rateLimited, disabled: true, labels: labels)
  private static let organization = Organization(
    organizationID: "acme/emea", parentID: "acme", name: "EMEA", suspended: true,
    suspendedByAncestor: true, depth: 64, keyCount: 1, childCount: 2, subtreeKeyCount: 3,
    subtreeOrganizationCount: 4)
  private static let authorized = AuthorizeResponse(
    decision: .orgAccessDenied, reason: .organizationOutside, keyID: "key_0123456789abcdef",
    organizationID: "acme", environment: "live",
    rateLimit: RateLimitState(limit: 100, remaining: 99, resetAtUnixS: 1_900_000_000),
    secretVersion: 2, authorizedOrganizationID: "acme/emea")
  private static let faults = [ImportFault(row: 7, message: "has no name")]

  private static let results: [Response.Result] = checks + keys + organizations + operation

  private static let checks: [Response.Result] = [
    .authorize(authorized),
    .identifyKey(
      IdentifyKeyResponse(decision: .invalidAPIKey, reason: .keyExpired, key: key)),
    .listAccessibleOrganizations(
      ListAccessibleOrganizationsResponse(
        decision: .allowed, reason: .keyUnknown, organizationIDs: ["a", "b"],
        nextPageToken: "next")),
    .explainAuthorize(
      ExplainAuthorizeResponse(
        outcome: authorized,
        steps: [ExplainAuthorizeResponseStep(rule: "key", passed: true, found: "active")])),
  ]

  private static let keys: [Response.Result] = [
    .issueKey(IssueKeyResponse(key: key, apiKey: apiKey)),
    .revokeKey(RevokeKeyResponse(key: key)),
    .rotateKey(RotateKeyResponse(key: key, apiKey: apiKey)),
    .updateKey(UpdateKeyResponse(key: key)),
    .getKey(GetKeyResponse(key: key)),
    .listKeys(ListKeysResponse(keys: [key, key], nextPageToken: "next")),
    .getUsage(
      GetUsageResponse(days: [
        UsageDay(
          dayUnixMs: 1, allowedCount: 2,
          denials: [UsageDayDenials(reason: .permissionMissing, count: 3)])
      ])),
    .deleteKey(DeleteKeyResponse()),
    .revokeKeys(RevokeKeysResponse(revokedKeyCount: 5)),
    .importKeys(ImportKeysResponse(stagedCount: 1, importedCount: 2, faults: faults)),
  ]

  private static let organizations: [Response.Result] = [
    .putOrganization(PutOrganizationResponse(organization: organization, created: true)),
    .moveOrganization(MoveOrganizationResponse(organization: organization)),
    .suspendOrganization(SuspendOrganizationResponse(organization: organization)),
    .resumeOrganization(ResumeOrganizationResponse(organization: organization)),
    .deleteOrganization(
      DeleteOrganizationResponse(deletedOrganizationCount: 1, revokedKeyCount: 2)),
    .getOrganization(GetOrganizationResponse(organization: organization)),
    .listOrganizations(
      ListOrganizationsResponse(organizations: [organization], nextPageToken: "next")),
    .importOrganizations(
      ImportOrganizationsResponse(stagedCount: 1, importedCount: 2, faults: faults)),
  ]

  private static let operation: [Response.Result] = [
    .listAuditEvents(
      ListAuditEventsResponse(
        events: [
          AuditEvent(
            sequence: 1, atUnixMs: 2, method: "RevokeKey", keyID: "key_0123456789abcdef",
            organizationID: "acme", actor: "ana", peerUid: 3, peerGid: 4, peerPid: .max,
            detail: "{\"reason\":\"leaked\"}", actingOrganizationID: "acme", secretVersion: 5)
        ], nextSequence: 6)),
    .health(HealthResponse(status: .notServing, version: "0.1.0", databaseID: "db")),
    .getStatistics(
      GetStatisticsResponse(
        version: "0.1.0", startedAtUnixMs: 1, keyCount: 2, organizationCount: 3,
        connectionCount: 4, residentBytes: 5, databaseBytes: 6,
        counters: [Counter(name: "calls", value: 7)], walBytes: 8, freeDiskBytes: 9,
        quarantinedRowCount: 10,
        busiestKeys: [
          KeyActivity(keyID: "key_0123456789abcdef", allowedPerS: 0.5, deniedPerS: -1e300)
        ], usageAgeMs: 11)),
    .backup(
      BackupResponse(
        backupID: "b1", totalBytes: 1, offset: 2, chunk: [0, 255, 0], auditSequence: 3)),
    .getMetrics(GetMetricsResponse(text: "# HELP orgkey_calls Calls\n")),
  ]
}
