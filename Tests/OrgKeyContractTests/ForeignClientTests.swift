import Foundation
import Testing

/// Runs Tests/foreign/test_contract.py, a client that shares no code with this package, against
/// the daemon built with these tests.
@Suite("A client in another language")
struct ForeignClientTests {
  /// Made by `make test`; Debian's own Python serves without it if it has protobuf.
  private static let environment = Script.package.appending(
    path: ".build/foreign/venv/bin/python")
  private static let system = URL(filePath: "/usr/bin/python3")

  @Test("finds the contract kept", .timeLimit(.minutes(5)))
  func contract() throws {
    let made = FileManager.default.isExecutableFile(atPath: Self.environment.path)
    let script = try Script(
      made ? Self.environment : Self.system,
      [
        Script.package.appending(path: "Tests/foreign/test_contract.py").path,
        Script.binaries.path,
      ])
    #expect(script.status == 0, "\(script.output)")
    #expect(script.output.contains("held"))
  }
}
