import OrgKey
import OrgKeyWire
import Testing

/// What is decided without the daemon: there is none in these tests.
@Suite(.timeLimit(.minutes(1))) struct PresentedTests {
  private let client = OrgKeyClient(socketPath: "/nonexistent/orgkey.sock")

  private func failure(
    _ key: PresentedKey, permission: String = "contacts:read",
    in scope: OrganizationScope = .own, environment: String? = nil
  ) async -> AuthorizationError? {
    await Way.async.authorize(
      client, key, permission: permission, in: scope, environment: environment
    ).failure
  }

  @Test func absentHeaderIsDeniedAsMissing() async {
    for key in [PresentedKey.header([]), .header([""]), .text(nil), .text("")] {
      #expect(await failure(key) == .denied(Denial(.invalidAPIKey, reason: .keyMissing)))
    }
  }

  @Test func doubledHeaderIsDeniedAndNoneIsPicked() async {
    for key in [PresentedKey.header(["pc_live_1", "pc_live_1"]), .header(["", "pc_live_1"])] {
      #expect(await failure(key) == .denied(Denial(.invalidAPIKey, reason: .keyMalformed)))
    }
  }

  @Test func whatCannotBeAKeyIsDeniedAsMalformed() async {
    for text in ["a b", "a\0b", "\n", "ä", String(repeating: "a", count: 257)] {
      let expected = AuthorizationError.denied(Denial(.invalidAPIKey, reason: .keyMalformed))
      #expect(await failure(.text(text)) == expected)
    }
    #expect(await failure(.text(String(repeating: "a", count: 256)))?.cause != nil)
  }

  @Test func whatIsLeftOutByAccidentIsMisuse() async {
    let key = PresentedKey.text("pc_live_1")
    let failures = [
      ("permission", await failure(key, permission: "")),
      ("organization_id", await failure(key, in: .organization(""))),
      ("environment", await failure(key, environment: "")),
    ]
    for (field, failure) in failures {
      guard case .misuse(let misuse) = failure else {
        Issue.record("\(field): \(String(describing: failure))")
        continue
      }
      #expect(misuse.field == field)
    }
  }

  @Test func anImpossibleOrganizationIsDeniedAsUnknown() async {
    for id in ["a b", "acme\0evil", "ä", String(repeating: "a", count: 129)] {
      let failure = await failure(.text("pc_live_1"), in: .organization(id))
      #expect(
        failure == .denied(Denial(.organizationAccessDenied, reason: .organizationUnknown)))
    }
  }

  @Test func aTextWithNULIsNotCutShort() async throws {
    let peer = try ScriptedPeer(answering(allowed))
    for way in Way.allCases {
      let result = await way.authorize(
        OrgKeyClient(socketPath: peer.path), permission: "contacts:read\0:not")
      guard case .misuse = result.failure else {
        Issue.record("\(result)")
        return
      }
    }
  }

  @Test func keysAreRedactedWhereverTheyAreShown() {
    let secret = "pc_live_canary"
    let text = KeyText(secret)
    let issued = IssuedKey(key: OrgKey.Key(id: "key_1", organizationID: "acme"), text: text)
    let target = RevocationTarget.text(text)
    let shown: [Any] = [text, PresentedKey.text(secret), issued, target]
    for value in shown {
      var dumped = ""
      dump(value, to: &dumped)
      for form in ["\(value)", String(reflecting: value), dumped] {
        #expect(!form.contains("canary"))
      }
    }
    #expect(text.reveal() == secret)
  }
}
