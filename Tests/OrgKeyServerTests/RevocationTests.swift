import OrgKeyServer
import OrgKeySystem
import Synchronization
import Testing

@testable import OrgKeyWire

@Suite struct RevocationTests {
  /// Clients ask without pause while keys are revoked one after the other. Whoever begins to ask
  /// after the answer to RevokeKey must be refused.
  @Test func onceRevokeKeyHasAnsweredNoAuthorizeSaysYes() throws {
    let daemon = try InProcess { $0.threads = 4 }
    let administrator = try daemon.client()
    try administrator.put("acme")
    let rounds = 200
    let keys = try (0..<rounds).map { _ in try administrator.issue("acme") }
    // How many of the keys are answered as revoked.
    let revoked = Atomic<Int>(0)
    let wrong = Atomic<Int>(0)
    let allowed = Atomic<Int>(0)
    let askers = try (0..<6).map { asker in
      let client = try daemon.client()
      return try Thread("asker-\(asker)") {
        var round = 0
        while round < rounds {
          let before = revoked.load(ordering: .sequentiallyConsistent)
          guard let answer = try? client.authorize(keys[round].text) else {
            wrong.add(1, ordering: .relaxed)
            return
          }
          if answer.decision == .allowed {
            allowed.add(1, ordering: .relaxed)
            if before > round { wrong.add(1, ordering: .relaxed) }
          } else {
            round += 1
          }
        }
      }
    }
    for key in keys {
      try administrator.revoke(key.id)
      revoked.add(1, ordering: .sequentiallyConsistent)
    }
    for asker in askers { asker.join() }
    #expect(wrong.load(ordering: .relaxed) == 0)
    #expect(allowed.load(ordering: .relaxed) > 0)
  }

  @Test func outlivesARestart() throws {
    let daemon = try InProcess()
    let client = try daemon.client()
    try client.put("acme")
    let (id, key) = try client.issue("acme")
    let (_, other) = try client.issue("acme")
    try client.revoke(id)
    daemon.stop()
    try daemon.start()
    let again = try daemon.client()
    #expect(try again.authorize(key).reason == .keyRevoked)
    #expect(try again.authorize(other).decision == .allowed)
  }
}
