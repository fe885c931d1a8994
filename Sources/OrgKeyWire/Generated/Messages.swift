// Generated from proto/orgkey.proto by proto/swift-messages.py (make proto): do not edit.
// swift-format-ignore-file

internal import COrgKeyProto

/// Numbers and meanings of google.rpc.Code. They are about the call; a key that
/// may not pass is a Decision.
package enum Code: UInt32, Sendable, CaseIterable {
  case ok = 0
  case invalidArgument = 3
  case deadlineExceeded = 4
  case notFound = 5
  case alreadyExists = 6
  /// the peer, or whom it acts for, may not make this call
  case permissionDenied = 7
  case resourceExhausted = 8
  case failedPrecondition = 9
  case unimplemented = 12
  case `internal` = 13
  case unavailable = 14

  /// Of a number from the wire; one that is not known is `internal`.
  init(number: UInt32) { self = Code(rawValue: number) ?? .internal }
}
typealias CCode = Orgkey__V1__Code

/// The rules are applied in this order and the first that fails decides:
///
///   rule          reasons, in the order tested              decision              HTTP
///   key           MISSING MALFORMED UNKNOWN                 INVALID_API_KEY       401
///                 REVOKED RETIRED EXPIRED DISABLED          INVALID_API_KEY       401
///   environment   ENVIRONMENT_MISMATCH                      INVALID_API_KEY       401
///   rate limit    RATE_LIMITED                              RATE_LIMIT_EXCEEDED   429
///   organization  UNKNOWN OUTSIDE SUSPENDED                 ORG_ACCESS_DENIED     403
///   permission    MISSING                                   PERMISSION_DENIED     403
///
/// Every outcome is counted on the key, if the key is known.
package enum Decision: UInt32, Sendable, CaseIterable {
  /// never sent; read it as a denial
  case unspecified = 0
  case allowed = 1
  /// 401
  case invalidAPIKey = 2
  /// 403
  case orgAccessDenied = 3
  /// 403
  case permissionDenied = 4
  /// 429
  case rateLimitExceeded = 5

  /// Of a number from the wire; one that is not known is `unspecified`.
  init(number: UInt32) { self = Decision(rawValue: number) ?? .unspecified }
}
typealias CDecision = Orgkey__V1__Decision

/// What follows from each reason. The library and the command take theirs from this table.
/// The sentence is the one for the caller of an API, and depends on the decision alone:
/// he may not learn the reason.
///
///   | reason                 | decision            | HTTP | sentence for the caller                                    | what the operator does                                              |
///   | UNSPECIFIED            | ALLOWED             | 200  | Allowed.                                                   | Nothing.                                                            |
///   | KEY_MISSING            | INVALID_API_KEY     | 401  | The API key is missing or invalid.                         | Send the key in the X-API-Key header.                               |
///   | KEY_MALFORMED          | INVALID_API_KEY     | 401  | The API key is missing or invalid.                         | Copy the key again, whole: a character is wrong or missing.         |
///   | KEY_UNKNOWN            | INVALID_API_KEY     | 401  | The API key is missing or invalid.                         | Check that the key was issued here and that the text is an API key. |
///   | KEY_REVOKED            | INVALID_API_KEY     | 401  | The API key is missing or invalid.                         | Issue a new key; a revoked one never comes back.                    |
///   | KEY_EXPIRED            | INVALID_API_KEY     | 401  | The API key is missing or invalid.                         | Extend the key's expiry, or issue a new key.                        |
///   | KEY_DISABLED           | INVALID_API_KEY     | 401  | The API key is missing or invalid.                         | Enable the key.                                                     |
///   | SECRET_RETIRED         | INVALID_API_KEY     | 401  | The API key is missing or invalid.                         | Deploy the newest secret of the key; this one was rotated out.      |
///   | ENVIRONMENT_MISMATCH   | INVALID_API_KEY     | 401  | The API key is missing or invalid.                         | Use a key of the environment that the service serves.               |
///   | ORGANIZATION_UNKNOWN   | ORG_ACCESS_DENIED   | 403  | This API key has no access to the organization.            | Check the organization's identifier, or put the organization.       |
///   | ORGANIZATION_OUTSIDE   | ORG_ACCESS_DENIED   | 403  | This API key has no access to the organization.            | Use a key of that organization or of one above it.                  |
///   | ORGANIZATION_SUSPENDED | ORG_ACCESS_DENIED   | 403  | This API key has no access to the organization.            | Resume the organization, or the suspended one above it.             |
///   | PERMISSION_MISSING     | PERMISSION_DENIED   | 403  | This API key lacks the permission that this request needs. | Grant the key the permission, or use a key that has it.             |
///   | RATE_LIMITED           | RATE_LIMIT_EXCEEDED | 429  | This API key has used up its rate limit: try again later.  | Wait for the window to end, or raise the key's limit.               |
///
/// Why, for the operator. Never show it to the caller of an API: what he may learn
/// is the decision.
package enum Reason: UInt32, Sendable, CaseIterable {
  /// allowed
  case unspecified = 0
  /// INVALID_API_KEY
  case keyMissing = 1
  case keyMalformed = 2
  case keyUnknown = 3
  /// for 30 days; later its text is unknown
  case keyRevoked = 4
  case keyExpired = 5
  case keyDisabled = 6
  /// rotated out: its overlap has ended, or it was revoked alone
  case secretRetired = 7
  case environmentMismatch = 8
  /// ORG_ACCESS_DENIED
  case organizationUnknown = 9
  /// known, but not in the key's hierarchy
  case organizationOutside = 10
  /// the one asked for, the key's own, or one above either
  case organizationSuspended = 11
  /// PERMISSION_DENIED
  case permissionMissing = 12
  /// RATE_LIMIT_EXCEEDED
  case rateLimited = 13

  /// Of a number from the wire; one that is not known is `unspecified`.
  init(number: UInt32) { self = Reason(rawValue: number) ?? .unspecified }
}
typealias CReason = Orgkey__V1__Reason

package enum KeyState: UInt32, Sendable, CaseIterable {
  case unspecified = 0
  case active = 1
  case disabled = 2
  case expired = 3
  case revoked = 4

  /// Of a number from the wire; one that is not known is `unspecified`.
  init(number: UInt32) { self = KeyState(rawValue: number) ?? .unspecified }
}
typealias CKeyState = Orgkey__V1__KeyState

package enum ServingStatus: UInt32, Sendable, CaseIterable {
  case unspecified = 0
  case serving = 1
  /// starting, draining, or unable to vouch for its data
  case notServing = 2

  /// Of a number from the wire; one that is not known is `unspecified`.
  init(number: UInt32) { self = ServingStatus(rawValue: number) ?? .unspecified }
}
typealias CServingStatus = Orgkey__V1__ServingStatus

package struct Request: Sendable, Equatable {
  /// The `method` that is set.
  package enum Method: Sendable, Equatable {
    case authorize(AuthorizeRequest)
    case issueKey(IssueKeyRequest)
    case revokeKey(RevokeKeyRequest)
    case rotateKey(RotateKeyRequest)
    case updateKey(UpdateKeyRequest)
    case getKey(GetKeyRequest)
    case listKeys(ListKeysRequest)
    case getUsage(GetUsageRequest)
    case identifyKey(IdentifyKeyRequest)
    case explainAuthorize(ExplainAuthorizeRequest)
    case listAccessibleOrganizations(ListAccessibleOrganizationsRequest)
    case deleteKey(DeleteKeyRequest)
    case revokeKeys(RevokeKeysRequest)
    case importKeys(ImportKeysRequest)
    case putOrganization(PutOrganizationRequest)
    case moveOrganization(MoveOrganizationRequest)
    case suspendOrganization(SuspendOrganizationRequest)
    case deleteOrganization(DeleteOrganizationRequest)
    case listOrganizations(ListOrganizationsRequest)
    case resumeOrganization(ResumeOrganizationRequest)
    case importOrganizations(ImportOrganizationsRequest)
    case getOrganization(GetOrganizationRequest)
    case listAuditEvents(ListAuditEventsRequest)
    case health(HealthRequest)
    case getStatistics(GetStatisticsRequest)
    case backup(BackupRequest)
    case getMetrics(GetMetricsRequest)
  }
  /// chosen by the caller, echoed in the response
  package var callID: UInt64
  /// How long the caller will wait, from the frame's last byte; 0: no deadline. A
  /// change answered CODE_DEADLINE_EXCEEDED was not applied and will not be; one
  /// that was begun is answered with its outcome. Authorize ignores it.
  package var timeoutMs: UInt32
  /// on whose behalf
  package var caller: Caller?
  package var method: Method?

  package init(callID: UInt64 = 0, timeoutMs: UInt32 = 0, caller: Caller? = nil, method: Method? = nil) {
    self.callID = callID
    self.timeoutMs = timeoutMs
    self.caller = caller
    self.method = method
  }
}

extension Request {
  init(_ c: Orgkey__V1__Request) {
    unsafe callID = c.call_id
    unsafe timeoutMs = c.timeout_ms
    unsafe caller = c.caller.map { unsafe Caller($0.pointee) }
    switch unsafe c.method_case {
    case ORGKEY__V1__REQUEST__METHOD_AUTHORIZE: unsafe method = c.authorize.map { unsafe .authorize(AuthorizeRequest($0.pointee)) }
    case ORGKEY__V1__REQUEST__METHOD_ISSUE_KEY: unsafe method = c.issue_key.map { unsafe .issueKey(IssueKeyRequest($0.pointee)) }
    case ORGKEY__V1__REQUEST__METHOD_REVOKE_KEY: unsafe method = c.revoke_key.map { unsafe .revokeKey(RevokeKeyRequest($0.pointee)) }
    case ORGKEY__V1__REQUEST__METHOD_ROTATE_KEY: unsafe method = c.rotate_key.map { unsafe .rotateKey(RotateKeyRequest($0.pointee)) }
    case ORGKEY__V1__REQUEST__METHOD_UPDATE_KEY: unsafe method = c.update_key.map { unsafe .updateKey(UpdateKeyRequest($0.pointee)) }
    case ORGKEY__V1__REQUEST__METHOD_GET_KEY: unsafe method = c.get_key.map { unsafe .getKey(GetKeyRequest($0.pointee)) }
    case ORGKEY__V1__REQUEST__METHOD_LIST_KEYS: unsafe method = c.list_keys.map { unsafe .listKeys(ListKeysRequest($0.pointee)) }
    case ORGKEY__V1__REQUEST__METHOD_GET_USAGE: unsafe method = c.get_usage.map { unsafe .getUsage(GetUsageRequest($0.pointee)) }
    case ORGKEY__V1__REQUEST__METHOD_IDENTIFY_KEY: unsafe method = c.identify_key.map { unsafe .identifyKey(IdentifyKeyRequest($0.pointee)) }
    case ORGKEY__V1__REQUEST__METHOD_EXPLAIN_AUTHORIZE: unsafe method = c.explain_authorize.map { unsafe .explainAuthorize(ExplainAuthorizeRequest($0.pointee)) }
    case ORGKEY__V1__REQUEST__METHOD_LIST_ACCESSIBLE_ORGANIZATIONS: unsafe method = c.list_accessible_organizations.map { unsafe .listAccessibleOrganizations(ListAccessibleOrganizationsRequest($0.pointee)) }
    case ORGKEY__V1__REQUEST__METHOD_DELETE_KEY: unsafe method = c.delete_key.map { unsafe .deleteKey(DeleteKeyRequest($0.pointee)) }
    case ORGKEY__V1__REQUEST__METHOD_REVOKE_KEYS: unsafe method = c.revoke_keys.map { unsafe .revokeKeys(RevokeKeysRequest($0.pointee)) }
    case ORGKEY__V1__REQUEST__METHOD_IMPORT_KEYS: unsafe method = c.import_keys.map { unsafe .importKeys(ImportKeysRequest($0.pointee)) }
    case ORGKEY__V1__REQUEST__METHOD_PUT_ORGANIZATION: unsafe method = c.put_organization.map { unsafe .putOrganization(PutOrganizationRequest($0.pointee)) }
    case ORGKEY__V1__REQUEST__METHOD_MOVE_ORGANIZATION: unsafe method = c.move_organization.map { unsafe .moveOrganization(MoveOrganizationRequest($0.pointee)) }
    case ORGKEY__V1__REQUEST__METHOD_SUSPEND_ORGANIZATION: unsafe method = c.suspend_organization.map { unsafe .suspendOrganization(SuspendOrganizationRequest($0.pointee)) }
    case ORGKEY__V1__REQUEST__METHOD_DELETE_ORGANIZATION: unsafe method = c.delete_organization.map { unsafe .deleteOrganization(DeleteOrganizationRequest($0.pointee)) }
    case ORGKEY__V1__REQUEST__METHOD_LIST_ORGANIZATIONS: unsafe method = c.list_organizations.map { unsafe .listOrganizations(ListOrganizationsRequest($0.pointee)) }
    case ORGKEY__V1__REQUEST__METHOD_RESUME_ORGANIZATION: unsafe method = c.resume_organization.map { unsafe .resumeOrganization(ResumeOrganizationRequest($0.pointee)) }
    case ORGKEY__V1__REQUEST__METHOD_IMPORT_ORGANIZATIONS: unsafe method = c.import_organizations.map { unsafe .importOrganizations(ImportOrganizationsRequest($0.pointee)) }
    case ORGKEY__V1__REQUEST__METHOD_GET_ORGANIZATION: unsafe method = c.get_organization.map { unsafe .getOrganization(GetOrganizationRequest($0.pointee)) }
    case ORGKEY__V1__REQUEST__METHOD_LIST_AUDIT_EVENTS: unsafe method = c.list_audit_events.map { unsafe .listAuditEvents(ListAuditEventsRequest($0.pointee)) }
    case ORGKEY__V1__REQUEST__METHOD_HEALTH: unsafe method = c.health.map { unsafe .health(HealthRequest($0.pointee)) }
    case ORGKEY__V1__REQUEST__METHOD_GET_STATISTICS: unsafe method = c.get_statistics.map { unsafe .getStatistics(GetStatisticsRequest($0.pointee)) }
    case ORGKEY__V1__REQUEST__METHOD_BACKUP: unsafe method = c.backup.map { unsafe .backup(BackupRequest($0.pointee)) }
    case ORGKEY__V1__REQUEST__METHOD_GET_METRICS: unsafe method = c.get_metrics.map { unsafe .getMetrics(GetMetricsRequest($0.pointee)) }
    default: method = nil
    }
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__Request> {
    let c = unsafe arena.make(Orgkey__V1__Request.self, orgkey__v1__request__init)
    unsafe c.pointee.call_id = callID
    unsafe c.pointee.timeout_ms = timeoutMs
    unsafe c.pointee.caller = caller.map { unsafe $0.written(in: arena) }
    switch method {
    case nil: break
    case .authorize(let value):
      unsafe c.pointee.method_case = ORGKEY__V1__REQUEST__METHOD_AUTHORIZE
      unsafe c.pointee.authorize = value.written(in: arena)
    case .issueKey(let value):
      unsafe c.pointee.method_case = ORGKEY__V1__REQUEST__METHOD_ISSUE_KEY
      unsafe c.pointee.issue_key = value.written(in: arena)
    case .revokeKey(let value):
      unsafe c.pointee.method_case = ORGKEY__V1__REQUEST__METHOD_REVOKE_KEY
      unsafe c.pointee.revoke_key = value.written(in: arena)
    case .rotateKey(let value):
      unsafe c.pointee.method_case = ORGKEY__V1__REQUEST__METHOD_ROTATE_KEY
      unsafe c.pointee.rotate_key = value.written(in: arena)
    case .updateKey(let value):
      unsafe c.pointee.method_case = ORGKEY__V1__REQUEST__METHOD_UPDATE_KEY
      unsafe c.pointee.update_key = value.written(in: arena)
    case .getKey(let value):
      unsafe c.pointee.method_case = ORGKEY__V1__REQUEST__METHOD_GET_KEY
      unsafe c.pointee.get_key = value.written(in: arena)
    case .listKeys(let value):
      unsafe c.pointee.method_case = ORGKEY__V1__REQUEST__METHOD_LIST_KEYS
      unsafe c.pointee.list_keys = value.written(in: arena)
    case .getUsage(let value):
      unsafe c.pointee.method_case = ORGKEY__V1__REQUEST__METHOD_GET_USAGE
      unsafe c.pointee.get_usage = value.written(in: arena)
    case .identifyKey(let value):
      unsafe c.pointee.method_case = ORGKEY__V1__REQUEST__METHOD_IDENTIFY_KEY
      unsafe c.pointee.identify_key = value.written(in: arena)
    case .explainAuthorize(let value):
      unsafe c.pointee.method_case = ORGKEY__V1__REQUEST__METHOD_EXPLAIN_AUTHORIZE
      unsafe c.pointee.explain_authorize = value.written(in: arena)
    case .listAccessibleOrganizations(let value):
      unsafe c.pointee.method_case = ORGKEY__V1__REQUEST__METHOD_LIST_ACCESSIBLE_ORGANIZATIONS
      unsafe c.pointee.list_accessible_organizations = value.written(in: arena)
    case .deleteKey(let value):
      unsafe c.pointee.method_case = ORGKEY__V1__REQUEST__METHOD_DELETE_KEY
      unsafe c.pointee.delete_key = value.written(in: arena)
    case .revokeKeys(let value):
      unsafe c.pointee.method_case = ORGKEY__V1__REQUEST__METHOD_REVOKE_KEYS
      unsafe c.pointee.revoke_keys = value.written(in: arena)
    case .importKeys(let value):
      unsafe c.pointee.method_case = ORGKEY__V1__REQUEST__METHOD_IMPORT_KEYS
      unsafe c.pointee.import_keys = value.written(in: arena)
    case .putOrganization(let value):
      unsafe c.pointee.method_case = ORGKEY__V1__REQUEST__METHOD_PUT_ORGANIZATION
      unsafe c.pointee.put_organization = value.written(in: arena)
    case .moveOrganization(let value):
      unsafe c.pointee.method_case = ORGKEY__V1__REQUEST__METHOD_MOVE_ORGANIZATION
      unsafe c.pointee.move_organization = value.written(in: arena)
    case .suspendOrganization(let value):
      unsafe c.pointee.method_case = ORGKEY__V1__REQUEST__METHOD_SUSPEND_ORGANIZATION
      unsafe c.pointee.suspend_organization = value.written(in: arena)
    case .deleteOrganization(let value):
      unsafe c.pointee.method_case = ORGKEY__V1__REQUEST__METHOD_DELETE_ORGANIZATION
      unsafe c.pointee.delete_organization = value.written(in: arena)
    case .listOrganizations(let value):
      unsafe c.pointee.method_case = ORGKEY__V1__REQUEST__METHOD_LIST_ORGANIZATIONS
      unsafe c.pointee.list_organizations = value.written(in: arena)
    case .resumeOrganization(let value):
      unsafe c.pointee.method_case = ORGKEY__V1__REQUEST__METHOD_RESUME_ORGANIZATION
      unsafe c.pointee.resume_organization = value.written(in: arena)
    case .importOrganizations(let value):
      unsafe c.pointee.method_case = ORGKEY__V1__REQUEST__METHOD_IMPORT_ORGANIZATIONS
      unsafe c.pointee.import_organizations = value.written(in: arena)
    case .getOrganization(let value):
      unsafe c.pointee.method_case = ORGKEY__V1__REQUEST__METHOD_GET_ORGANIZATION
      unsafe c.pointee.get_organization = value.written(in: arena)
    case .listAuditEvents(let value):
      unsafe c.pointee.method_case = ORGKEY__V1__REQUEST__METHOD_LIST_AUDIT_EVENTS
      unsafe c.pointee.list_audit_events = value.written(in: arena)
    case .health(let value):
      unsafe c.pointee.method_case = ORGKEY__V1__REQUEST__METHOD_HEALTH
      unsafe c.pointee.health = value.written(in: arena)
    case .getStatistics(let value):
      unsafe c.pointee.method_case = ORGKEY__V1__REQUEST__METHOD_GET_STATISTICS
      unsafe c.pointee.get_statistics = value.written(in: arena)
    case .backup(let value):
      unsafe c.pointee.method_case = ORGKEY__V1__REQUEST__METHOD_BACKUP
      unsafe c.pointee.backup = value.written(in: arena)
    case .getMetrics(let value):
      unsafe c.pointee.method_case = ORGKEY__V1__REQUEST__METHOD_GET_METRICS
      unsafe c.pointee.get_metrics = value.written(in: arena)
    }
    return unsafe c
  }
}

package struct Response: Sendable, Equatable {
  /// The `result` that is set.
  package enum Result: Sendable, Equatable {
    case authorize(AuthorizeResponse)
    indirect case issueKey(IssueKeyResponse)
    indirect case revokeKey(RevokeKeyResponse)
    indirect case rotateKey(RotateKeyResponse)
    indirect case updateKey(UpdateKeyResponse)
    indirect case getKey(GetKeyResponse)
    indirect case listKeys(ListKeysResponse)
    indirect case getUsage(GetUsageResponse)
    indirect case identifyKey(IdentifyKeyResponse)
    indirect case explainAuthorize(ExplainAuthorizeResponse)
    indirect case listAccessibleOrganizations(ListAccessibleOrganizationsResponse)
    indirect case deleteKey(DeleteKeyResponse)
    indirect case revokeKeys(RevokeKeysResponse)
    indirect case importKeys(ImportKeysResponse)
    indirect case putOrganization(PutOrganizationResponse)
    indirect case moveOrganization(MoveOrganizationResponse)
    indirect case suspendOrganization(SuspendOrganizationResponse)
    indirect case deleteOrganization(DeleteOrganizationResponse)
    indirect case listOrganizations(ListOrganizationsResponse)
    indirect case resumeOrganization(ResumeOrganizationResponse)
    indirect case importOrganizations(ImportOrganizationsResponse)
    indirect case getOrganization(GetOrganizationResponse)
    indirect case listAuditEvents(ListAuditEventsResponse)
    indirect case health(HealthResponse)
    indirect case getStatistics(GetStatisticsResponse)
    indirect case backup(BackupResponse)
    indirect case getMetrics(GetMetricsResponse)
  }
  package var callID: UInt64
  /// absent: OK
  package var status: Status?
  package var result: Result?

  package init(callID: UInt64 = 0, status: Status? = nil, result: Result? = nil) {
    self.callID = callID
    self.status = status
    self.result = result
  }
}

extension Response {
  init(_ c: Orgkey__V1__Response) {
    unsafe callID = c.call_id
    unsafe status = c.status.map { unsafe Status($0.pointee) }
    switch unsafe c.result_case {
    case ORGKEY__V1__RESPONSE__RESULT_AUTHORIZE: unsafe result = c.authorize.map { unsafe .authorize(AuthorizeResponse($0.pointee)) }
    case ORGKEY__V1__RESPONSE__RESULT_ISSUE_KEY: unsafe result = c.issue_key.map { unsafe .issueKey(IssueKeyResponse($0.pointee)) }
    case ORGKEY__V1__RESPONSE__RESULT_REVOKE_KEY: unsafe result = c.revoke_key.map { unsafe .revokeKey(RevokeKeyResponse($0.pointee)) }
    case ORGKEY__V1__RESPONSE__RESULT_ROTATE_KEY: unsafe result = c.rotate_key.map { unsafe .rotateKey(RotateKeyResponse($0.pointee)) }
    case ORGKEY__V1__RESPONSE__RESULT_UPDATE_KEY: unsafe result = c.update_key.map { unsafe .updateKey(UpdateKeyResponse($0.pointee)) }
    case ORGKEY__V1__RESPONSE__RESULT_GET_KEY: unsafe result = c.get_key.map { unsafe .getKey(GetKeyResponse($0.pointee)) }
    case ORGKEY__V1__RESPONSE__RESULT_LIST_KEYS: unsafe result = c.list_keys.map { unsafe .listKeys(ListKeysResponse($0.pointee)) }
    case ORGKEY__V1__RESPONSE__RESULT_GET_USAGE: unsafe result = c.get_usage.map { unsafe .getUsage(GetUsageResponse($0.pointee)) }
    case ORGKEY__V1__RESPONSE__RESULT_IDENTIFY_KEY: unsafe result = c.identify_key.map { unsafe .identifyKey(IdentifyKeyResponse($0.pointee)) }
    case ORGKEY__V1__RESPONSE__RESULT_EXPLAIN_AUTHORIZE: unsafe result = c.explain_authorize.map { unsafe .explainAuthorize(ExplainAuthorizeResponse($0.pointee)) }
    case ORGKEY__V1__RESPONSE__RESULT_LIST_ACCESSIBLE_ORGANIZATIONS: unsafe result = c.list_accessible_organizations.map { unsafe .listAccessibleOrganizations(ListAccessibleOrganizationsResponse($0.pointee)) }
    case ORGKEY__V1__RESPONSE__RESULT_DELETE_KEY: unsafe result = c.delete_key.map { unsafe .deleteKey(DeleteKeyResponse($0.pointee)) }
    case ORGKEY__V1__RESPONSE__RESULT_REVOKE_KEYS: unsafe result = c.revoke_keys.map { unsafe .revokeKeys(RevokeKeysResponse($0.pointee)) }
    case ORGKEY__V1__RESPONSE__RESULT_IMPORT_KEYS: unsafe result = c.import_keys.map { unsafe .importKeys(ImportKeysResponse($0.pointee)) }
    case ORGKEY__V1__RESPONSE__RESULT_PUT_ORGANIZATION: unsafe result = c.put_organization.map { unsafe .putOrganization(PutOrganizationResponse($0.pointee)) }
    case ORGKEY__V1__RESPONSE__RESULT_MOVE_ORGANIZATION: unsafe result = c.move_organization.map { unsafe .moveOrganization(MoveOrganizationResponse($0.pointee)) }
    case ORGKEY__V1__RESPONSE__RESULT_SUSPEND_ORGANIZATION: unsafe result = c.suspend_organization.map { unsafe .suspendOrganization(SuspendOrganizationResponse($0.pointee)) }
    case ORGKEY__V1__RESPONSE__RESULT_DELETE_ORGANIZATION: unsafe result = c.delete_organization.map { unsafe .deleteOrganization(DeleteOrganizationResponse($0.pointee)) }
    case ORGKEY__V1__RESPONSE__RESULT_LIST_ORGANIZATIONS: unsafe result = c.list_organizations.map { unsafe .listOrganizations(ListOrganizationsResponse($0.pointee)) }
    case ORGKEY__V1__RESPONSE__RESULT_RESUME_ORGANIZATION: unsafe result = c.resume_organization.map { unsafe .resumeOrganization(ResumeOrganizationResponse($0.pointee)) }
    case ORGKEY__V1__RESPONSE__RESULT_IMPORT_ORGANIZATIONS: unsafe result = c.import_organizations.map { unsafe .importOrganizations(ImportOrganizationsResponse($0.pointee)) }
    case ORGKEY__V1__RESPONSE__RESULT_GET_ORGANIZATION: unsafe result = c.get_organization.map { unsafe .getOrganization(GetOrganizationResponse($0.pointee)) }
    case ORGKEY__V1__RESPONSE__RESULT_LIST_AUDIT_EVENTS: unsafe result = c.list_audit_events.map { unsafe .listAuditEvents(ListAuditEventsResponse($0.pointee)) }
    case ORGKEY__V1__RESPONSE__RESULT_HEALTH: unsafe result = c.health.map { unsafe .health(HealthResponse($0.pointee)) }
    case ORGKEY__V1__RESPONSE__RESULT_GET_STATISTICS: unsafe result = c.get_statistics.map { unsafe .getStatistics(GetStatisticsResponse($0.pointee)) }
    case ORGKEY__V1__RESPONSE__RESULT_BACKUP: unsafe result = c.backup.map { unsafe .backup(BackupResponse($0.pointee)) }
    case ORGKEY__V1__RESPONSE__RESULT_GET_METRICS: unsafe result = c.get_metrics.map { unsafe .getMetrics(GetMetricsResponse($0.pointee)) }
    default: result = nil
    }
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__Response> {
    let c = unsafe arena.make(Orgkey__V1__Response.self, orgkey__v1__response__init)
    unsafe c.pointee.call_id = callID
    unsafe c.pointee.status = status.map { unsafe $0.written(in: arena) }
    switch result {
    case nil: break
    case .authorize(let value):
      unsafe c.pointee.result_case = ORGKEY__V1__RESPONSE__RESULT_AUTHORIZE
      unsafe c.pointee.authorize = value.written(in: arena)
    case .issueKey(let value):
      unsafe c.pointee.result_case = ORGKEY__V1__RESPONSE__RESULT_ISSUE_KEY
      unsafe c.pointee.issue_key = value.written(in: arena)
    case .revokeKey(let value):
      unsafe c.pointee.result_case = ORGKEY__V1__RESPONSE__RESULT_REVOKE_KEY
      unsafe c.pointee.revoke_key = value.written(in: arena)
    case .rotateKey(let value):
      unsafe c.pointee.result_case = ORGKEY__V1__RESPONSE__RESULT_ROTATE_KEY
      unsafe c.pointee.rotate_key = value.written(in: arena)
    case .updateKey(let value):
      unsafe c.pointee.result_case = ORGKEY__V1__RESPONSE__RESULT_UPDATE_KEY
      unsafe c.pointee.update_key = value.written(in: arena)
    case .getKey(let value):
      unsafe c.pointee.result_case = ORGKEY__V1__RESPONSE__RESULT_GET_KEY
      unsafe c.pointee.get_key = value.written(in: arena)
    case .listKeys(let value):
      unsafe c.pointee.result_case = ORGKEY__V1__RESPONSE__RESULT_LIST_KEYS
      unsafe c.pointee.list_keys = value.written(in: arena)
    case .getUsage(let value):
      unsafe c.pointee.result_case = ORGKEY__V1__RESPONSE__RESULT_GET_USAGE
      unsafe c.pointee.get_usage = value.written(in: arena)
    case .identifyKey(let value):
      unsafe c.pointee.result_case = ORGKEY__V1__RESPONSE__RESULT_IDENTIFY_KEY
      unsafe c.pointee.identify_key = value.written(in: arena)
    case .explainAuthorize(let value):
      unsafe c.pointee.result_case = ORGKEY__V1__RESPONSE__RESULT_EXPLAIN_AUTHORIZE
      unsafe c.pointee.explain_authorize = value.written(in: arena)
    case .listAccessibleOrganizations(let value):
      unsafe c.pointee.result_case = ORGKEY__V1__RESPONSE__RESULT_LIST_ACCESSIBLE_ORGANIZATIONS
      unsafe c.pointee.list_accessible_organizations = value.written(in: arena)
    case .deleteKey(let value):
      unsafe c.pointee.result_case = ORGKEY__V1__RESPONSE__RESULT_DELETE_KEY
      unsafe c.pointee.delete_key = value.written(in: arena)
    case .revokeKeys(let value):
      unsafe c.pointee.result_case = ORGKEY__V1__RESPONSE__RESULT_REVOKE_KEYS
      unsafe c.pointee.revoke_keys = value.written(in: arena)
    case .importKeys(let value):
      unsafe c.pointee.result_case = ORGKEY__V1__RESPONSE__RESULT_IMPORT_KEYS
      unsafe c.pointee.import_keys = value.written(in: arena)
    case .putOrganization(let value):
      unsafe c.pointee.result_case = ORGKEY__V1__RESPONSE__RESULT_PUT_ORGANIZATION
      unsafe c.pointee.put_organization = value.written(in: arena)
    case .moveOrganization(let value):
      unsafe c.pointee.result_case = ORGKEY__V1__RESPONSE__RESULT_MOVE_ORGANIZATION
      unsafe c.pointee.move_organization = value.written(in: arena)
    case .suspendOrganization(let value):
      unsafe c.pointee.result_case = ORGKEY__V1__RESPONSE__RESULT_SUSPEND_ORGANIZATION
      unsafe c.pointee.suspend_organization = value.written(in: arena)
    case .deleteOrganization(let value):
      unsafe c.pointee.result_case = ORGKEY__V1__RESPONSE__RESULT_DELETE_ORGANIZATION
      unsafe c.pointee.delete_organization = value.written(in: arena)
    case .listOrganizations(let value):
      unsafe c.pointee.result_case = ORGKEY__V1__RESPONSE__RESULT_LIST_ORGANIZATIONS
      unsafe c.pointee.list_organizations = value.written(in: arena)
    case .resumeOrganization(let value):
      unsafe c.pointee.result_case = ORGKEY__V1__RESPONSE__RESULT_RESUME_ORGANIZATION
      unsafe c.pointee.resume_organization = value.written(in: arena)
    case .importOrganizations(let value):
      unsafe c.pointee.result_case = ORGKEY__V1__RESPONSE__RESULT_IMPORT_ORGANIZATIONS
      unsafe c.pointee.import_organizations = value.written(in: arena)
    case .getOrganization(let value):
      unsafe c.pointee.result_case = ORGKEY__V1__RESPONSE__RESULT_GET_ORGANIZATION
      unsafe c.pointee.get_organization = value.written(in: arena)
    case .listAuditEvents(let value):
      unsafe c.pointee.result_case = ORGKEY__V1__RESPONSE__RESULT_LIST_AUDIT_EVENTS
      unsafe c.pointee.list_audit_events = value.written(in: arena)
    case .health(let value):
      unsafe c.pointee.result_case = ORGKEY__V1__RESPONSE__RESULT_HEALTH
      unsafe c.pointee.health = value.written(in: arena)
    case .getStatistics(let value):
      unsafe c.pointee.result_case = ORGKEY__V1__RESPONSE__RESULT_GET_STATISTICS
      unsafe c.pointee.get_statistics = value.written(in: arena)
    case .backup(let value):
      unsafe c.pointee.result_case = ORGKEY__V1__RESPONSE__RESULT_BACKUP
      unsafe c.pointee.backup = value.written(in: arena)
    case .getMetrics(let value):
      unsafe c.pointee.result_case = ORGKEY__V1__RESPONSE__RESULT_GET_METRICS
      unsafe c.pointee.get_metrics = value.written(in: arena)
    }
    return unsafe c
  }
}

package struct Status: Sendable, Equatable {
  package var code: Code
  /// one sentence for a person; never holds a secret
  package var message: String
  /// for CODE_INVALID_ARGUMENT: the field at fault
  package var field: String
  /// for CODE_ALREADY_EXISTS: the key that exists
  package var keyID: String
  /// and which of its secrets, for RotateKey
  package var secretVersion: UInt32

  package init(code: Code = .ok, message: String = "", field: String = "", keyID: String = "", secretVersion: UInt32 = 0) {
    self.code = code
    self.message = message
    self.field = field
    self.keyID = keyID
    self.secretVersion = secretVersion
  }
}

extension Status {
  init(_ c: Orgkey__V1__Status) {
    unsafe code = Code(number: c.code.rawValue)
    unsafe message = Read.text(c.message)
    unsafe field = Read.text(c.field)
    unsafe keyID = Read.text(c.key_id)
    unsafe secretVersion = c.secret_version
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__Status> {
    let c = unsafe arena.make(Orgkey__V1__Status.self, orgkey__v1__status__init)
    unsafe c.pointee.code = CCode(rawValue: code.rawValue)
    unsafe c.pointee.message = arena.text(message)
    unsafe c.pointee.field = arena.text(field)
    unsafe c.pointee.key_id = arena.text(keyID)
    unsafe c.pointee.secret_version = secretVersion
    return unsafe c
  }
}

/// A call may be made for somebody else; a delegate's must be. The actor goes into
/// the audit trail. With acting_organization_id set, the call can see and change
/// only that organization and its descendants: an organization outside is refused
/// with CODE_PERMISSION_DENIED whether or not it exists, and a key outside is
/// CODE_NOT_FOUND, worded as for a key that does not exist. The acting organization
/// itself can't be suspended, resumed, moved or deleted by such a call, no root can be
/// made, and while it is suspended nothing below it can be changed
/// (CODE_FAILED_PRECONDITION). Identifiers being the application's own and unique,
/// PutOrganization alone can tell that one is taken elsewhere.
/// Not for Authorize, IdentifyKey, ListAccessibleOrganizations and Health
/// (CODE_INVALID_ARGUMENT); GetStatistics, GetMetrics, Backup, ImportKeys and
/// ImportOrganizations are refused when acting.
package struct Caller: Sendable, Equatable {
  /// free text: "ana@acme.example"; at most 200 bytes
  package var actor: String
  package var actingOrganizationID: String
  /// When acting: a key can be issued, rotated, enabled or changed only if all that
  /// it is, or would be, granted is covered by these. Empty: no grants at all.
  package var grantablePermissions: [String]
  /// When acting: the highest limit a key may be given, and the one it gets if none
  /// is asked for. Absent: limits can't be set or changed.
  package var maxRateLimit: RateLimit?

  package init(actor: String = "", actingOrganizationID: String = "", grantablePermissions: [String] = [], maxRateLimit: RateLimit? = nil) {
    self.actor = actor
    self.actingOrganizationID = actingOrganizationID
    self.grantablePermissions = grantablePermissions
    self.maxRateLimit = maxRateLimit
  }
}

extension Caller {
  init(_ c: Orgkey__V1__Caller) {
    unsafe actor = Read.text(c.actor)
    unsafe actingOrganizationID = Read.text(c.acting_organization_id)
    unsafe grantablePermissions = Read.texts(c.n_grantable_permissions, c.grantable_permissions)
    unsafe maxRateLimit = c.max_rate_limit.map { unsafe RateLimit($0.pointee) }
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__Caller> {
    let c = unsafe arena.make(Orgkey__V1__Caller.self, orgkey__v1__caller__init)
    unsafe c.pointee.actor = arena.text(actor)
    unsafe c.pointee.acting_organization_id = arena.text(actingOrganizationID)
    unsafe (c.pointee.n_grantable_permissions, c.pointee.grantable_permissions) = arena.texts(grantablePermissions)
    unsafe c.pointee.max_rate_limit = maxRateLimit.map { unsafe $0.written(in: arena) }
    return unsafe c
  }
}

package struct AuthorizeRequest: Sendable, Equatable {
  /// as it arrived in X-API-Key; empty: missing
  package var apiKey: SecretText
  /// empty: the key's own organization
  package var organizationID: String
  /// required, for example "contacts:read"
  package var permission: String
  /// empty: the one the daemon requires, else any
  package var environment: String

  package init(apiKey: SecretText = .empty, organizationID: String = "", permission: String = "", environment: String = "") {
    self.apiKey = apiKey
    self.organizationID = organizationID
    self.permission = permission
    self.environment = environment
  }
}

extension AuthorizeRequest {
  init(_ c: Orgkey__V1__AuthorizeRequest) {
    unsafe apiKey = SecretText(c.api_key)
    unsafe organizationID = Read.text(c.organization_id)
    unsafe permission = Read.text(c.permission)
    unsafe environment = Read.text(c.environment)
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__AuthorizeRequest> {
    let c = unsafe arena.make(Orgkey__V1__AuthorizeRequest.self, orgkey__v1__authorize_request__init)
    unsafe c.pointee.api_key = apiKey.pointer
    unsafe c.pointee.organization_id = arena.text(organizationID)
    unsafe c.pointee.permission = arena.text(permission)
    unsafe c.pointee.environment = arena.text(environment)
    return unsafe c
  }
}

package struct AuthorizeResponse: Sendable, Equatable {
  package var decision: Decision
  package var reason: Reason
  /// set whenever the key is known
  package var keyID: String
  /// the key's own: everything below it is in reach
  package var organizationID: String
  package var environment: String
  /// set when the key has a limit
  package var rateLimit: RateLimitState?
  /// which of the key's secrets was presented
  package var secretVersion: UInt32
  /// The organization that was checked. Query with this, never with the text of
  /// the request: when the request named none, this is the key's own.
  package var authorizedOrganizationID: String

  package init(decision: Decision = .unspecified, reason: Reason = .unspecified, keyID: String = "", organizationID: String = "", environment: String = "", rateLimit: RateLimitState? = nil, secretVersion: UInt32 = 0, authorizedOrganizationID: String = "") {
    self.decision = decision
    self.reason = reason
    self.keyID = keyID
    self.organizationID = organizationID
    self.environment = environment
    self.rateLimit = rateLimit
    self.secretVersion = secretVersion
    self.authorizedOrganizationID = authorizedOrganizationID
  }
}

extension AuthorizeResponse {
  init(_ c: Orgkey__V1__AuthorizeResponse) {
    unsafe decision = Decision(number: c.decision.rawValue)
    unsafe reason = Reason(number: c.reason.rawValue)
    unsafe keyID = Read.text(c.key_id)
    unsafe organizationID = Read.text(c.organization_id)
    unsafe environment = Read.text(c.environment)
    unsafe rateLimit = c.rate_limit.map { unsafe RateLimitState($0.pointee) }
    unsafe secretVersion = c.secret_version
    unsafe authorizedOrganizationID = Read.text(c.authorized_organization_id)
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__AuthorizeResponse> {
    let c = unsafe arena.make(Orgkey__V1__AuthorizeResponse.self, orgkey__v1__authorize_response__init)
    unsafe c.pointee.decision = CDecision(rawValue: decision.rawValue)
    unsafe c.pointee.reason = CReason(rawValue: reason.rawValue)
    unsafe c.pointee.key_id = arena.text(keyID)
    unsafe c.pointee.organization_id = arena.text(organizationID)
    unsafe c.pointee.environment = arena.text(environment)
    unsafe c.pointee.rate_limit = rateLimit.map { unsafe $0.written(in: arena) }
    unsafe c.pointee.secret_version = secretVersion
    unsafe c.pointee.authorized_organization_id = arena.text(authorizedOrganizationID)
    return unsafe c
  }
}

package struct RateLimitState: Sendable, Equatable {
  /// requests allowed in a window
  package var limit: UInt32
  package var remaining: UInt32
  /// when the window ends
  package var resetAtUnixS: Int64

  package init(limit: UInt32 = 0, remaining: UInt32 = 0, resetAtUnixS: Int64 = 0) {
    self.limit = limit
    self.remaining = remaining
    self.resetAtUnixS = resetAtUnixS
  }
}

extension RateLimitState {
  init(_ c: Orgkey__V1__RateLimitState) {
    unsafe limit = c.limit
    unsafe remaining = c.remaining
    unsafe resetAtUnixS = c.reset_at_unix_s
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__RateLimitState> {
    let c = unsafe arena.make(Orgkey__V1__RateLimitState.self, orgkey__v1__rate_limit_state__init)
    unsafe c.pointee.limit = limit
    unsafe c.pointee.remaining = remaining
    unsafe c.pointee.reset_at_unix_s = resetAtUnixS
    return unsafe c
  }
}

/// Says whose key this is without asking for a permission; does not count as use.
package struct IdentifyKeyRequest: Sendable, Equatable {
  package var apiKey: SecretText
  package var environment: String

  package init(apiKey: SecretText = .empty, environment: String = "") {
    self.apiKey = apiKey
    self.environment = environment
  }
}

extension IdentifyKeyRequest {
  init(_ c: Orgkey__V1__IdentifyKeyRequest) {
    unsafe apiKey = SecretText(c.api_key)
    unsafe environment = Read.text(c.environment)
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__IdentifyKeyRequest> {
    let c = unsafe arena.make(Orgkey__V1__IdentifyKeyRequest.self, orgkey__v1__identify_key_request__init)
    unsafe c.pointee.api_key = apiKey.pointer
    unsafe c.pointee.environment = arena.text(environment)
    return unsafe c
  }
}

package struct IdentifyKeyResponse: Sendable, Equatable {
  package var decision: Decision
  package var reason: Reason
  /// only when the key is good
  package var key: Key?

  package init(decision: Decision = .unspecified, reason: Reason = .unspecified, key: Key? = nil) {
    self.decision = decision
    self.reason = reason
    self.key = key
  }
}

extension IdentifyKeyResponse {
  init(_ c: Orgkey__V1__IdentifyKeyResponse) {
    unsafe decision = Decision(number: c.decision.rawValue)
    unsafe reason = Reason(number: c.reason.rawValue)
    unsafe key = c.key.map { unsafe Key($0.pointee) }
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__IdentifyKeyResponse> {
    let c = unsafe arena.make(Orgkey__V1__IdentifyKeyResponse.self, orgkey__v1__identify_key_response__init)
    unsafe c.pointee.decision = CDecision(rawValue: decision.rawValue)
    unsafe c.pointee.reason = CReason(rawValue: reason.rawValue)
    unsafe c.pointee.key = key.map { unsafe $0.written(in: arena) }
    return unsafe c
  }
}

/// The organizations a key reaches: its own and all below, parents before children,
/// suspended subtrees left out. For a service that must answer "across everything I
/// may see". Does not count as use.
package struct ListAccessibleOrganizationsRequest: Sendable, Equatable {
  package var apiKey: SecretText
  /// 0: 1000; at most 5000
  package var pageSize: UInt32
  package var pageToken: String
  package var environment: String

  package init(apiKey: SecretText = .empty, pageSize: UInt32 = 0, pageToken: String = "", environment: String = "") {
    self.apiKey = apiKey
    self.pageSize = pageSize
    self.pageToken = pageToken
    self.environment = environment
  }
}

extension ListAccessibleOrganizationsRequest {
  init(_ c: Orgkey__V1__ListAccessibleOrganizationsRequest) {
    unsafe apiKey = SecretText(c.api_key)
    unsafe pageSize = c.page_size
    unsafe pageToken = Read.text(c.page_token)
    unsafe environment = Read.text(c.environment)
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__ListAccessibleOrganizationsRequest> {
    let c = unsafe arena.make(Orgkey__V1__ListAccessibleOrganizationsRequest.self, orgkey__v1__list_accessible_organizations_request__init)
    unsafe c.pointee.api_key = apiKey.pointer
    unsafe c.pointee.page_size = pageSize
    unsafe c.pointee.page_token = arena.text(pageToken)
    unsafe c.pointee.environment = arena.text(environment)
    return unsafe c
  }
}

package struct ListAccessibleOrganizationsResponse: Sendable, Equatable {
  package var decision: Decision
  package var reason: Reason
  package var organizationIDs: [String]
  package var nextPageToken: String

  package init(decision: Decision = .unspecified, reason: Reason = .unspecified, organizationIDs: [String] = [], nextPageToken: String = "") {
    self.decision = decision
    self.reason = reason
    self.organizationIDs = organizationIDs
    self.nextPageToken = nextPageToken
  }
}

extension ListAccessibleOrganizationsResponse {
  init(_ c: Orgkey__V1__ListAccessibleOrganizationsResponse) {
    unsafe decision = Decision(number: c.decision.rawValue)
    unsafe reason = Reason(number: c.reason.rawValue)
    unsafe organizationIDs = Read.texts(c.n_organization_ids, c.organization_ids)
    unsafe nextPageToken = Read.text(c.next_page_token)
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__ListAccessibleOrganizationsResponse> {
    let c = unsafe arena.make(Orgkey__V1__ListAccessibleOrganizationsResponse.self, orgkey__v1__list_accessible_organizations_response__init)
    unsafe c.pointee.decision = CDecision(rawValue: decision.rawValue)
    unsafe c.pointee.reason = CReason(rawValue: reason.rawValue)
    unsafe (c.pointee.n_organization_ids, c.pointee.organization_ids) = arena.texts(organizationIDs)
    unsafe c.pointee.next_page_token = arena.text(nextPageToken)
    return unsafe c
  }
}

/// What Authorize would answer, and why, by the key's text or by its id (support has
/// no secrets). Counts nothing.
package struct ExplainAuthorizeRequest: Sendable, Equatable {
  package var apiKey: SecretText
  package var organizationID: String
  package var permission: String
  package var environment: String
  /// instead of api_key
  package var keyID: String
  /// with key_id; 0: the newest
  package var secretVersion: UInt32

  package init(apiKey: SecretText = .empty, organizationID: String = "", permission: String = "", environment: String = "", keyID: String = "", secretVersion: UInt32 = 0) {
    self.apiKey = apiKey
    self.organizationID = organizationID
    self.permission = permission
    self.environment = environment
    self.keyID = keyID
    self.secretVersion = secretVersion
  }
}

extension ExplainAuthorizeRequest {
  init(_ c: Orgkey__V1__ExplainAuthorizeRequest) {
    unsafe apiKey = SecretText(c.api_key)
    unsafe organizationID = Read.text(c.organization_id)
    unsafe permission = Read.text(c.permission)
    unsafe environment = Read.text(c.environment)
    unsafe keyID = Read.text(c.key_id)
    unsafe secretVersion = c.secret_version
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__ExplainAuthorizeRequest> {
    let c = unsafe arena.make(Orgkey__V1__ExplainAuthorizeRequest.self, orgkey__v1__explain_authorize_request__init)
    unsafe c.pointee.api_key = apiKey.pointer
    unsafe c.pointee.organization_id = arena.text(organizationID)
    unsafe c.pointee.permission = arena.text(permission)
    unsafe c.pointee.environment = arena.text(environment)
    unsafe c.pointee.key_id = arena.text(keyID)
    unsafe c.pointee.secret_version = secretVersion
    return unsafe c
  }
}

package struct ExplainAuthorizeResponse: Sendable, Equatable {
  package var outcome: AuthorizeResponse?
  /// each rule in the order applied
  package var steps: [ExplainAuthorizeResponseStep]

  package init(outcome: AuthorizeResponse? = nil, steps: [ExplainAuthorizeResponseStep] = []) {
    self.outcome = outcome
    self.steps = steps
  }
}

extension ExplainAuthorizeResponse {
  init(_ c: Orgkey__V1__ExplainAuthorizeResponse) {
    unsafe outcome = c.outcome.map { unsafe AuthorizeResponse($0.pointee) }
    unsafe steps = Read.messages(c.n_steps, c.steps) { unsafe ExplainAuthorizeResponseStep($0) }
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__ExplainAuthorizeResponse> {
    let c = unsafe arena.make(Orgkey__V1__ExplainAuthorizeResponse.self, orgkey__v1__explain_authorize_response__init)
    unsafe c.pointee.outcome = outcome.map { unsafe $0.written(in: arena) }
    unsafe (c.pointee.n_steps, c.pointee.steps) = arena.list(steps.map { unsafe Optional($0.written(in: arena)) })
    return unsafe c
  }
}

package struct ExplainAuthorizeResponseStep: Sendable, Equatable {
  /// "key", "environment", "rate limit", "organization", "permission"
  package var rule: String
  package var passed: Bool
  /// "revoked 2h ago by uid 0: leaked in a public repository"
  package var found: String

  package init(rule: String = "", passed: Bool = false, found: String = "") {
    self.rule = rule
    self.passed = passed
    self.found = found
  }
}

extension ExplainAuthorizeResponseStep {
  init(_ c: Orgkey__V1__ExplainAuthorizeResponse__Step) {
    unsafe rule = Read.text(c.rule)
    unsafe passed = c.passed != 0
    unsafe found = Read.text(c.found)
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__ExplainAuthorizeResponse__Step> {
    let c = unsafe arena.make(Orgkey__V1__ExplainAuthorizeResponse__Step.self, orgkey__v1__explain_authorize_response__step__init)
    unsafe c.pointee.rule = arena.text(rule)
    unsafe c.pointee.passed = passed ? 1 : 0
    unsafe c.pointee.found = arena.text(found)
    return unsafe c
  }
}

package struct Key: Sendable, Equatable {
  /// public handle: "key_…"; safe to log
  package var keyID: String
  package var organizationID: String
  /// "Production CRM sync"
  package var name: String
  /// "live", "test", …
  package var environment: String
  /// "contacts:read", "contacts:*", "*"
  package var permissions: [String]
  package var state: KeyState
  package var createdAtUnixMs: Int64
  /// 0: never
  package var expiresAtUnixMs: Int64
  /// 0: not revoked
  package var revokedAtUnixMs: Int64
  /// at most 500 bytes
  package var revokedReason: String
  /// absent: unlimited
  package var rateLimit: RateLimit?
  /// live ones, newest first: at most two
  package var secrets: [Secret]
  package var allowedCount: UInt64
  package var deniedCount: UInt64
  /// last allowed request; 0: never
  package var lastUsedAtUnixMs: Int64
  package var createdBy: String
  /// 0: never
  package var lastDeniedAtUnixMs: Int64
  package var lastDeniedReason: Reason
  /// also told when expired or revoked
  package var disabled: Bool
  package var labels: [Label]

  package init(keyID: String = "", organizationID: String = "", name: String = "", environment: String = "", permissions: [String] = [], state: KeyState = .unspecified, createdAtUnixMs: Int64 = 0, expiresAtUnixMs: Int64 = 0, revokedAtUnixMs: Int64 = 0, revokedReason: String = "", rateLimit: RateLimit? = nil, secrets: [Secret] = [], allowedCount: UInt64 = 0, deniedCount: UInt64 = 0, lastUsedAtUnixMs: Int64 = 0, createdBy: String = "", lastDeniedAtUnixMs: Int64 = 0, lastDeniedReason: Reason = .unspecified, disabled: Bool = false, labels: [Label] = []) {
    self.keyID = keyID
    self.organizationID = organizationID
    self.name = name
    self.environment = environment
    self.permissions = permissions
    self.state = state
    self.createdAtUnixMs = createdAtUnixMs
    self.expiresAtUnixMs = expiresAtUnixMs
    self.revokedAtUnixMs = revokedAtUnixMs
    self.revokedReason = revokedReason
    self.rateLimit = rateLimit
    self.secrets = secrets
    self.allowedCount = allowedCount
    self.deniedCount = deniedCount
    self.lastUsedAtUnixMs = lastUsedAtUnixMs
    self.createdBy = createdBy
    self.lastDeniedAtUnixMs = lastDeniedAtUnixMs
    self.lastDeniedReason = lastDeniedReason
    self.disabled = disabled
    self.labels = labels
  }
}

extension Key {
  init(_ c: Orgkey__V1__Key) {
    unsafe keyID = Read.text(c.key_id)
    unsafe organizationID = Read.text(c.organization_id)
    unsafe name = Read.text(c.name)
    unsafe environment = Read.text(c.environment)
    unsafe permissions = Read.texts(c.n_permissions, c.permissions)
    unsafe state = KeyState(number: c.state.rawValue)
    unsafe createdAtUnixMs = c.created_at_unix_ms
    unsafe expiresAtUnixMs = c.expires_at_unix_ms
    unsafe revokedAtUnixMs = c.revoked_at_unix_ms
    unsafe revokedReason = Read.text(c.revoked_reason)
    unsafe rateLimit = c.rate_limit.map { unsafe RateLimit($0.pointee) }
    unsafe secrets = Read.messages(c.n_secrets, c.secrets) { unsafe Secret($0) }
    unsafe allowedCount = c.allowed_count
    unsafe deniedCount = c.denied_count
    unsafe lastUsedAtUnixMs = c.last_used_at_unix_ms
    unsafe createdBy = Read.text(c.created_by)
    unsafe lastDeniedAtUnixMs = c.last_denied_at_unix_ms
    unsafe lastDeniedReason = Reason(number: c.last_denied_reason.rawValue)
    unsafe disabled = c.disabled != 0
    unsafe labels = Read.messages(c.n_labels, c.labels) { unsafe Label($0) }
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__Key> {
    let c = unsafe arena.make(Orgkey__V1__Key.self, orgkey__v1__key__init)
    unsafe c.pointee.key_id = arena.text(keyID)
    unsafe c.pointee.organization_id = arena.text(organizationID)
    unsafe c.pointee.name = arena.text(name)
    unsafe c.pointee.environment = arena.text(environment)
    unsafe (c.pointee.n_permissions, c.pointee.permissions) = arena.texts(permissions)
    unsafe c.pointee.state = CKeyState(rawValue: state.rawValue)
    unsafe c.pointee.created_at_unix_ms = createdAtUnixMs
    unsafe c.pointee.expires_at_unix_ms = expiresAtUnixMs
    unsafe c.pointee.revoked_at_unix_ms = revokedAtUnixMs
    unsafe c.pointee.revoked_reason = arena.text(revokedReason)
    unsafe c.pointee.rate_limit = rateLimit.map { unsafe $0.written(in: arena) }
    unsafe (c.pointee.n_secrets, c.pointee.secrets) = arena.list(secrets.map { unsafe Optional($0.written(in: arena)) })
    unsafe c.pointee.allowed_count = allowedCount
    unsafe c.pointee.denied_count = deniedCount
    unsafe c.pointee.last_used_at_unix_ms = lastUsedAtUnixMs
    unsafe c.pointee.created_by = arena.text(createdBy)
    unsafe c.pointee.last_denied_at_unix_ms = lastDeniedAtUnixMs
    unsafe c.pointee.last_denied_reason = CReason(rawValue: lastDeniedReason.rawValue)
    unsafe c.pointee.disabled = disabled ? 1 : 0
    unsafe (c.pointee.n_labels, c.pointee.labels) = arena.list(labels.map { unsafe Optional($0.written(in: arena)) })
    return unsafe c
  }
}

/// What an application wants to remember with a key: at most 16, names of 64 bytes,
/// values of 256. Kept off the authorizing path.
package struct Label: Sendable, Equatable {
  package var name: String
  package var value: String

  package init(name: String = "", value: String = "") {
    self.name = name
    self.value = value
  }
}

extension Label {
  init(_ c: Orgkey__V1__Label) {
    unsafe name = Read.text(c.name)
    unsafe value = Read.text(c.value)
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__Label> {
    let c = unsafe arena.make(Orgkey__V1__Label.self, orgkey__v1__label__init)
    unsafe c.pointee.name = arena.text(name)
    unsafe c.pointee.value = arena.text(value)
    return unsafe c
  }
}

/// One secret of a key: what the holder presents. Only its digest is kept.
package struct Secret: Sendable, Equatable {
  /// 1, then one more at each rotation
  package var version: UInt32
  /// "pc_live_…3fA9"
  package var hint: String
  package var createdAtUnixMs: Int64
  /// 0: stays until the key ends
  package var retiresAtUnixMs: Int64
  package var allowedCount: UInt64
  package var lastUsedAtUnixMs: Int64

  package init(version: UInt32 = 0, hint: String = "", createdAtUnixMs: Int64 = 0, retiresAtUnixMs: Int64 = 0, allowedCount: UInt64 = 0, lastUsedAtUnixMs: Int64 = 0) {
    self.version = version
    self.hint = hint
    self.createdAtUnixMs = createdAtUnixMs
    self.retiresAtUnixMs = retiresAtUnixMs
    self.allowedCount = allowedCount
    self.lastUsedAtUnixMs = lastUsedAtUnixMs
  }
}

extension Secret {
  init(_ c: Orgkey__V1__Secret) {
    unsafe version = c.version
    unsafe hint = Read.text(c.hint)
    unsafe createdAtUnixMs = c.created_at_unix_ms
    unsafe retiresAtUnixMs = c.retires_at_unix_ms
    unsafe allowedCount = c.allowed_count
    unsafe lastUsedAtUnixMs = c.last_used_at_unix_ms
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__Secret> {
    let c = unsafe arena.make(Orgkey__V1__Secret.self, orgkey__v1__secret__init)
    unsafe c.pointee.version = version
    unsafe c.pointee.hint = arena.text(hint)
    unsafe c.pointee.created_at_unix_ms = createdAtUnixMs
    unsafe c.pointee.retires_at_unix_ms = retiresAtUnixMs
    unsafe c.pointee.allowed_count = allowedCount
    unsafe c.pointee.last_used_at_unix_ms = lastUsedAtUnixMs
    return unsafe c
  }
}

/// A request takes one from the limit when it gets as far as this rule, even if it is
/// denied later; all secrets of a key share it; changing it opens a new window.
package struct RateLimit: Sendable, Equatable {
  /// 1 to 16,777,215
  package var limit: UInt32
  /// 1 to 2,592,000 (30 days)
  package var windowS: UInt32

  package init(limit: UInt32 = 0, windowS: UInt32 = 0) {
    self.limit = limit
    self.windowS = windowS
  }
}

extension RateLimit {
  init(_ c: Orgkey__V1__RateLimit) {
    unsafe limit = c.limit
    unsafe windowS = c.window_s
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__RateLimit> {
    let c = unsafe arena.make(Orgkey__V1__RateLimit.self, orgkey__v1__rate_limit__init)
    unsafe c.pointee.limit = limit
    unsafe c.pointee.window_s = windowS
    return unsafe c
  }
}

package struct IssueKeyRequest: Sendable, Equatable {
  package var organizationID: String
  package var name: String
  /// empty: the one the daemon requires, else "live"
  package var environment: String
  /// empty: the key may do nothing
  package var permissions: [String]
  /// 0: never
  package var expiresAtUnixMs: Int64
  /// absent: the daemon's default
  package var rateLimit: RateLimit?
  /// At most 64 bytes, unique within the organization, remembered for 7 days. A retry with the same one
  /// issues no second key: it is CODE_ALREADY_EXISTS with Status.key_id (rotate that
  /// key to obtain a secret), or CODE_INVALID_ARGUMENT if it asks for something else.
  package var requestID: String
  package var labels: [Label]

  package init(organizationID: String = "", name: String = "", environment: String = "", permissions: [String] = [], expiresAtUnixMs: Int64 = 0, rateLimit: RateLimit? = nil, requestID: String = "", labels: [Label] = []) {
    self.organizationID = organizationID
    self.name = name
    self.environment = environment
    self.permissions = permissions
    self.expiresAtUnixMs = expiresAtUnixMs
    self.rateLimit = rateLimit
    self.requestID = requestID
    self.labels = labels
  }
}

extension IssueKeyRequest {
  init(_ c: Orgkey__V1__IssueKeyRequest) {
    unsafe organizationID = Read.text(c.organization_id)
    unsafe name = Read.text(c.name)
    unsafe environment = Read.text(c.environment)
    unsafe permissions = Read.texts(c.n_permissions, c.permissions)
    unsafe expiresAtUnixMs = c.expires_at_unix_ms
    unsafe rateLimit = c.rate_limit.map { unsafe RateLimit($0.pointee) }
    unsafe requestID = Read.text(c.request_id)
    unsafe labels = Read.messages(c.n_labels, c.labels) { unsafe Label($0) }
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__IssueKeyRequest> {
    let c = unsafe arena.make(Orgkey__V1__IssueKeyRequest.self, orgkey__v1__issue_key_request__init)
    unsafe c.pointee.organization_id = arena.text(organizationID)
    unsafe c.pointee.name = arena.text(name)
    unsafe c.pointee.environment = arena.text(environment)
    unsafe (c.pointee.n_permissions, c.pointee.permissions) = arena.texts(permissions)
    unsafe c.pointee.expires_at_unix_ms = expiresAtUnixMs
    unsafe c.pointee.rate_limit = rateLimit.map { unsafe $0.written(in: arena) }
    unsafe c.pointee.request_id = arena.text(requestID)
    unsafe (c.pointee.n_labels, c.pointee.labels) = arena.list(labels.map { unsafe Optional($0.written(in: arena)) })
    return unsafe c
  }
}

package struct IssueKeyResponse: Sendable, Equatable {
  package var key: Key?
  /// the secret: shown here and never again
  package var apiKey: SecretText

  package init(key: Key? = nil, apiKey: SecretText = .empty) {
    self.key = key
    self.apiKey = apiKey
  }
}

extension IssueKeyResponse {
  init(_ c: Orgkey__V1__IssueKeyResponse) {
    unsafe key = c.key.map { unsafe Key($0.pointee) }
    unsafe apiKey = SecretText(c.api_key)
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__IssueKeyResponse> {
    let c = unsafe arena.make(Orgkey__V1__IssueKeyResponse.self, orgkey__v1__issue_key_response__init)
    unsafe c.pointee.key = key.map { unsafe $0.written(in: arena) }
    unsafe c.pointee.api_key = apiKey.pointer
    return unsafe c
  }
}

/// Adds a secret to the key, which keeps its id, name, permissions and history.
package struct RotateKeyRequest: Sendable, Equatable {
  package var keyID: String
  /// How long the present secret goes on working. 0: until it is revoked;
  /// n: that many seconds; -1: not at all.
  package var overlapS: Int64
  /// a retry adds no third secret: as in IssueKey
  package var requestID: String

  package init(keyID: String = "", overlapS: Int64 = 0, requestID: String = "") {
    self.keyID = keyID
    self.overlapS = overlapS
    self.requestID = requestID
  }
}

extension RotateKeyRequest {
  init(_ c: Orgkey__V1__RotateKeyRequest) {
    unsafe keyID = Read.text(c.key_id)
    unsafe overlapS = c.overlap_s
    unsafe requestID = Read.text(c.request_id)
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__RotateKeyRequest> {
    let c = unsafe arena.make(Orgkey__V1__RotateKeyRequest.self, orgkey__v1__rotate_key_request__init)
    unsafe c.pointee.key_id = arena.text(keyID)
    unsafe c.pointee.overlap_s = overlapS
    unsafe c.pointee.request_id = arena.text(requestID)
    return unsafe c
  }
}

package struct RotateKeyResponse: Sendable, Equatable {
  package var key: Key?
  package var apiKey: SecretText

  package init(key: Key? = nil, apiKey: SecretText = .empty) {
    self.key = key
    self.apiKey = apiKey
  }
}

extension RotateKeyResponse {
  init(_ c: Orgkey__V1__RotateKeyResponse) {
    unsafe key = c.key.map { unsafe Key($0.pointee) }
    unsafe apiKey = SecretText(c.api_key)
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__RotateKeyResponse> {
    let c = unsafe arena.make(Orgkey__V1__RotateKeyResponse.self, orgkey__v1__rotate_key_response__init)
    unsafe c.pointee.key = key.map { unsafe $0.written(in: arena) }
    unsafe c.pointee.api_key = apiKey.pointer
    return unsafe c
  }
}

/// A revoked key can't be changed: CODE_FAILED_PRECONDITION.
package struct UpdateKeyRequest: Sendable, Equatable {
  package var keyID: String
  /// which of the following to set, by name; required
  package var fields: [String]
  package var name: String
  package var permissions: [String]
  package var expiresAtUnixMs: Int64
  package var rateLimit: RateLimit?
  package var disabled: Bool
  package var labels: [Label]

  package init(keyID: String = "", fields: [String] = [], name: String = "", permissions: [String] = [], expiresAtUnixMs: Int64 = 0, rateLimit: RateLimit? = nil, disabled: Bool = false, labels: [Label] = []) {
    self.keyID = keyID
    self.fields = fields
    self.name = name
    self.permissions = permissions
    self.expiresAtUnixMs = expiresAtUnixMs
    self.rateLimit = rateLimit
    self.disabled = disabled
    self.labels = labels
  }
}

extension UpdateKeyRequest {
  init(_ c: Orgkey__V1__UpdateKeyRequest) {
    unsafe keyID = Read.text(c.key_id)
    unsafe fields = Read.texts(c.n_fields, c.fields)
    unsafe name = Read.text(c.name)
    unsafe permissions = Read.texts(c.n_permissions, c.permissions)
    unsafe expiresAtUnixMs = c.expires_at_unix_ms
    unsafe rateLimit = c.rate_limit.map { unsafe RateLimit($0.pointee) }
    unsafe disabled = c.disabled != 0
    unsafe labels = Read.messages(c.n_labels, c.labels) { unsafe Label($0) }
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__UpdateKeyRequest> {
    let c = unsafe arena.make(Orgkey__V1__UpdateKeyRequest.self, orgkey__v1__update_key_request__init)
    unsafe c.pointee.key_id = arena.text(keyID)
    unsafe (c.pointee.n_fields, c.pointee.fields) = arena.texts(fields)
    unsafe c.pointee.name = arena.text(name)
    unsafe (c.pointee.n_permissions, c.pointee.permissions) = arena.texts(permissions)
    unsafe c.pointee.expires_at_unix_ms = expiresAtUnixMs
    unsafe c.pointee.rate_limit = rateLimit.map { unsafe $0.written(in: arena) }
    unsafe c.pointee.disabled = disabled ? 1 : 0
    unsafe (c.pointee.n_labels, c.pointee.labels) = arena.list(labels.map { unsafe Optional($0.written(in: arena)) })
    return unsafe c
  }
}

package struct UpdateKeyResponse: Sendable, Equatable {
  package var key: Key?

  package init(key: Key? = nil) {
    self.key = key
  }
}

extension UpdateKeyResponse {
  init(_ c: Orgkey__V1__UpdateKeyResponse) {
    unsafe key = c.key.map { unsafe Key($0.pointee) }
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__UpdateKeyResponse> {
    let c = unsafe arena.make(Orgkey__V1__UpdateKeyResponse.self, orgkey__v1__update_key_response__init)
    unsafe c.pointee.key = key.map { unsafe $0.written(in: arena) }
    return unsafe c
  }
}

package struct RevokeKeyRequest: Sendable, Equatable {
  /// this, or
  package var keyID: String
  /// the secret itself, as found where it leaked. One that is already retired
  /// changes nothing: the key is answered as it is.
  package var apiKey: SecretText
  /// 0: the whole key; else that secret alone
  package var secretVersion: UInt32
  package var reason: String

  package init(keyID: String = "", apiKey: SecretText = .empty, secretVersion: UInt32 = 0, reason: String = "") {
    self.keyID = keyID
    self.apiKey = apiKey
    self.secretVersion = secretVersion
    self.reason = reason
  }
}

extension RevokeKeyRequest {
  init(_ c: Orgkey__V1__RevokeKeyRequest) {
    unsafe keyID = Read.text(c.key_id)
    unsafe apiKey = SecretText(c.api_key)
    unsafe secretVersion = c.secret_version
    unsafe reason = Read.text(c.reason)
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__RevokeKeyRequest> {
    let c = unsafe arena.make(Orgkey__V1__RevokeKeyRequest.self, orgkey__v1__revoke_key_request__init)
    unsafe c.pointee.key_id = arena.text(keyID)
    unsafe c.pointee.api_key = apiKey.pointer
    unsafe c.pointee.secret_version = secretVersion
    unsafe c.pointee.reason = arena.text(reason)
    return unsafe c
  }
}

package struct RevokeKeyResponse: Sendable, Equatable {
  package var key: Key?

  package init(key: Key? = nil) {
    self.key = key
  }
}

extension RevokeKeyResponse {
  init(_ c: Orgkey__V1__RevokeKeyResponse) {
    unsafe key = c.key.map { unsafe Key($0.pointee) }
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__RevokeKeyResponse> {
    let c = unsafe arena.make(Orgkey__V1__RevokeKeyResponse.self, orgkey__v1__revoke_key_response__init)
    unsafe c.pointee.key = key.map { unsafe $0.written(in: arena) }
    return unsafe c
  }
}

package struct RevokeKeysRequest: Sendable, Equatable {
  package var organizationID: String
  package var includeDescendants: Bool
  package var reason: String

  package init(organizationID: String = "", includeDescendants: Bool = false, reason: String = "") {
    self.organizationID = organizationID
    self.includeDescendants = includeDescendants
    self.reason = reason
  }
}

extension RevokeKeysRequest {
  init(_ c: Orgkey__V1__RevokeKeysRequest) {
    unsafe organizationID = Read.text(c.organization_id)
    unsafe includeDescendants = c.include_descendants != 0
    unsafe reason = Read.text(c.reason)
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__RevokeKeysRequest> {
    let c = unsafe arena.make(Orgkey__V1__RevokeKeysRequest.self, orgkey__v1__revoke_keys_request__init)
    unsafe c.pointee.organization_id = arena.text(organizationID)
    unsafe c.pointee.include_descendants = includeDescendants ? 1 : 0
    unsafe c.pointee.reason = arena.text(reason)
    return unsafe c
  }
}

package struct RevokeKeysResponse: Sendable, Equatable {
  package var revokedKeyCount: UInt64

  package init(revokedKeyCount: UInt64 = 0) {
    self.revokedKeyCount = revokedKeyCount
  }
}

extension RevokeKeysResponse {
  init(_ c: Orgkey__V1__RevokeKeysResponse) {
    unsafe revokedKeyCount = c.revoked_key_count
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__RevokeKeysResponse> {
    let c = unsafe arena.make(Orgkey__V1__RevokeKeysResponse.self, orgkey__v1__revoke_keys_response__init)
    unsafe c.pointee.revoked_key_count = revokedKeyCount
    return unsafe c
  }
}

/// Removes a revoked key from the records. Its digest stays known as revoked.
package struct DeleteKeyRequest: Sendable, Equatable {
  package var keyID: String

  package init(keyID: String = "") {
    self.keyID = keyID
  }
}

extension DeleteKeyRequest {
  init(_ c: Orgkey__V1__DeleteKeyRequest) {
    unsafe keyID = Read.text(c.key_id)
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__DeleteKeyRequest> {
    let c = unsafe arena.make(Orgkey__V1__DeleteKeyRequest.self, orgkey__v1__delete_key_request__init)
    unsafe c.pointee.key_id = arena.text(keyID)
    return unsafe c
  }
}

package struct DeleteKeyResponse: Sendable, Equatable {

  package init() {
  }
}

extension DeleteKeyResponse {
  init(_ c: Orgkey__V1__DeleteKeyResponse) {
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__DeleteKeyResponse> {
    let c = unsafe arena.make(Orgkey__V1__DeleteKeyResponse.self, orgkey__v1__delete_key_response__init)
    return unsafe c
  }
}

package struct GetKeyRequest: Sendable, Equatable {
  package var keyID: String

  package init(keyID: String = "") {
    self.keyID = keyID
  }
}

extension GetKeyRequest {
  init(_ c: Orgkey__V1__GetKeyRequest) {
    unsafe keyID = Read.text(c.key_id)
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__GetKeyRequest> {
    let c = unsafe arena.make(Orgkey__V1__GetKeyRequest.self, orgkey__v1__get_key_request__init)
    unsafe c.pointee.key_id = arena.text(keyID)
    return unsafe c
  }
}

package struct GetKeyResponse: Sendable, Equatable {
  package var key: Key?

  package init(key: Key? = nil) {
    self.key = key
  }
}

extension GetKeyResponse {
  init(_ c: Orgkey__V1__GetKeyResponse) {
    unsafe key = c.key.map { unsafe Key($0.pointee) }
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__GetKeyResponse> {
    let c = unsafe arena.make(Orgkey__V1__GetKeyResponse.self, orgkey__v1__get_key_response__init)
    unsafe c.pointee.key = key.map { unsafe $0.written(in: arena) }
    return unsafe c
  }
}

/// Newest first.
package struct ListKeysRequest: Sendable, Equatable {
  /// empty: all in reach
  package var organizationID: String
  package var includeDescendants: Bool
  package var environment: String
  /// empty: all
  package var states: [KeyState]
  /// only keys neither used nor issued since
  package var unusedSinceUnixMs: Int64
  /// at most 200 bytes
  package var nameContains: String
  /// 0: 100; at most 1000
  package var pageSize: UInt32
  package var pageToken: String
  /// only keys that expire, and before it
  package var expiresBeforeUnixMs: Int64
  /// ends with this: "3fA9"
  package var secretHint: String
  /// newest secret older than this: due for rotation
  package var secretCreatedBeforeUnixMs: Int64
  package var label: Label?

  package init(organizationID: String = "", includeDescendants: Bool = false, environment: String = "", states: [KeyState] = [], unusedSinceUnixMs: Int64 = 0, nameContains: String = "", pageSize: UInt32 = 0, pageToken: String = "", expiresBeforeUnixMs: Int64 = 0, secretHint: String = "", secretCreatedBeforeUnixMs: Int64 = 0, label: Label? = nil) {
    self.organizationID = organizationID
    self.includeDescendants = includeDescendants
    self.environment = environment
    self.states = states
    self.unusedSinceUnixMs = unusedSinceUnixMs
    self.nameContains = nameContains
    self.pageSize = pageSize
    self.pageToken = pageToken
    self.expiresBeforeUnixMs = expiresBeforeUnixMs
    self.secretHint = secretHint
    self.secretCreatedBeforeUnixMs = secretCreatedBeforeUnixMs
    self.label = label
  }
}

extension ListKeysRequest {
  init(_ c: Orgkey__V1__ListKeysRequest) {
    unsafe organizationID = Read.text(c.organization_id)
    unsafe includeDescendants = c.include_descendants != 0
    unsafe environment = Read.text(c.environment)
    unsafe states = Read.list(c.n_states, c.states) { KeyState(number: $0.rawValue) }
    unsafe unusedSinceUnixMs = c.unused_since_unix_ms
    unsafe nameContains = Read.text(c.name_contains)
    unsafe pageSize = c.page_size
    unsafe pageToken = Read.text(c.page_token)
    unsafe expiresBeforeUnixMs = c.expires_before_unix_ms
    unsafe secretHint = Read.text(c.secret_hint)
    unsafe secretCreatedBeforeUnixMs = c.secret_created_before_unix_ms
    unsafe label = c.label.map { unsafe Label($0.pointee) }
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__ListKeysRequest> {
    let c = unsafe arena.make(Orgkey__V1__ListKeysRequest.self, orgkey__v1__list_keys_request__init)
    unsafe c.pointee.organization_id = arena.text(organizationID)
    unsafe c.pointee.include_descendants = includeDescendants ? 1 : 0
    unsafe c.pointee.environment = arena.text(environment)
    unsafe (c.pointee.n_states, c.pointee.states) = arena.list(states.map { CKeyState(rawValue: $0.rawValue) })
    unsafe c.pointee.unused_since_unix_ms = unusedSinceUnixMs
    unsafe c.pointee.name_contains = arena.text(nameContains)
    unsafe c.pointee.page_size = pageSize
    unsafe c.pointee.page_token = arena.text(pageToken)
    unsafe c.pointee.expires_before_unix_ms = expiresBeforeUnixMs
    unsafe c.pointee.secret_hint = arena.text(secretHint)
    unsafe c.pointee.secret_created_before_unix_ms = secretCreatedBeforeUnixMs
    unsafe c.pointee.label = label.map { unsafe $0.written(in: arena) }
    return unsafe c
  }
}

package struct ListKeysResponse: Sendable, Equatable {
  package var keys: [Key]
  package var nextPageToken: String

  package init(keys: [Key] = [], nextPageToken: String = "") {
    self.keys = keys
    self.nextPageToken = nextPageToken
  }
}

extension ListKeysResponse {
  init(_ c: Orgkey__V1__ListKeysResponse) {
    unsafe keys = Read.messages(c.n_keys, c.keys) { unsafe Key($0) }
    unsafe nextPageToken = Read.text(c.next_page_token)
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__ListKeysResponse> {
    let c = unsafe arena.make(Orgkey__V1__ListKeysResponse.self, orgkey__v1__list_keys_response__init)
    unsafe (c.pointee.n_keys, c.pointee.keys) = arena.list(keys.map { unsafe Optional($0.written(in: arena)) })
    unsafe c.pointee.next_page_token = arena.text(nextPageToken)
    return unsafe c
  }
}

package struct GetUsageRequest: Sendable, Equatable {
  package var keyID: String
  /// 0: the last 30 days
  package var fromUnixMs: Int64
  package var toUnixMs: Int64

  package init(keyID: String = "", fromUnixMs: Int64 = 0, toUnixMs: Int64 = 0) {
    self.keyID = keyID
    self.fromUnixMs = fromUnixMs
    self.toUnixMs = toUnixMs
  }
}

extension GetUsageRequest {
  init(_ c: Orgkey__V1__GetUsageRequest) {
    unsafe keyID = Read.text(c.key_id)
    unsafe fromUnixMs = c.from_unix_ms
    unsafe toUnixMs = c.to_unix_ms
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__GetUsageRequest> {
    let c = unsafe arena.make(Orgkey__V1__GetUsageRequest.self, orgkey__v1__get_usage_request__init)
    unsafe c.pointee.key_id = arena.text(keyID)
    unsafe c.pointee.from_unix_ms = fromUnixMs
    unsafe c.pointee.to_unix_ms = toUnixMs
    return unsafe c
  }
}

package struct GetUsageResponse: Sendable, Equatable {
  package var days: [UsageDay]

  package init(days: [UsageDay] = []) {
    self.days = days
  }
}

extension GetUsageResponse {
  init(_ c: Orgkey__V1__GetUsageResponse) {
    unsafe days = Read.messages(c.n_days, c.days) { unsafe UsageDay($0) }
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__GetUsageResponse> {
    let c = unsafe arena.make(Orgkey__V1__GetUsageResponse.self, orgkey__v1__get_usage_response__init)
    unsafe (c.pointee.n_days, c.pointee.days) = arena.list(days.map { unsafe Optional($0.written(in: arena)) })
    return unsafe c
  }
}

package struct UsageDay: Sendable, Equatable {
  /// midnight UTC
  package var dayUnixMs: Int64
  package var allowedCount: UInt64
  package var denials: [UsageDayDenials]

  package init(dayUnixMs: Int64 = 0, allowedCount: UInt64 = 0, denials: [UsageDayDenials] = []) {
    self.dayUnixMs = dayUnixMs
    self.allowedCount = allowedCount
    self.denials = denials
  }
}

extension UsageDay {
  init(_ c: Orgkey__V1__UsageDay) {
    unsafe dayUnixMs = c.day_unix_ms
    unsafe allowedCount = c.allowed_count
    unsafe denials = Read.messages(c.n_denials, c.denials) { unsafe UsageDayDenials($0) }
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__UsageDay> {
    let c = unsafe arena.make(Orgkey__V1__UsageDay.self, orgkey__v1__usage_day__init)
    unsafe c.pointee.day_unix_ms = dayUnixMs
    unsafe c.pointee.allowed_count = allowedCount
    unsafe (c.pointee.n_denials, c.pointee.denials) = arena.list(denials.map { unsafe Optional($0.written(in: arena)) })
    return unsafe c
  }
}

package struct UsageDayDenials: Sendable, Equatable {
  package var reason: Reason
  package var count: UInt64

  package init(reason: Reason = .unspecified, count: UInt64 = 0) {
    self.reason = reason
    self.count = count
  }
}

extension UsageDayDenials {
  init(_ c: Orgkey__V1__UsageDay__Denials) {
    unsafe reason = Reason(number: c.reason.rawValue)
    unsafe count = c.count
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__UsageDay__Denials> {
    let c = unsafe arena.make(Orgkey__V1__UsageDay__Denials.self, orgkey__v1__usage_day__denials__init)
    unsafe c.pointee.reason = CReason(rawValue: reason.rawValue)
    unsafe c.pointee.count = count
    return unsafe c
  }
}

/// Takes over keys issued elsewhere: all or nothing. Send as many requests as needed
/// on one connection, the last with last set; nothing is kept before that, and all is
/// dropped if the connection ends. One import of each kind at a time on a connection,
/// with at most 2,000,000 rows; all that wait for their last have 256 MiB.
///
/// Rows that are wrong are faults: staging goes on, so that all are found, and with
/// the last nothing is imported. When a request is refused (a Status), all is dropped
/// too, and what follows up to the one with last is CODE_FAILED_PRECONDITION, so that
/// requests can be sent ahead of their answers.
///
/// A digest that is known is a fault, of a revoked or deleted key too: no key is
/// revived, and an import that is repeated changes nothing.
package struct ImportKeysRequest: Sendable, Equatable {
  package var rows: [ImportKeysRequestRow]
  package var last: Bool
  /// checks all and keeps nothing; the same in all requests
  package var dryRun: Bool

  package init(rows: [ImportKeysRequestRow] = [], last: Bool = false, dryRun: Bool = false) {
    self.rows = rows
    self.last = last
    self.dryRun = dryRun
  }
}

extension ImportKeysRequest {
  init(_ c: Orgkey__V1__ImportKeysRequest) {
    unsafe rows = Read.messages(c.n_rows, c.rows) { unsafe ImportKeysRequestRow($0) }
    unsafe last = c.last != 0
    unsafe dryRun = c.dry_run != 0
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__ImportKeysRequest> {
    let c = unsafe arena.make(Orgkey__V1__ImportKeysRequest.self, orgkey__v1__import_keys_request__init)
    unsafe (c.pointee.n_rows, c.pointee.rows) = arena.list(rows.map { unsafe Optional($0.written(in: arena)) })
    unsafe c.pointee.last = last ? 1 : 0
    unsafe c.pointee.dry_run = dryRun ? 1 : 0
    return unsafe c
  }
}

package struct ImportKeysRequestRow: Sendable, Equatable {
  /// of the key's text: 32 bytes
  package var sha256: [UInt8]
  /// what people may see of it: "pc_live_…3fA9"; at most 64 bytes
  package var hint: String
  package var organizationID: String
  package var name: String
  /// empty: as in IssueKey
  package var environment: String
  package var permissions: [String]
  /// 0: now
  package var createdAtUnixMs: Int64
  /// 0: never; it may have passed
  package var expiresAtUnixMs: Int64
  /// absent: the daemon's default
  package var rateLimit: RateLimit?
  package var labels: [Label]

  package init(sha256: [UInt8] = [], hint: String = "", organizationID: String = "", name: String = "", environment: String = "", permissions: [String] = [], createdAtUnixMs: Int64 = 0, expiresAtUnixMs: Int64 = 0, rateLimit: RateLimit? = nil, labels: [Label] = []) {
    self.sha256 = sha256
    self.hint = hint
    self.organizationID = organizationID
    self.name = name
    self.environment = environment
    self.permissions = permissions
    self.createdAtUnixMs = createdAtUnixMs
    self.expiresAtUnixMs = expiresAtUnixMs
    self.rateLimit = rateLimit
    self.labels = labels
  }
}

extension ImportKeysRequestRow {
  init(_ c: Orgkey__V1__ImportKeysRequest__Row) {
    unsafe sha256 = Read.bytes(c.sha256)
    unsafe hint = Read.text(c.hint)
    unsafe organizationID = Read.text(c.organization_id)
    unsafe name = Read.text(c.name)
    unsafe environment = Read.text(c.environment)
    unsafe permissions = Read.texts(c.n_permissions, c.permissions)
    unsafe createdAtUnixMs = c.created_at_unix_ms
    unsafe expiresAtUnixMs = c.expires_at_unix_ms
    unsafe rateLimit = c.rate_limit.map { unsafe RateLimit($0.pointee) }
    unsafe labels = Read.messages(c.n_labels, c.labels) { unsafe Label($0) }
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__ImportKeysRequest__Row> {
    let c = unsafe arena.make(Orgkey__V1__ImportKeysRequest__Row.self, orgkey__v1__import_keys_request__row__init)
    unsafe c.pointee.sha256 = arena.bytes(sha256)
    unsafe c.pointee.hint = arena.text(hint)
    unsafe c.pointee.organization_id = arena.text(organizationID)
    unsafe c.pointee.name = arena.text(name)
    unsafe c.pointee.environment = arena.text(environment)
    unsafe (c.pointee.n_permissions, c.pointee.permissions) = arena.texts(permissions)
    unsafe c.pointee.created_at_unix_ms = createdAtUnixMs
    unsafe c.pointee.expires_at_unix_ms = expiresAtUnixMs
    unsafe c.pointee.rate_limit = rateLimit.map { unsafe $0.written(in: arena) }
    unsafe (c.pointee.n_labels, c.pointee.labels) = arena.list(labels.map { unsafe Optional($0.written(in: arena)) })
    return unsafe c
  }
}

package struct ImportKeysResponse: Sendable, Equatable {
  /// rows so far, over all requests
  package var stagedCount: UInt64
  /// Set in the answer to the last: what was made or changed; in a dry run, what would be.
  package var importedCount: UInt64
  /// All so far, at most 100, in the order of rows; any: nothing is imported. What the
  /// other rows and the database tell is found with the last.
  package var faults: [ImportFault]

  package init(stagedCount: UInt64 = 0, importedCount: UInt64 = 0, faults: [ImportFault] = []) {
    self.stagedCount = stagedCount
    self.importedCount = importedCount
    self.faults = faults
  }
}

extension ImportKeysResponse {
  init(_ c: Orgkey__V1__ImportKeysResponse) {
    unsafe stagedCount = c.staged_count
    unsafe importedCount = c.imported_count
    unsafe faults = Read.messages(c.n_faults, c.faults) { unsafe ImportFault($0) }
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__ImportKeysResponse> {
    let c = unsafe arena.make(Orgkey__V1__ImportKeysResponse.self, orgkey__v1__import_keys_response__init)
    unsafe c.pointee.staged_count = stagedCount
    unsafe c.pointee.imported_count = importedCount
    unsafe (c.pointee.n_faults, c.pointee.faults) = arena.list(faults.map { unsafe Optional($0.written(in: arena)) })
    return unsafe c
  }
}

package struct ImportFault: Sendable, Equatable {
  /// from 1, over all requests
  package var row: UInt64
  package var message: String

  package init(row: UInt64 = 0, message: String = "") {
    self.row = row
    self.message = message
  }
}

extension ImportFault {
  init(_ c: Orgkey__V1__ImportFault) {
    unsafe row = c.row
    unsafe message = Read.text(c.message)
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__ImportFault> {
    let c = unsafe arena.make(Orgkey__V1__ImportFault.self, orgkey__v1__import_fault__init)
    unsafe c.pointee.row = row
    unsafe c.pointee.message = arena.text(message)
    return unsafe c
  }
}

package struct Organization: Sendable, Equatable {
  /// the application's own identifier
  package var organizationID: String
  /// empty: the root of a tree
  package var parentID: String
  /// at most 200 bytes
  package var name: String
  /// itself
  package var suspended: Bool
  package var suspendedByAncestor: Bool
  /// a root has 0
  package var depth: UInt32
  /// active keys of its own
  package var keyCount: UInt64
  package var childCount: UInt64
  package var subtreeKeyCount: UInt64
  /// with itself
  package var subtreeOrganizationCount: UInt64

  package init(organizationID: String = "", parentID: String = "", name: String = "", suspended: Bool = false, suspendedByAncestor: Bool = false, depth: UInt32 = 0, keyCount: UInt64 = 0, childCount: UInt64 = 0, subtreeKeyCount: UInt64 = 0, subtreeOrganizationCount: UInt64 = 0) {
    self.organizationID = organizationID
    self.parentID = parentID
    self.name = name
    self.suspended = suspended
    self.suspendedByAncestor = suspendedByAncestor
    self.depth = depth
    self.keyCount = keyCount
    self.childCount = childCount
    self.subtreeKeyCount = subtreeKeyCount
    self.subtreeOrganizationCount = subtreeOrganizationCount
  }
}

extension Organization {
  init(_ c: Orgkey__V1__Organization) {
    unsafe organizationID = Read.text(c.organization_id)
    unsafe parentID = Read.text(c.parent_id)
    unsafe name = Read.text(c.name)
    unsafe suspended = c.suspended != 0
    unsafe suspendedByAncestor = c.suspended_by_ancestor != 0
    unsafe depth = c.depth
    unsafe keyCount = c.key_count
    unsafe childCount = c.child_count
    unsafe subtreeKeyCount = c.subtree_key_count
    unsafe subtreeOrganizationCount = c.subtree_organization_count
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__Organization> {
    let c = unsafe arena.make(Orgkey__V1__Organization.self, orgkey__v1__organization__init)
    unsafe c.pointee.organization_id = arena.text(organizationID)
    unsafe c.pointee.parent_id = arena.text(parentID)
    unsafe c.pointee.name = arena.text(name)
    unsafe c.pointee.suspended = suspended ? 1 : 0
    unsafe c.pointee.suspended_by_ancestor = suspendedByAncestor ? 1 : 0
    unsafe c.pointee.depth = depth
    unsafe c.pointee.key_count = keyCount
    unsafe c.pointee.child_count = childCount
    unsafe c.pointee.subtree_key_count = subtreeKeyCount
    unsafe c.pointee.subtree_organization_count = subtreeOrganizationCount
    return unsafe c
  }
}

/// Makes one, or renames it. For one that exists, what is empty stays as it is, and
/// another parent is CODE_FAILED_PRECONDITION: use MoveOrganization.
package struct PutOrganizationRequest: Sendable, Equatable {
  package var organizationID: String
  package var parentID: String
  package var name: String

  package init(organizationID: String = "", parentID: String = "", name: String = "") {
    self.organizationID = organizationID
    self.parentID = parentID
    self.name = name
  }
}

extension PutOrganizationRequest {
  init(_ c: Orgkey__V1__PutOrganizationRequest) {
    unsafe organizationID = Read.text(c.organization_id)
    unsafe parentID = Read.text(c.parent_id)
    unsafe name = Read.text(c.name)
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__PutOrganizationRequest> {
    let c = unsafe arena.make(Orgkey__V1__PutOrganizationRequest.self, orgkey__v1__put_organization_request__init)
    unsafe c.pointee.organization_id = arena.text(organizationID)
    unsafe c.pointee.parent_id = arena.text(parentID)
    unsafe c.pointee.name = arena.text(name)
    return unsafe c
  }
}

package struct PutOrganizationResponse: Sendable, Equatable {
  package var organization: Organization?
  package var created: Bool

  package init(organization: Organization? = nil, created: Bool = false) {
    self.organization = organization
    self.created = created
  }
}

extension PutOrganizationResponse {
  init(_ c: Orgkey__V1__PutOrganizationResponse) {
    unsafe organization = c.organization.map { unsafe Organization($0.pointee) }
    unsafe created = c.created != 0
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__PutOrganizationResponse> {
    let c = unsafe arena.make(Orgkey__V1__PutOrganizationResponse.self, orgkey__v1__put_organization_response__init)
    unsafe c.pointee.organization = organization.map { unsafe $0.written(in: arena) }
    unsafe c.pointee.created = created ? 1 : 0
    return unsafe c
  }
}

package struct MoveOrganizationRequest: Sendable, Equatable {
  package var organizationID: String
  /// required, unless to_root
  package var parentID: String
  package var toRoot: Bool

  package init(organizationID: String = "", parentID: String = "", toRoot: Bool = false) {
    self.organizationID = organizationID
    self.parentID = parentID
    self.toRoot = toRoot
  }
}

extension MoveOrganizationRequest {
  init(_ c: Orgkey__V1__MoveOrganizationRequest) {
    unsafe organizationID = Read.text(c.organization_id)
    unsafe parentID = Read.text(c.parent_id)
    unsafe toRoot = c.to_root != 0
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__MoveOrganizationRequest> {
    let c = unsafe arena.make(Orgkey__V1__MoveOrganizationRequest.self, orgkey__v1__move_organization_request__init)
    unsafe c.pointee.organization_id = arena.text(organizationID)
    unsafe c.pointee.parent_id = arena.text(parentID)
    unsafe c.pointee.to_root = toRoot ? 1 : 0
    return unsafe c
  }
}

package struct MoveOrganizationResponse: Sendable, Equatable {
  package var organization: Organization?

  package init(organization: Organization? = nil) {
    self.organization = organization
  }
}

extension MoveOrganizationResponse {
  init(_ c: Orgkey__V1__MoveOrganizationResponse) {
    unsafe organization = c.organization.map { unsafe Organization($0.pointee) }
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__MoveOrganizationResponse> {
    let c = unsafe arena.make(Orgkey__V1__MoveOrganizationResponse.self, orgkey__v1__move_organization_response__init)
    unsafe c.pointee.organization = organization.map { unsafe $0.written(in: arena) }
    return unsafe c
  }
}

package struct SuspendOrganizationRequest: Sendable, Equatable {
  package var organizationID: String

  package init(organizationID: String = "") {
    self.organizationID = organizationID
  }
}

extension SuspendOrganizationRequest {
  init(_ c: Orgkey__V1__SuspendOrganizationRequest) {
    unsafe organizationID = Read.text(c.organization_id)
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__SuspendOrganizationRequest> {
    let c = unsafe arena.make(Orgkey__V1__SuspendOrganizationRequest.self, orgkey__v1__suspend_organization_request__init)
    unsafe c.pointee.organization_id = arena.text(organizationID)
    return unsafe c
  }
}

package struct SuspendOrganizationResponse: Sendable, Equatable {
  package var organization: Organization?

  package init(organization: Organization? = nil) {
    self.organization = organization
  }
}

extension SuspendOrganizationResponse {
  init(_ c: Orgkey__V1__SuspendOrganizationResponse) {
    unsafe organization = c.organization.map { unsafe Organization($0.pointee) }
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__SuspendOrganizationResponse> {
    let c = unsafe arena.make(Orgkey__V1__SuspendOrganizationResponse.self, orgkey__v1__suspend_organization_response__init)
    unsafe c.pointee.organization = organization.map { unsafe $0.written(in: arena) }
    return unsafe c
  }
}

package struct ResumeOrganizationRequest: Sendable, Equatable {
  package var organizationID: String

  package init(organizationID: String = "") {
    self.organizationID = organizationID
  }
}

extension ResumeOrganizationRequest {
  init(_ c: Orgkey__V1__ResumeOrganizationRequest) {
    unsafe organizationID = Read.text(c.organization_id)
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__ResumeOrganizationRequest> {
    let c = unsafe arena.make(Orgkey__V1__ResumeOrganizationRequest.self, orgkey__v1__resume_organization_request__init)
    unsafe c.pointee.organization_id = arena.text(organizationID)
    return unsafe c
  }
}

package struct ResumeOrganizationResponse: Sendable, Equatable {
  package var organization: Organization?

  package init(organization: Organization? = nil) {
    self.organization = organization
  }
}

extension ResumeOrganizationResponse {
  init(_ c: Orgkey__V1__ResumeOrganizationResponse) {
    unsafe organization = c.organization.map { unsafe Organization($0.pointee) }
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__ResumeOrganizationResponse> {
    let c = unsafe arena.make(Orgkey__V1__ResumeOrganizationResponse.self, orgkey__v1__resume_organization_response__init)
    unsafe c.pointee.organization = organization.map { unsafe $0.written(in: arena) }
    return unsafe c
  }
}

package struct DeleteOrganizationRequest: Sendable, Equatable {
  package var organizationID: String
  /// false: refused while a key not yet revoked would be lost
  package var revokeKeys: Bool
  /// false: refused while it has children
  package var includeDescendants: Bool

  package init(organizationID: String = "", revokeKeys: Bool = false, includeDescendants: Bool = false) {
    self.organizationID = organizationID
    self.revokeKeys = revokeKeys
    self.includeDescendants = includeDescendants
  }
}

extension DeleteOrganizationRequest {
  init(_ c: Orgkey__V1__DeleteOrganizationRequest) {
    unsafe organizationID = Read.text(c.organization_id)
    unsafe revokeKeys = c.revoke_keys != 0
    unsafe includeDescendants = c.include_descendants != 0
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__DeleteOrganizationRequest> {
    let c = unsafe arena.make(Orgkey__V1__DeleteOrganizationRequest.self, orgkey__v1__delete_organization_request__init)
    unsafe c.pointee.organization_id = arena.text(organizationID)
    unsafe c.pointee.revoke_keys = revokeKeys ? 1 : 0
    unsafe c.pointee.include_descendants = includeDescendants ? 1 : 0
    return unsafe c
  }
}

package struct DeleteOrganizationResponse: Sendable, Equatable {
  package var deletedOrganizationCount: UInt64
  package var revokedKeyCount: UInt64

  package init(deletedOrganizationCount: UInt64 = 0, revokedKeyCount: UInt64 = 0) {
    self.deletedOrganizationCount = deletedOrganizationCount
    self.revokedKeyCount = revokedKeyCount
  }
}

extension DeleteOrganizationResponse {
  init(_ c: Orgkey__V1__DeleteOrganizationResponse) {
    unsafe deletedOrganizationCount = c.deleted_organization_count
    unsafe revokedKeyCount = c.revoked_key_count
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__DeleteOrganizationResponse> {
    let c = unsafe arena.make(Orgkey__V1__DeleteOrganizationResponse.self, orgkey__v1__delete_organization_response__init)
    unsafe c.pointee.deleted_organization_count = deletedOrganizationCount
    unsafe c.pointee.revoked_key_count = revokedKeyCount
    return unsafe c
  }
}

package struct GetOrganizationRequest: Sendable, Equatable {
  package var organizationID: String

  package init(organizationID: String = "") {
    self.organizationID = organizationID
  }
}

extension GetOrganizationRequest {
  init(_ c: Orgkey__V1__GetOrganizationRequest) {
    unsafe organizationID = Read.text(c.organization_id)
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__GetOrganizationRequest> {
    let c = unsafe arena.make(Orgkey__V1__GetOrganizationRequest.self, orgkey__v1__get_organization_request__init)
    unsafe c.pointee.organization_id = arena.text(organizationID)
    return unsafe c
  }
}

package struct GetOrganizationResponse: Sendable, Equatable {
  package var organization: Organization?

  package init(organization: Organization? = nil) {
    self.organization = organization
  }
}

extension GetOrganizationResponse {
  init(_ c: Orgkey__V1__GetOrganizationResponse) {
    unsafe organization = c.organization.map { unsafe Organization($0.pointee) }
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__GetOrganizationResponse> {
    let c = unsafe arena.make(Orgkey__V1__GetOrganizationResponse.self, orgkey__v1__get_organization_response__init)
    unsafe c.pointee.organization = organization.map { unsafe $0.written(in: arena) }
    return unsafe c
  }
}

package struct ListOrganizationsRequest: Sendable, Equatable {
  /// its children; empty: the roots, or the acting one
  package var organizationID: String
  /// all below, not only children
  package var includeDescendants: Bool
  /// 0: 100; at most 1000
  package var pageSize: UInt32
  package var pageToken: String

  package init(organizationID: String = "", includeDescendants: Bool = false, pageSize: UInt32 = 0, pageToken: String = "") {
    self.organizationID = organizationID
    self.includeDescendants = includeDescendants
    self.pageSize = pageSize
    self.pageToken = pageToken
  }
}

extension ListOrganizationsRequest {
  init(_ c: Orgkey__V1__ListOrganizationsRequest) {
    unsafe organizationID = Read.text(c.organization_id)
    unsafe includeDescendants = c.include_descendants != 0
    unsafe pageSize = c.page_size
    unsafe pageToken = Read.text(c.page_token)
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__ListOrganizationsRequest> {
    let c = unsafe arena.make(Orgkey__V1__ListOrganizationsRequest.self, orgkey__v1__list_organizations_request__init)
    unsafe c.pointee.organization_id = arena.text(organizationID)
    unsafe c.pointee.include_descendants = includeDescendants ? 1 : 0
    unsafe c.pointee.page_size = pageSize
    unsafe c.pointee.page_token = arena.text(pageToken)
    return unsafe c
  }
}

package struct ListOrganizationsResponse: Sendable, Equatable {
  /// parents before children
  package var organizations: [Organization]
  package var nextPageToken: String

  package init(organizations: [Organization] = [], nextPageToken: String = "") {
    self.organizations = organizations
    self.nextPageToken = nextPageToken
  }
}

extension ListOrganizationsResponse {
  init(_ c: Orgkey__V1__ListOrganizationsResponse) {
    unsafe organizations = Read.messages(c.n_organizations, c.organizations) { unsafe Organization($0) }
    unsafe nextPageToken = Read.text(c.next_page_token)
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__ListOrganizationsResponse> {
    let c = unsafe arena.make(Orgkey__V1__ListOrganizationsResponse.self, orgkey__v1__list_organizations_response__init)
    unsafe (c.pointee.n_organizations, c.pointee.organizations) = arena.list(organizations.map { unsafe Optional($0.written(in: arena)) })
    unsafe c.pointee.next_page_token = arena.text(nextPageToken)
    return unsafe c
  }
}

/// As ImportKeys. Parents may come in any order; rows that exist as given are skipped,
/// and so is a row that comes twice. One that exists with another name is renamed (an
/// empty one leaves it); with another parent, or with one where none is given, it is a
/// fault: use MoveOrganization.
package struct ImportOrganizationsRequest: Sendable, Equatable {
  package var rows: [ImportOrganizationsRequestRow]
  package var last: Bool
  package var dryRun: Bool

  package init(rows: [ImportOrganizationsRequestRow] = [], last: Bool = false, dryRun: Bool = false) {
    self.rows = rows
    self.last = last
    self.dryRun = dryRun
  }
}

extension ImportOrganizationsRequest {
  init(_ c: Orgkey__V1__ImportOrganizationsRequest) {
    unsafe rows = Read.messages(c.n_rows, c.rows) { unsafe ImportOrganizationsRequestRow($0) }
    unsafe last = c.last != 0
    unsafe dryRun = c.dry_run != 0
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__ImportOrganizationsRequest> {
    let c = unsafe arena.make(Orgkey__V1__ImportOrganizationsRequest.self, orgkey__v1__import_organizations_request__init)
    unsafe (c.pointee.n_rows, c.pointee.rows) = arena.list(rows.map { unsafe Optional($0.written(in: arena)) })
    unsafe c.pointee.last = last ? 1 : 0
    unsafe c.pointee.dry_run = dryRun ? 1 : 0
    return unsafe c
  }
}

package struct ImportOrganizationsRequestRow: Sendable, Equatable {
  package var organizationID: String
  package var parentID: String
  package var name: String

  package init(organizationID: String = "", parentID: String = "", name: String = "") {
    self.organizationID = organizationID
    self.parentID = parentID
    self.name = name
  }
}

extension ImportOrganizationsRequestRow {
  init(_ c: Orgkey__V1__ImportOrganizationsRequest__Row) {
    unsafe organizationID = Read.text(c.organization_id)
    unsafe parentID = Read.text(c.parent_id)
    unsafe name = Read.text(c.name)
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__ImportOrganizationsRequest__Row> {
    let c = unsafe arena.make(Orgkey__V1__ImportOrganizationsRequest__Row.self, orgkey__v1__import_organizations_request__row__init)
    unsafe c.pointee.organization_id = arena.text(organizationID)
    unsafe c.pointee.parent_id = arena.text(parentID)
    unsafe c.pointee.name = arena.text(name)
    return unsafe c
  }
}

package struct ImportOrganizationsResponse: Sendable, Equatable {
  package var stagedCount: UInt64
  package var importedCount: UInt64
  package var faults: [ImportFault]

  package init(stagedCount: UInt64 = 0, importedCount: UInt64 = 0, faults: [ImportFault] = []) {
    self.stagedCount = stagedCount
    self.importedCount = importedCount
    self.faults = faults
  }
}

extension ImportOrganizationsResponse {
  init(_ c: Orgkey__V1__ImportOrganizationsResponse) {
    unsafe stagedCount = c.staged_count
    unsafe importedCount = c.imported_count
    unsafe faults = Read.messages(c.n_faults, c.faults) { unsafe ImportFault($0) }
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__ImportOrganizationsResponse> {
    let c = unsafe arena.make(Orgkey__V1__ImportOrganizationsResponse.self, orgkey__v1__import_organizations_response__init)
    unsafe c.pointee.staged_count = stagedCount
    unsafe c.pointee.imported_count = importedCount
    unsafe (c.pointee.n_faults, c.pointee.faults) = arena.list(faults.map { unsafe Optional($0.written(in: arena)) })
    return unsafe c
  }
}

package struct AuditEvent: Sendable, Equatable {
  package var sequence: UInt64
  package var atUnixMs: Int64
  /// "RevokeKey"
  package var method: String
  package var keyID: String
  package var organizationID: String
  package var actor: String
  package var peerUid: UInt32
  package var peerGid: UInt32
  /// as the kernel gave it; 0 across pid namespaces
  package var peerPid: UInt32
  /// JSON: what changed, from what to what; at most 8 KiB
  package var detail: String
  package var actingOrganizationID: String
  package var secretVersion: UInt32

  package init(sequence: UInt64 = 0, atUnixMs: Int64 = 0, method: String = "", keyID: String = "", organizationID: String = "", actor: String = "", peerUid: UInt32 = 0, peerGid: UInt32 = 0, peerPid: UInt32 = 0, detail: String = "", actingOrganizationID: String = "", secretVersion: UInt32 = 0) {
    self.sequence = sequence
    self.atUnixMs = atUnixMs
    self.method = method
    self.keyID = keyID
    self.organizationID = organizationID
    self.actor = actor
    self.peerUid = peerUid
    self.peerGid = peerGid
    self.peerPid = peerPid
    self.detail = detail
    self.actingOrganizationID = actingOrganizationID
    self.secretVersion = secretVersion
  }
}

extension AuditEvent {
  init(_ c: Orgkey__V1__AuditEvent) {
    unsafe sequence = c.sequence
    unsafe atUnixMs = c.at_unix_ms
    unsafe method = Read.text(c.method)
    unsafe keyID = Read.text(c.key_id)
    unsafe organizationID = Read.text(c.organization_id)
    unsafe actor = Read.text(c.actor)
    unsafe peerUid = c.peer_uid
    unsafe peerGid = c.peer_gid
    unsafe peerPid = c.peer_pid
    unsafe detail = Read.text(c.detail)
    unsafe actingOrganizationID = Read.text(c.acting_organization_id)
    unsafe secretVersion = c.secret_version
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__AuditEvent> {
    let c = unsafe arena.make(Orgkey__V1__AuditEvent.self, orgkey__v1__audit_event__init)
    unsafe c.pointee.sequence = sequence
    unsafe c.pointee.at_unix_ms = atUnixMs
    unsafe c.pointee.method = arena.text(method)
    unsafe c.pointee.key_id = arena.text(keyID)
    unsafe c.pointee.organization_id = arena.text(organizationID)
    unsafe c.pointee.actor = arena.text(actor)
    unsafe c.pointee.peer_uid = peerUid
    unsafe c.pointee.peer_gid = peerGid
    unsafe c.pointee.peer_pid = peerPid
    unsafe c.pointee.detail = arena.text(detail)
    unsafe c.pointee.acting_organization_id = arena.text(actingOrganizationID)
    unsafe c.pointee.secret_version = secretVersion
    return unsafe c
  }
}

package struct ListAuditEventsRequest: Sendable, Equatable {
  package var keyID: String
  package var organizationID: String
  /// oldest first, from here
  package var afterSequence: UInt64
  /// 0: 100; at most 1000
  package var pageSize: UInt32
  package var newestFirst: Bool
  /// newest first, back from here
  package var beforeSequence: UInt64
  package var includeDescendants: Bool
  package var fromUnixMs: Int64
  package var toUnixMs: Int64

  package init(keyID: String = "", organizationID: String = "", afterSequence: UInt64 = 0, pageSize: UInt32 = 0, newestFirst: Bool = false, beforeSequence: UInt64 = 0, includeDescendants: Bool = false, fromUnixMs: Int64 = 0, toUnixMs: Int64 = 0) {
    self.keyID = keyID
    self.organizationID = organizationID
    self.afterSequence = afterSequence
    self.pageSize = pageSize
    self.newestFirst = newestFirst
    self.beforeSequence = beforeSequence
    self.includeDescendants = includeDescendants
    self.fromUnixMs = fromUnixMs
    self.toUnixMs = toUnixMs
  }
}

extension ListAuditEventsRequest {
  init(_ c: Orgkey__V1__ListAuditEventsRequest) {
    unsafe keyID = Read.text(c.key_id)
    unsafe organizationID = Read.text(c.organization_id)
    unsafe afterSequence = c.after_sequence
    unsafe pageSize = c.page_size
    unsafe newestFirst = c.newest_first != 0
    unsafe beforeSequence = c.before_sequence
    unsafe includeDescendants = c.include_descendants != 0
    unsafe fromUnixMs = c.from_unix_ms
    unsafe toUnixMs = c.to_unix_ms
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__ListAuditEventsRequest> {
    let c = unsafe arena.make(Orgkey__V1__ListAuditEventsRequest.self, orgkey__v1__list_audit_events_request__init)
    unsafe c.pointee.key_id = arena.text(keyID)
    unsafe c.pointee.organization_id = arena.text(organizationID)
    unsafe c.pointee.after_sequence = afterSequence
    unsafe c.pointee.page_size = pageSize
    unsafe c.pointee.newest_first = newestFirst ? 1 : 0
    unsafe c.pointee.before_sequence = beforeSequence
    unsafe c.pointee.include_descendants = includeDescendants ? 1 : 0
    unsafe c.pointee.from_unix_ms = fromUnixMs
    unsafe c.pointee.to_unix_ms = toUnixMs
    return unsafe c
  }
}

package struct ListAuditEventsResponse: Sendable, Equatable {
  package var events: [AuditEvent]
  /// goes on as after_ or before_sequence; 0: the end
  package var nextSequence: UInt64

  package init(events: [AuditEvent] = [], nextSequence: UInt64 = 0) {
    self.events = events
    self.nextSequence = nextSequence
  }
}

extension ListAuditEventsResponse {
  init(_ c: Orgkey__V1__ListAuditEventsResponse) {
    unsafe events = Read.messages(c.n_events, c.events) { unsafe AuditEvent($0) }
    unsafe nextSequence = c.next_sequence
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__ListAuditEventsResponse> {
    let c = unsafe arena.make(Orgkey__V1__ListAuditEventsResponse.self, orgkey__v1__list_audit_events_response__init)
    unsafe (c.pointee.n_events, c.pointee.events) = arena.list(events.map { unsafe Optional($0.written(in: arena)) })
    unsafe c.pointee.next_sequence = nextSequence
    return unsafe c
  }
}

package struct HealthRequest: Sendable, Equatable {

  package init() {
  }
}

extension HealthRequest {
  init(_ c: Orgkey__V1__HealthRequest) {
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__HealthRequest> {
    let c = unsafe arena.make(Orgkey__V1__HealthRequest.self, orgkey__v1__health_request__init)
    return unsafe c
  }
}

package struct HealthResponse: Sendable, Equatable {
  package var status: ServingStatus
  package var version: String
  /// made with the database: tells two daemons apart
  package var databaseID: String

  package init(status: ServingStatus = .unspecified, version: String = "", databaseID: String = "") {
    self.status = status
    self.version = version
    self.databaseID = databaseID
  }
}

extension HealthResponse {
  init(_ c: Orgkey__V1__HealthResponse) {
    unsafe status = ServingStatus(number: c.status.rawValue)
    unsafe version = Read.text(c.version)
    unsafe databaseID = Read.text(c.database_id)
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__HealthResponse> {
    let c = unsafe arena.make(Orgkey__V1__HealthResponse.self, orgkey__v1__health_response__init)
    unsafe c.pointee.status = CServingStatus(rawValue: status.rawValue)
    unsafe c.pointee.version = arena.text(version)
    unsafe c.pointee.database_id = arena.text(databaseID)
    return unsafe c
  }
}

package struct GetStatisticsRequest: Sendable, Equatable {

  package init() {
  }
}

extension GetStatisticsRequest {
  init(_ c: Orgkey__V1__GetStatisticsRequest) {
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__GetStatisticsRequest> {
    let c = unsafe arena.make(Orgkey__V1__GetStatisticsRequest.self, orgkey__v1__get_statistics_request__init)
    return unsafe c
  }
}

package struct GetStatisticsResponse: Sendable, Equatable {
  package var version: String
  package var startedAtUnixMs: Int64
  package var keyCount: UInt64
  package var organizationCount: UInt64
  package var connectionCount: UInt64
  package var residentBytes: UInt64
  package var databaseBytes: UInt64
  package var counters: [Counter]
  package var walBytes: UInt64
  package var freeDiskBytes: UInt64
  package var quarantinedRowCount: UInt64
  /// at most 50, over the last 10 seconds
  package var busiestKeys: [KeyActivity]
  /// how old the oldest count not yet on disk is
  package var usageAgeMs: UInt64

  package init(version: String = "", startedAtUnixMs: Int64 = 0, keyCount: UInt64 = 0, organizationCount: UInt64 = 0, connectionCount: UInt64 = 0, residentBytes: UInt64 = 0, databaseBytes: UInt64 = 0, counters: [Counter] = [], walBytes: UInt64 = 0, freeDiskBytes: UInt64 = 0, quarantinedRowCount: UInt64 = 0, busiestKeys: [KeyActivity] = [], usageAgeMs: UInt64 = 0) {
    self.version = version
    self.startedAtUnixMs = startedAtUnixMs
    self.keyCount = keyCount
    self.organizationCount = organizationCount
    self.connectionCount = connectionCount
    self.residentBytes = residentBytes
    self.databaseBytes = databaseBytes
    self.counters = counters
    self.walBytes = walBytes
    self.freeDiskBytes = freeDiskBytes
    self.quarantinedRowCount = quarantinedRowCount
    self.busiestKeys = busiestKeys
    self.usageAgeMs = usageAgeMs
  }
}

extension GetStatisticsResponse {
  init(_ c: Orgkey__V1__GetStatisticsResponse) {
    unsafe version = Read.text(c.version)
    unsafe startedAtUnixMs = c.started_at_unix_ms
    unsafe keyCount = c.key_count
    unsafe organizationCount = c.organization_count
    unsafe connectionCount = c.connection_count
    unsafe residentBytes = c.resident_bytes
    unsafe databaseBytes = c.database_bytes
    unsafe counters = Read.messages(c.n_counters, c.counters) { unsafe Counter($0) }
    unsafe walBytes = c.wal_bytes
    unsafe freeDiskBytes = c.free_disk_bytes
    unsafe quarantinedRowCount = c.quarantined_row_count
    unsafe busiestKeys = Read.messages(c.n_busiest_keys, c.busiest_keys) { unsafe KeyActivity($0) }
    unsafe usageAgeMs = c.usage_age_ms
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__GetStatisticsResponse> {
    let c = unsafe arena.make(Orgkey__V1__GetStatisticsResponse.self, orgkey__v1__get_statistics_response__init)
    unsafe c.pointee.version = arena.text(version)
    unsafe c.pointee.started_at_unix_ms = startedAtUnixMs
    unsafe c.pointee.key_count = keyCount
    unsafe c.pointee.organization_count = organizationCount
    unsafe c.pointee.connection_count = connectionCount
    unsafe c.pointee.resident_bytes = residentBytes
    unsafe c.pointee.database_bytes = databaseBytes
    unsafe (c.pointee.n_counters, c.pointee.counters) = arena.list(counters.map { unsafe Optional($0.written(in: arena)) })
    unsafe c.pointee.wal_bytes = walBytes
    unsafe c.pointee.free_disk_bytes = freeDiskBytes
    unsafe c.pointee.quarantined_row_count = quarantinedRowCount
    unsafe (c.pointee.n_busiest_keys, c.pointee.busiest_keys) = arena.list(busiestKeys.map { unsafe Optional($0.written(in: arena)) })
    unsafe c.pointee.usage_age_ms = usageAgeMs
    return unsafe c
  }
}

package struct Counter: Sendable, Equatable {
  package var name: String
  package var value: UInt64

  package init(name: String = "", value: UInt64 = 0) {
    self.name = name
    self.value = value
  }
}

extension Counter {
  init(_ c: Orgkey__V1__Counter) {
    unsafe name = Read.text(c.name)
    unsafe value = c.value
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__Counter> {
    let c = unsafe arena.make(Orgkey__V1__Counter.self, orgkey__v1__counter__init)
    unsafe c.pointee.name = arena.text(name)
    unsafe c.pointee.value = value
    return unsafe c
  }
}

package struct KeyActivity: Sendable, Equatable {
  package var keyID: String
  package var allowedPerS: Double
  package var deniedPerS: Double

  package init(keyID: String = "", allowedPerS: Double = 0, deniedPerS: Double = 0) {
    self.keyID = keyID
    self.allowedPerS = allowedPerS
    self.deniedPerS = deniedPerS
  }
}

extension KeyActivity {
  init(_ c: Orgkey__V1__KeyActivity) {
    unsafe keyID = Read.text(c.key_id)
    unsafe allowedPerS = c.allowed_per_s
    unsafe deniedPerS = c.denied_per_s
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__KeyActivity> {
    let c = unsafe arena.make(Orgkey__V1__KeyActivity.self, orgkey__v1__key_activity__init)
    unsafe c.pointee.key_id = arena.text(keyID)
    unsafe c.pointee.allowed_per_s = allowedPerS
    unsafe c.pointee.denied_per_s = deniedPerS
    return unsafe c
  }
}

package struct GetMetricsRequest: Sendable, Equatable {

  package init() {
  }
}

extension GetMetricsRequest {
  init(_ c: Orgkey__V1__GetMetricsRequest) {
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__GetMetricsRequest> {
    let c = unsafe arena.make(Orgkey__V1__GetMetricsRequest.self, orgkey__v1__get_metrics_request__init)
    return unsafe c
  }
}

package struct GetMetricsResponse: Sendable, Equatable {
  package var text: String

  package init(text: String = "") {
    self.text = text
  }
}

extension GetMetricsResponse {
  init(_ c: Orgkey__V1__GetMetricsResponse) {
    unsafe text = Read.text(c.text)
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__GetMetricsResponse> {
    let c = unsafe arena.make(Orgkey__V1__GetMetricsResponse.self, orgkey__v1__get_metrics_response__init)
    unsafe c.pointee.text = arena.text(text)
    return unsafe c
  }
}

/// A consistent copy of the database, taken while serving. The first call, with no
/// backup_id, takes the copy; the following ones read it, chunk by chunk. It is
/// dropped with the last chunk or with the connection.
package struct BackupRequest: Sendable, Equatable {
  package var backupID: String
  package var offset: UInt64

  package init(backupID: String = "", offset: UInt64 = 0) {
    self.backupID = backupID
    self.offset = offset
  }
}

extension BackupRequest {
  init(_ c: Orgkey__V1__BackupRequest) {
    unsafe backupID = Read.text(c.backup_id)
    unsafe offset = c.offset
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__BackupRequest> {
    let c = unsafe arena.make(Orgkey__V1__BackupRequest.self, orgkey__v1__backup_request__init)
    unsafe c.pointee.backup_id = arena.text(backupID)
    unsafe c.pointee.offset = offset
    return unsafe c
  }
}

package struct BackupResponse: Sendable, Equatable {
  package var backupID: String
  package var totalBytes: UInt64
  package var offset: UInt64
  package var chunk: [UInt8]
  /// up to which event the copy is complete
  package var auditSequence: UInt64

  package init(backupID: String = "", totalBytes: UInt64 = 0, offset: UInt64 = 0, chunk: [UInt8] = [], auditSequence: UInt64 = 0) {
    self.backupID = backupID
    self.totalBytes = totalBytes
    self.offset = offset
    self.chunk = chunk
    self.auditSequence = auditSequence
  }
}

extension BackupResponse {
  init(_ c: Orgkey__V1__BackupResponse) {
    unsafe backupID = Read.text(c.backup_id)
    unsafe totalBytes = c.total_bytes
    unsafe offset = c.offset
    unsafe chunk = Read.bytes(c.chunk)
    unsafe auditSequence = c.audit_sequence
  }

  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<Orgkey__V1__BackupResponse> {
    let c = unsafe arena.make(Orgkey__V1__BackupResponse.self, orgkey__v1__backup_response__init)
    unsafe c.pointee.backup_id = arena.text(backupID)
    unsafe c.pointee.total_bytes = totalBytes
    unsafe c.pointee.offset = offset
    unsafe c.pointee.chunk = arena.bytes(chunk)
    unsafe c.pointee.audit_sequence = auditSequence
    return unsafe c
  }
}

/// A method of the service, with the number of its field in `Request`.
package enum MethodName: UInt32, Sendable, CaseIterable {
  case authorize = 16
  case issueKey = 17
  case revokeKey = 18
  case rotateKey = 19
  case updateKey = 20
  case getKey = 21
  case listKeys = 22
  case getUsage = 23
  case identifyKey = 24
  case explainAuthorize = 25
  case listAccessibleOrganizations = 26
  case deleteKey = 27
  case revokeKeys = 28
  case importKeys = 29
  case putOrganization = 32
  case moveOrganization = 33
  case suspendOrganization = 34
  case deleteOrganization = 35
  case listOrganizations = 36
  case resumeOrganization = 37
  case importOrganizations = 38
  case getOrganization = 39
  case listAuditEvents = 40
  case health = 48
  case getStatistics = 49
  case backup = 50
  case getMetrics = 51

  /// As the contract's service spells it: "RevokeKey".
  package var text: String {
    switch self {
    case .authorize: "Authorize"
    case .issueKey: "IssueKey"
    case .revokeKey: "RevokeKey"
    case .rotateKey: "RotateKey"
    case .updateKey: "UpdateKey"
    case .getKey: "GetKey"
    case .listKeys: "ListKeys"
    case .getUsage: "GetUsage"
    case .identifyKey: "IdentifyKey"
    case .explainAuthorize: "ExplainAuthorize"
    case .listAccessibleOrganizations: "ListAccessibleOrganizations"
    case .deleteKey: "DeleteKey"
    case .revokeKeys: "RevokeKeys"
    case .importKeys: "ImportKeys"
    case .putOrganization: "PutOrganization"
    case .moveOrganization: "MoveOrganization"
    case .suspendOrganization: "SuspendOrganization"
    case .deleteOrganization: "DeleteOrganization"
    case .listOrganizations: "ListOrganizations"
    case .resumeOrganization: "ResumeOrganization"
    case .importOrganizations: "ImportOrganizations"
    case .getOrganization: "GetOrganization"
    case .listAuditEvents: "ListAuditEvents"
    case .health: "Health"
    case .getStatistics: "GetStatistics"
    case .backup: "Backup"
    case .getMetrics: "GetMetrics"
    }
  }
}

extension Request.Method {
  package var name: MethodName {
    switch self {
    case .authorize: .authorize
    case .issueKey: .issueKey
    case .revokeKey: .revokeKey
    case .rotateKey: .rotateKey
    case .updateKey: .updateKey
    case .getKey: .getKey
    case .listKeys: .listKeys
    case .getUsage: .getUsage
    case .identifyKey: .identifyKey
    case .explainAuthorize: .explainAuthorize
    case .listAccessibleOrganizations: .listAccessibleOrganizations
    case .deleteKey: .deleteKey
    case .revokeKeys: .revokeKeys
    case .importKeys: .importKeys
    case .putOrganization: .putOrganization
    case .moveOrganization: .moveOrganization
    case .suspendOrganization: .suspendOrganization
    case .deleteOrganization: .deleteOrganization
    case .listOrganizations: .listOrganizations
    case .resumeOrganization: .resumeOrganization
    case .importOrganizations: .importOrganizations
    case .getOrganization: .getOrganization
    case .listAuditEvents: .listAuditEvents
    case .health: .health
    case .getStatistics: .getStatistics
    case .backup: .backup
    case .getMetrics: .getMetrics
    }
  }
}

/// What follows from a reason: the contract's table.
extension Reason {
  /// The verdict it leads to.
  package var decision: Decision {
    switch self {
    case .unspecified: .allowed
    case .keyMissing: .invalidAPIKey
    case .keyMalformed: .invalidAPIKey
    case .keyUnknown: .invalidAPIKey
    case .keyRevoked: .invalidAPIKey
    case .keyExpired: .invalidAPIKey
    case .keyDisabled: .invalidAPIKey
    case .secretRetired: .invalidAPIKey
    case .environmentMismatch: .invalidAPIKey
    case .organizationUnknown: .orgAccessDenied
    case .organizationOutside: .orgAccessDenied
    case .organizationSuspended: .orgAccessDenied
    case .permissionMissing: .permissionDenied
    case .rateLimited: .rateLimitExceeded
    }
  }
  /// The HTTP status a service answers with.
  package var httpStatus: Int {
    switch self {
    case .unspecified: 200
    case .keyMissing: 401
    case .keyMalformed: 401
    case .keyUnknown: 401
    case .keyRevoked: 401
    case .keyExpired: 401
    case .keyDisabled: 401
    case .secretRetired: 401
    case .environmentMismatch: 401
    case .organizationUnknown: 403
    case .organizationOutside: 403
    case .organizationSuspended: 403
    case .permissionMissing: 403
    case .rateLimited: 429
    }
  }
  /// What the caller of an API may read.
  package var sentence: String {
    switch self {
    case .unspecified: "Allowed."
    case .keyMissing: "The API key is missing or invalid."
    case .keyMalformed: "The API key is missing or invalid."
    case .keyUnknown: "The API key is missing or invalid."
    case .keyRevoked: "The API key is missing or invalid."
    case .keyExpired: "The API key is missing or invalid."
    case .keyDisabled: "The API key is missing or invalid."
    case .secretRetired: "The API key is missing or invalid."
    case .environmentMismatch: "The API key is missing or invalid."
    case .organizationUnknown: "This API key has no access to the organization."
    case .organizationOutside: "This API key has no access to the organization."
    case .organizationSuspended: "This API key has no access to the organization."
    case .permissionMissing: "This API key lacks the permission that this request needs."
    case .rateLimited: "This API key has used up its rate limit: try again later."
    }
  }
  /// What the operator does about it.
  package var advice: String {
    switch self {
    case .unspecified: "Nothing."
    case .keyMissing: "Send the key in the X-API-Key header."
    case .keyMalformed: "Copy the key again, whole: a character is wrong or missing."
    case .keyUnknown: "Check that the key was issued here and that the text is an API key."
    case .keyRevoked: "Issue a new key; a revoked one never comes back."
    case .keyExpired: "Extend the key's expiry, or issue a new key."
    case .keyDisabled: "Enable the key."
    case .secretRetired: "Deploy the newest secret of the key; this one was rotated out."
    case .environmentMismatch: "Use a key of the environment that the service serves."
    case .organizationUnknown: "Check the organization's identifier, or put the organization."
    case .organizationOutside: "Use a key of that organization or of one above it."
    case .organizationSuspended: "Resume the organization, or the suspended one above it."
    case .permissionMissing: "Grant the key the permission, or use a key that has it."
    case .rateLimited: "Wait for the window to end, or raise the key's limit."
    }
  }
}
