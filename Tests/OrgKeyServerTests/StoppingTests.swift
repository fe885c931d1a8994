import OrgKeySystem
import Testing

@Suite struct StoppingTests {
  /// Draining takes seconds at most only when somebody does not read.
  @Test func endsAtOnceAlsoWhenAConnectionComesMeanwhile() throws {
    let daemon = try InProcess()
    for _ in 0..<20 {
      // It may be accepted before or after the daemon was told to end.
      let client = try daemon.client()
      let began = Clock.monotonicMilliseconds()
      daemon.stop()
      #expect(Clock.monotonicMilliseconds() - began < 4_000)
      withExtendedLifetime(client) {}
      try daemon.start()
    }
  }
}
