import OrgKeyModel
import Testing

@testable import OrgKeyWire

/// Keys of a daemon, and what was answered about them.
struct AnsweredKeys {
  struct Answered {
    let id: String
    let text: SecretText
    var isRevoked = false
  }

  private(set) var keys: [Answered] = []

  /// Issues a key and revokes it.
  ///
  /// - Returns: whether both were answered.
  mutating func issueAndRevoke(_ client: RawClient) -> Bool {
    guard let issued = try? client.issue("acme") else { return false }
    var key = Answered(id: issued.id, text: issued.text)
    let response = try? client.call(.revokeKey(.init(keyID: key.id)))
    key.isRevoked = response.map { $0.status == nil } ?? false
    keys.append(key)
    return key.isRevoked
  }

  /// What was answered must be there.
  func check(_ client: RawClient, last count: Int = .max) throws {
    for key in keys.suffix(count) {
      let answer = try client.authorize(key.text)
      #expect(answer.keyID == key.id)
      if key.isRevoked { #expect(answer.reason == .keyRevoked) }
      if answer.reason != .keyRevoked { #expect(answer.decision == .allowed) }
    }
  }
}
