import Glibc
import TestSupport
import Testing

@testable import OrgKeyWire

/// Whatever else a full disk stops, keys are authorized and taken back.
@Suite(.enabled(if: FullDisk.isPossible)) struct FullDiskTests {
  let disk: FullDisk
  let daemon: DaemonProcess
  let database: String
  init() throws {
    disk = try FullDisk(megabytes: 128)
    database = disk.path + "/orgkey.db"
    daemon = try DaemonProcess(["--database", database])
    let client = try RawClient(daemon.socket)
    for id in ["acme", "eu", "us"] { try client.put(id) }
  }

  /// Until the disk is full and the daemon knows it.
  private func fill(_ client: RawClient) throws -> Status {
    try disk.fill()
    // The log has room for some.
    for _ in 0..<2_000 {
      let response = try client.call(
        .issueKey(.init(organizationID: "us", name: "n", permissions: ["*"])))
      if let status = response.status { return status }
    }
    throw RawClient.Closed()
  }

  private func expectFull(_ client: RawClient) throws {
    let status = try client.status(
      .issueKey(.init(organizationID: "acme", name: "n", permissions: ["*"])))
    #expect(status?.code == .resourceExhausted)
    #expect(status?.message.contains("disk is full") == true)
  }

  private func reserveSize() -> Int64 {
    var status = stat()
    return stat(database + ".reserve", &status) == 0 ? Int64(status.st_size) : 0
  }

  @Test func diskWhenFullStopsNeitherAuthorizingNorRevoking() throws {
    let client = try RawClient(daemon.socket)
    let keys = try (0..<1_050).map { _ in try client.issue("acme") }
    let other = try client.issue("eu")
    let full = try fill(client)
    #expect(full.code == .resourceExhausted && full.message.contains("disk is full"))
    for key in keys {
      #expect(try client.authorize(key.text).decision == .allowed)
    }
    for key in keys.prefix(1_000) { try client.revoke(key.id) }
    try client.suspend("eu")
    try expectFull(client)
    for key in keys.prefix(1_000) {
      #expect(try client.authorize(key.text).reason == .keyRevoked)
    }
    #expect(try client.authorize(keys[1_020].text).decision == .allowed)

    // After a crash the disk is as full as before.
    #expect(daemon.end(SIGKILL) == 128 + SIGKILL)
    try daemon.start()
    let again = try RawClient(daemon.socket)
    try expectFull(again)
    for key in keys[1_000..<1_020] { try again.revoke(key.id) }
    for key in keys.prefix(1_020) {
      #expect(try again.authorize(key.text).reason == .keyRevoked)
    }
    #expect(try again.authorize(other.text).decision != .allowed)
    #expect(try again.authorize(keys[1_020].text).decision == .allowed)

    // With space it goes on by itself.
    disk.empty()
    try #require(eventually { (try? again.issue("acme")) != nil })
    #expect(reserveSize() == 16 << 20)
    #expect(daemon.end(SIGTERM) == 0)
  }

  /// What takes access away goes before what filled the disk, though it came later.
  @Test func groupInWhichTheDiskFillsUpTakesAccessAwayAndRefusesTheRest() throws {
    let client = try RawClient(daemon.socket)
    let keys = try (0..<200).map { _ in try client.issue("acme") }
    try disk.fill()
    let sender = try RawClient(daemon.socket)
    var (full, revoked) = (0, 0)
    // The log has room for some groups yet.
    for round in 0..<200 where full == 0 || revoked < keys.count {
      let key = keys[min(round, keys.count - 1)]
      for call in 1...16 {
        let callID = UInt64(round * 100 + call)
        let method: Request.Method =
          call % 16 == 0
          ? .revokeKey(.init(keyID: key.id))
          : .issueKey(.init(organizationID: "us", name: "n", permissions: ["*"]))
        try sender.send(Request(callID: callID, timeoutMs: 0, caller: nil, method: method))
      }
      for _ in 1...16 {
        let response = try sender.receive()
        if response.callID % 100 == 16 {
          #expect(response.status == nil)
          revoked += 1
        } else if let status = response.status {
          #expect(status.code == .resourceExhausted)
          full += 1
        }
      }
    }
    #expect(full > 0 && revoked == keys.count)
    for key in keys { #expect(try client.authorize(key.text).reason == .keyRevoked) }
    #expect(daemon.end(SIGTERM) == 0)
  }

  /// The log keeps its length: what takes access away finds room in it, whoever takes every byte.
  @Test func logThatHasItsLengthTakesRevocations() throws {
    let client = try RawClient(daemon.socket)
    let keys = try (0..<1_000).map { _ in try client.issue("acme") }
    // What is in it goes into the database, and the next change begins it anew.
    #expect(daemon.end(SIGKILL) == 128 + SIGKILL)
    try daemon.start()
    let again = try RawClient(daemon.socket)
    for key in keys.prefix(200) {
      try disk.fill()
      try again.revoke(key.id)
    }
    for key in keys.prefix(200) {
      #expect(try again.authorize(key.text).reason == .keyRevoked)
    }
  }

  /// Somebody else fills the disk while the daemon is down: its reserve is what it starts from.
  @Test(arguments: [SIGTERM, SIGKILL])
  func daemonThatStartsOnAFullDiskAuthorizesAndRevokes(_ signal: Int32) throws {
    let client = try RawClient(daemon.socket)
    let keys = try (0..<100).map { _ in try client.issue("acme") }
    _ = daemon.end(signal)
    try disk.fill()
    try daemon.start()
    let again = try RawClient(daemon.socket)
    for key in keys { #expect(try again.authorize(key.text).decision == .allowed) }
    for key in keys { try again.revoke(key.id) }
    for key in keys { #expect(try again.authorize(key.text).reason == .keyRevoked) }
    disk.empty()
    try #require(eventually { (try? again.issue("acme")) != nil })
    #expect(daemon.end(SIGTERM) == 0)
  }
}
