import OrgKey
import Testing

@testable import OrgKeyCommand

@Suite struct AuditTextTests {
  private func change(_ detail: String?) -> String {
    AuditText(
      event: AuditEvent(
        sequence: 1, at: Timestamp(unixMilliseconds: 0), method: "UpdateKey", detail: detail)
    ).change
  }

  @Test func tellsWhatChangedFromWhatToWhat() {
    #expect(change(#"{"name":{"from":"CRM","to":"CRM sync"}}"#) == "name: CRM → CRM sync")
    #expect(
      change(#"{"permissions":{"from":[],"to":["a:b","c:*"]},"disabled":{"from":false,"to":true}}"#)
        == "disabled: no → yes; permissions: none → a:b, c:*")
    #expect(
      change(#"{"expires_at_unix_ms":{"from":0,"to":1795480107362}}"#)
        == "expires at: never → 2026-11-24T00:28:27.362Z")
    #expect(change(#"{"parent_id":{"from":"","to":"acme"}}"#) == "parent: none → acme")
    #expect(change(#"{"labels":{"from":{"a":"1"},"to":{}}}"#) == "labels: a=1 → none")
    #expect(change(#"{"rate_limit":{"from":"","to":"100/1h"}}"#) == "rate limit: none → 100/1h")
  }

  @Test func tellsWhatWasGiven() {
    #expect(change(#"{"created":true,"name":"Acme","parent_id":""}"#) == "created; name: Acme")
    #expect(change(#"{"reason":""}"#) == "")
    #expect(
      change(#"{"retired_version":1,"retires_at_unix_ms":0}"#)
        == "retired version: 1; retires at: never")
    #expect(change(nil) == "")
    #expect(change("not JSON") == "not JSON")
    #expect(change("[1]") == "[1]")
  }

  @Test func tellsWhoAndWhere() {
    var event = AuditEvent(
      sequence: 1, at: Timestamp(unixMilliseconds: 0), method: "RevokeKey", peerUID: 33)
    #expect(AuditText(event: event).who == "uid 33")
    #expect(AuditText(event: event).target == "")
    event.actor = "ana"
    event.actingOrganizationID = "eu"
    event.organizationID = "eu"
    #expect(AuditText(event: event).who == "ana (uid 33) for eu")
    #expect(AuditText(event: event).target == "eu")
    event.keyID = "key_1"
    event.secretVersion = 2
    #expect(AuditText(event: event).target == "key_1 secret 2")
  }

  @Test func putsTheDetailIntoJSONAsItIs() throws {
    var event = AuditEvent(
      sequence: 7, at: Timestamp(unixMilliseconds: 0), method: "UpdateKey",
      detail: #"{"labels":{"from":{"crmId":"1"},"to":{"crmId":"2.50"}},"n":[1,true,null,1.5]}"#)
    #expect(
      try JSON.text(AuditEventJSON(event), pretty: false)
        == #"{"at":"1970-01-01T00:00:00.000Z","detail":{"labels":{"from":{"crmId":"1"},"#
        + #""to":{"crmId":"2.50"}},"n":[1,true,null,1.5]},"method":"UpdateKey","peer_gid":0,"#
        + #""peer_uid":0,"sequence":7}"#)
    event.detail = "not JSON"
    #expect(try JSON.text(AuditEventJSON(event), pretty: false).contains(#""detail":"not JSON""#))
  }
}
