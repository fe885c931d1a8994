internal import OrgKey

/// The contract's AuditEvent. Its detail, JSON in a string there, is put in as JSON.
struct AuditEventJSON: Encodable {
  let sequence: UInt64
  let at: String
  let method: String
  let keyId: String?
  let organizationId: String?
  let actor: String?
  let peerUid: UInt32
  let peerGid: UInt32
  let peerPid: UInt32?
  let detail: JSONValue?
  let actingOrganizationId: String?
  let secretVersion: UInt32?

  init(_ event: AuditEvent) {
    sequence = event.sequence
    at = TimeText.rfc3339(event.at)
    method = event.method
    keyId = event.keyID
    organizationId = event.organizationID
    actor = event.actor
    peerUid = event.peerUID
    peerGid = event.peerGID
    peerPid = event.peerPID
    detail = event.detail.map { JSONValue($0) ?? .text($0) }
    actingOrganizationId = event.actingOrganizationID
    secretVersion = event.secretVersion
  }
}
