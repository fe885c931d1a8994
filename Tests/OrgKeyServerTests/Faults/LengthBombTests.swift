import OrgKeySystem
import TestSupport
import Testing

@testable import OrgKeyWire

@Suite struct LengthBombTests {
  private static let crowd = 1_000
  private static let most = 64 << 20
  let daemon: DaemonProcess

  init() throws { daemon = try DaemonProcess() }

  @Test func thousandWhenTheyAnnounceFourGibibytesAreRefusedAtOnce() throws {
    var time = Duration.zero
    let growth = try daemon.growth {
      let clients = try (0..<LengthBombTests.crowd).map { _ in try RawClient(daemon.socket) }
      time = try ContinuousClock().measure {
        for client in clients { try client.send([0, 0xFF, 0xFF, 0xFF, 0xFF]) }
        for client in clients { #expect(try client.lastWord()?.code == .resourceExhausted) }
      }
    }
    print("length bombs of 4 GiB: \(growth >> 20) MiB more, closed in \(time)")
    #expect(growth < LengthBombTests.most)
    #expect(time < .seconds(Campaign.count(10, long: 1)))
  }

  @Test func thousandWhenTheyAnnounceAMebibyteTakeWhatTheySend() throws {
    let clients = try (0..<LengthBombTests.crowd).map { _ in try RawClient(daemon.socket) }
    let growth = try daemon.growth {
      for byte in [[0, 0, 0x10, 0, 0], [0x0A], [0x0A]] as [[UInt8]] {
        for client in clients { try client.send(byte) }
        #expect(try RawClient(daemon.socket).call(.health(.init())).status == nil)
      }
      // Late, and therefore without a word: none had to go for want of memory.
      for client in clients { #expect(try client.lastWord() == nil) }
    }
    print("mebibytes that are announced: \(growth >> 20) MiB more")
    #expect(growth < LengthBombTests.most)
  }

  @Test func thousandWhenAByteOfAMebibyteIsMissingTakeNoMoreThanTheyMay() throws {
    let frame = [0, 0, 0x10, 0, 0] + [UInt8](repeating: 0x61, count: Frame.maximumBody - 1)
    let other = try RawClient(daemon.socket)
    var refused = 0
    let began = Clock.monotonicMilliseconds()
    let growth = try daemon.growth {
      let clients = try (0..<LengthBombTests.crowd).map { _ in try RawClient(daemon.socket) }
      for client in clients { try? client.send(frame) }
      #expect(try other.call(.health(.init())).status == nil)
      for client in clients where try client.lastWord()?.code == .resourceExhausted { refused += 1 }
    }
    let waited = Clock.monotonicMilliseconds() - began
    print(
      "frames less a byte: \(growth >> 20) MiB more, \(refused) refused in words, all closed in "
        + "\(waited) ms")
    #expect(growth < LengthBombTests.most)
    #expect(waited < 30_000)
    #expect(refused > 0)
    #expect(daemon.lines(with: "fill the 16 MiB").count == 1)
    // What they held is free again.
    try other.send(frame + [0x61])
    #expect(try other.receive().status?.code == .invalidArgument)
    #expect(try other.call(.health(.init())).status == nil)
  }
}
