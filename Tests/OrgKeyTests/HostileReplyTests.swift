import Glibc
import OrgKey
import OrgKeyWire
import TestSupport
import Testing

@testable import OrgKey

/// Replies that no daemon of ours would send: whatever comes, nothing is allowed that was not
/// answered so.
@Suite(.timeLimit(.minutes(Campaign.count(1, long: 10)))) struct HostileReplyTests {
  @Test(arguments: Way.allCases)
  func aReplyCutAtAnyByteAllowsNothing(_ way: Way) async throws {
    let length = 64
    let peer = try ScriptedPeer { connection in
      // Each call comes on two connections, for it is made again once.
      guard let request = connection.next() else { return }
      let frame = connection.frame(request.callID, allowed(request))
      connection.send(Array(frame.prefix(min(frame.count - 1, connection.index / 2))))
    }
    for _ in 0..<length {
      let client = OrgKeyClient(socketPath: peer.path)
      #expect(await way.authorize(client).failure?.cause == .connectionLost)
      client.close()
      try await peer.allEnded()
    }
    #expect(peer.acceptedCount == 2 * length)
  }

  @Test(arguments: Way.allCases)
  func aReplyThatComesTwiceIsNoAnswerToTheNextCall(_ way: Way) async throws {
    let peer = try ScriptedPeer { connection in
      while let request = connection.next() {
        guard case .authorize(let asked) = request.request.method else { return }
        if asked.permission == "second:call" {
          connection.reply(request.callID, denied)
        } else {
          let frame = connection.frame(request.callID, allowed(request))
          connection.send(frame)
          connection.send(frame)
        }
      }
    }
    for _ in 0..<Campaign.count(50, long: 2_000) {
      let client = OrgKeyClient(socketPath: peer.path)
      let first = await way.authorize(client, permission: "first:call")
      #expect(way.isAnswered(first))
      let second = await way.authorize(client, permission: "second:call")
      #expect(second.success == nil)
      client.close()
    }
  }

  @Test(arguments: Way.allCases)
  func aReplyToACallNotYetMadeIsNoAnswerToIt(_ way: Way) async throws {
    let peer = try ScriptedPeer { connection in
      while let request = connection.next() {
        guard case .authorize(let asked) = request.request.method else { return }
        if asked.permission == "second:call" {
          connection.reply(request.callID, denied)
        } else {
          let now = connection.frame(request.callID, allowed(request))
          connection.send(now + connection.frame(request.callID + 1, allowed(request)))
        }
      }
    }
    let client = OrgKeyClient(socketPath: peer.path)
    // In the same scope, which would not tell one answer from the other.
    let first = await way.authorize(client, permission: "first:call", in: .own)
    #expect(way.isAnswered(first))
    let second = await way.authorize(client, permission: "second:call", in: .own)
    guard case .denied(let denial) = second.failure, denial.code == .permissionDenied else {
      Issue.record("\(second)")
      return
    }
  }

  @Test(arguments: Way.allCases)
  func rubbishAllowsNothingAndEndsNothingElse(_ way: Way) async throws {
    let peer = try ScriptedPeer { connection in
      var random = SystemRandomNumberGenerator()
      guard let request = connection.next() else { return }
      var frame = connection.frame(request.callID, allowed(request))
      switch Int.random(in: 0..<3, using: &random) {
      case 0: frame = (0..<Int.random(in: 1...200)).map { _ in .random(in: 0...255) }
      case 1:
        // A frame of the right length, with a body of rubbish.
        frame = frame.prefix(5) + frame.dropFirst(5).map { _ in .random(in: 0...255) }
      default:
        // The decision taken out: what is left must not be taken for an answer that allows.
        frame = connection.frame(request.callID, .authorize(AuthorizeResponse(keyID: "key_1")))
      }
      connection.send(frame)
    }
    for _ in 0..<Campaign.count(300, long: 20_000) {
      let client = OrgKeyClient(socketPath: peer.path)
      let result = await way.authorize(client)
      #expect(result.success == nil)
      client.close()
    }
  }
}

extension Way {
  /// Whether a call was answered as one is behind whose answer another comes: who waits for a single
  /// one may take the connection for broken.
  fileprivate func isAnswered(_ result: Result<Grant, AuthorizationError>) -> Bool {
    if self == .blocking, case .protocolFault = result.failure?.cause { return true }
    return result.success != nil
  }
}

private let denied = Response.Result.authorize(
  AuthorizeResponse(decision: .permissionDenied, reason: .permissionMissing))
