import OrgKey
import Testing

@Suite(.timeLimit(.minutes(1))) struct ResponseTests {
  @Test func denialsHaveTheProvidersBody() {
    let bodies: [(Denial.Code, Int, String)] = [
      (
        .invalidAPIKey, 401,
        #"{"success":false,"error":"The API key is missing or invalid.","code":"INVALID_API_KEY","statusCode":401}"#
      ),
      (
        .organizationAccessDenied, 403,
        #"{"success":false,"error":"This API key has no access to the organization.","code":"ORG_ACCESS_DENIED","statusCode":403}"#
      ),
      (
        .permissionDenied, 403,
        #"{"success":false,"error":"This API key lacks the permission that this request needs.","code":"PERMISSION_DENIED","statusCode":403}"#
      ),
      (
        .rateLimitExceeded, 429,
        #"{"success":false,"error":"This API key has used up its rate limit: try again later.","code":"RATE_LIMIT_EXCEEDED","statusCode":429}"#
      ),
    ]
    for (code, status, json) in bodies {
      let response = AuthorizationError.denied(Denial(code, reason: .keyRevoked)).response
      #expect(response.statusCode == status)
      #expect(response.json == json)
    }
  }

  @Test func unavailableSaysNothingOfItsCause() {
    let response = AuthorizationError.unavailable(Unavailable(.noSocket(path: "/x"))).response
    #expect(response.statusCode == 503)
    #expect(
      response.json
        == #"{"success":false,"error":"The API key can't be checked at the moment: try again later.","code":"SERVICE_UNAVAILABLE","statusCode":503}"#
    )
  }

  @Test func misuseIsAFaultOfTheService() {
    let misuse = AuthorizationError.misuse(Misuse(field: "permission", message: "Not this."))
    #expect(misuse.response.statusCode == 500)
    #expect(!misuse.response.json.contains("Not this."))
  }

  @Test func theReasonIsInNoPublicPart() {
    for reason in Reason.allCases {
      let denial = Denial(.invalidAPIKey, reason: reason, keyID: "key_canary")
      let plain = Denial(.invalidAPIKey)
      #expect(denial.response == plain.response)
    }
  }

  @Test func textsAreEscapedInJSON() {
    let response = ErrorResponse(statusCode: 400, code: "A", message: "\"\\/\n\u{0}\u{1F}é😀")
    #expect(
      response.json
        == #"{"success":false,"error":"\"\\/\u000a\u0000\u001fé😀","code":"A","statusCode":400}"#)
  }

  @Test func rateLimitIsToldInHeaders() {
    let state = RateLimitState(limit: 100, remaining: 0, resetAtUnixSeconds: 1_700_000_000)
    let response = Denial(.rateLimitExceeded, rateLimit: state).response
    #expect(
      response.headers.map { "\($0.name): \($0.value)" } == [
        "Content-Type: application/json", "X-RateLimit-Limit: 100", "X-RateLimit-Remaining: 0",
        "X-RateLimit-Reset: 1700000000",
      ])
    #expect(Denial(.invalidAPIKey).response.headers.count == 1)
    let grant = Grant(organizationID: "acme", keyID: "key_1", rateLimit: state)
    #expect(
      grant.rateLimitHeaders.map { "\($0.name): \($0.value)" } == [
        "X-RateLimit-Limit: 100", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1700000000",
      ])
    #expect(Grant(organizationID: "acme", keyID: "key_1").rateLimitHeaders.isEmpty)
  }

  @Test func timestampsHoldAtTheEndsOfTheirRange() {
    let start = Timestamp(unixMilliseconds: 1_000)
    #expect(start.advanced(by: .seconds(2)).unixMilliseconds == 3_000)
    #expect(start.advanced(by: .milliseconds(-2_500)).unixMilliseconds == -1_500)
    #expect(start.advanced(by: .seconds(Int64.max)).unixMilliseconds == .max)
    #expect(Timestamp(unixMilliseconds: -1).advanced(by: .seconds(Int64.min)) < start)
    #expect(Timestamp(unixMilliseconds: 3_000).duration(since: start) == .seconds(2))
  }
}
